//! The timer of a running server.

use std::sync::Arc;

use guildhall_app::port::{Clock, PortFuture};
use guildhall_domain::Timestamp;

use super::port::Timer;

/// Waits by tokio's timer for as long as the clock says is left.
pub struct ClockTimer {
    clock: Arc<dyn Clock>,
}

impl ClockTimer {
    /// A timer for the times of `clock`, which has to run as fast as real time.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Timer for ClockTimer {
    fn sleep_until(&self, at: Timestamp) -> PortFuture<'_, ()> {
        // A clock that is set back meanwhile makes nobody wait longer.
        Box::pin(async move { tokio::time::sleep(at.since(self.clock.now())).await })
    }
}
