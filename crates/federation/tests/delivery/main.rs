//! Deliveries from the log to a stand-in for the network, on both engines. Time moves by hand.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod crash;
mod failing;
mod followers;
mod order;
mod peer;
mod profile;
mod signer;
mod world;
