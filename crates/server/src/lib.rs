//! The `guildhall` binary as a library: configuration, command line, telemetry and the HTTP server that the doors
//! of the other crates are hung into.
//!
//! [`serve`] starts an instance; [`wiring`] says what it is made of.

mod block_lists;
pub mod cli;
pub mod client_ip;
pub mod config;
pub mod doctor;
mod endings;
mod housekeeping;
pub mod http_server;
mod mirrors;
pub mod negotiate;
pub mod node;
pub mod open;
pub mod ports;
pub mod serve;
pub mod shutdown;
mod successions;
pub mod telemetry;
pub mod wiring;
