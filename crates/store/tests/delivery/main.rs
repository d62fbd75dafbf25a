//! The delivery log, cursors, leases and what is known of other servers, on both engines.

mod hosts;
mod instances;
mod leases;
mod log;
mod set_up;
mod subscriptions;
