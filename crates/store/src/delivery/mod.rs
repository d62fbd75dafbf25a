//! Delivery: one log for all hosts and a cursor for each.
//!
//! [`log`] holds every activity once, [`subscription`] says which inboxes follow a group, [`host`] keeps each host's
//! cursor, state and lease, [`failure`] what a host refused for good, [`acquaintance`] who knows an actor besides. Who sends,
//! and when, is for the federation adapter.

pub mod acquaintance;
mod audience;
pub mod failure;
pub mod host;
pub mod log;
mod page;
pub mod published;
pub mod subscription;

pub use failure::{Failure, NewFailure};
pub use host::{DueHost, HostLease, HostSave, HostState, HostStatus};
pub use log::{Item, NewDelivery, Page, Piece, Position, Target, Wish};
