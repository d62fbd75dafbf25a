//! What other servers read here: documents of actors and entries, collections, discovery, and who may read them. One file
//! a subject.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod activities;
mod actors;
mod authorized_fetch;
mod collections;
mod discovery;
mod entries;
mod private;
#[path = "../stage/mod.rs"]
mod stage;
mod support;
