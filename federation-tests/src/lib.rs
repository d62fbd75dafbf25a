//! Starts whole servers and independent peers for the tests in `tests/`, and talks to them. What the tests expect of
//! them stands there, but for what [`nothing_is_lost`] compares.
//!
//! Everything is on loopback and ends with its owner; what a process wrote is printed then, which the test runner
//! shows for failed tests only.

mod activitypub_peer;
mod api;
pub mod attacker;
mod certificates;
mod cli;
mod community;
mod database;
mod eventually;
mod fedify;
pub mod flood;
mod gate;
mod hosts;
mod ledger;
mod people;
mod ports;
mod process;
mod programs;
mod proxy;
mod random;
mod remote_control;
mod server;
mod storage;

pub use activitypub_peer::{ActivityPubPeer, Software};
pub use api::{Answer, Api};
pub use certificates::Certificates;
pub use cli::Refused;
pub use community::text;
pub use database::Engine;
pub use eventually::{eventually, eventually_within};
pub use fedify::Fedify;
pub use gate::{BOUNDED, Gate, Passage};
pub use hosts::{Arrival, Hosts, Manner, Pace};
pub use ledger::{Comment, Kept, Membership, Said, Sound, Vote, nothing_is_lost};
pub use people::{Account, PUBLIC, People, Place, Post, Size};
pub use ports::free_port;
pub use process::Process;
pub use proxy::{Balancer, Caddy, Nginx};
pub use random::Random;
pub use remote_control::{Received, RemoteControl};
pub use server::{Server, ServerConfig};
pub use storage::{Storage, open};
