//! Recorded deliveries of other software, sent through the whole inbox: each has its expected effect on the store and its
//! expected answers on the wire, in one snapshot for each story. Both engines share the snapshots.

mod gotosocial;
mod lemmy;
mod mitra;
mod nodebb;
mod order;
mod snac;
mod stage;
mod takahe;
