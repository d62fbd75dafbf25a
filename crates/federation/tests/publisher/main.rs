//! What is put on the delivery log for each kind of event. One file a subject.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod again;
mod edits;
mod elsewhere;
mod entries;
mod keys;
mod membership;
mod moderation;
mod refusals;
mod removals;
mod reports;
mod running;
#[path = "../stage/mod.rs"]
mod stage;
mod support;
mod votes;
