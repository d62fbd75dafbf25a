//! Every aggregate on both engines: what its queries promise.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod accounts;
mod actor_keys;
mod actors;
mod batches;
mod block_lists;
mod clocks;
mod decisions;
mod direct_notes;
mod endings;
mod entries;
mod entry_lists;
mod events;
mod facts;
mod groups;
mod locks;
mod log;
mod memberships;
mod mirrors;
mod peering;
mod polls;
mod queue;
mod received;
mod reports;
mod request_keys;
mod set_up;
mod signing_keys;
mod staff;
mod standings;
mod succession;
mod transparency;
mod trials;
mod votes;
mod whole_threads;
