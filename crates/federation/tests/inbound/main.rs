//! What other servers send, in every shape, through the whole inbox: its effect on the store and the answers on the wire.
//! One file a subject; recorded deliveries are in `replay`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod actors;
mod announce;
mod announce_twice;
mod answers;
mod appeals;
mod budget;
mod delete;
mod direct;
mod edit;
mod farewell;
mod follow;
mod forged;
mod hosts;
mod let_in;
mod log;
mod moderation;
mod moderators;
mod nodes;
mod parents;
mod partners;
mod polls;
mod posting;
mod private_groups;
mod profiles;
mod questions;
mod recency;
mod redelivered;
mod reports;
mod review;
mod support;
mod titled;
mod votes;
mod waiting;
mod whole_threads;
