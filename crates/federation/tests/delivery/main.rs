//! Deliveries from the log to a stand-in for the network, on both engines. Time moves by hand.

mod crash;
mod failing;
mod order;
mod peer;
mod profile;
mod world;
