//! Delivery: sends what is on the log to each host in its own time.
//!
//! The log and the cursors are `guildhall_store::delivery`'s; what is on the log is the publisher's business. Here a
//! dispatcher finds hosts with something waiting, leases them, and runs one task for each: in order within an order
//! key, otherwise side by side, with back-off, a second knock with another signature, and a cursor that is written down
//! as the answers come. A host has no task while it has nothing to do, so a slow or dead one delays nobody else.
//!
//! At least once: after a crash, what was sent since the cursor was last written is sent again.
//!
//! Blocked hosts: the lists are read from the database for each page of the log and again before each request, whoever
//! changed them, this process or another. From the moment a block is committed no new request goes to the host. What
//! would be its turn while it is blocked is done with and not sent later; whatever is published after it was cleared is
//! sent.

mod attempt;
mod backoff;
mod chores;
mod common;
mod context;
mod dispatcher;
mod engine;
mod followers;
mod health;
mod host_run;
mod items;
mod key_ring;
mod lists;
pub mod model;
pub mod port;
mod queue;
mod selection;
mod signer;
mod timer;
mod verdict;
mod window;

pub use engine::{Delivery, DeliveryLimits, DeliveryParts};
pub use port::{ProfileSource, RequestSigner, Response, Timer, Transport, TransportError};
pub use signer::CachedSigner;
pub use timer::ClockTimer;
