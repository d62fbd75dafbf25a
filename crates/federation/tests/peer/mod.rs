//! This instance and another server, both real HTTP on loopback.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod counted;
mod documents;
mod here;
mod post;
mod server;
mod world;

pub(crate) use counted::Counted;
pub(crate) use documents::{create_note, follow, note};
pub(crate) use here::{Here, NOW};
pub(crate) use post::{Post, Told};
pub(crate) use server::{Peer, PeerActor, Reply};
pub(crate) use world::{FixedKeys, TestClock};
