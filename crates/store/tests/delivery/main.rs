//! The delivery log, cursors, leases and what is known of other servers, on both engines.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod hosts;
mod instances;
mod leases;
mod log;
mod set_up;
mod subscriptions;
