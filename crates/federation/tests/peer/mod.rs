//! This instance and another server, both real HTTP on loopback.

#![allow(dead_code, reason = "each test file uses its part")]

mod documents;
mod here;
mod post;
mod server;
mod world;

pub use documents::{create_note, follow, note};
pub use here::{Here, NOW};
pub use post::{Post, Told};
pub use server::{Peer, PeerActor, Reply};
pub use world::{FixedKeys, TestClock};
