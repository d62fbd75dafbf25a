//! Time that stands still until the test moves it.

use std::time::Duration;

use guildhall_app::port::{Clock, PortFuture};
use guildhall_domain::Timestamp;
use guildhall_federation::delivery::Timer;
use tokio::sync::watch;

/// A clock that the test sets, with a timer that follows it. Clones are one clock.
#[derive(Debug, Clone)]
pub struct FixedClock(watch::Sender<Timestamp>);

impl FixedClock {
    /// A clock that shows an RFC 3339 time.
    pub fn at(text: &str) -> Self {
        let at: jiff::Timestamp = text.parse().unwrap();
        Self(watch::Sender::new(Timestamp(at.as_millisecond())))
    }

    /// What it shows.
    pub fn time(&self) -> Timestamp {
        *self.0.borrow()
    }

    /// Moves it on.
    pub fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = now.plus(span));
    }

    /// Sets it, forwards only: an earlier time changes nothing.
    pub fn advance_to(&self, at: Timestamp) {
        self.0.send_modify(|now| *now = at.max(*now));
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::at("2026-03-01T12:00:00Z")
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.time()
    }
}

impl Timer for FixedClock {
    fn sleep_until(&self, at: Timestamp) -> PortFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            now.wait_for(|now| !at.is_after(*now)).await.unwrap();
        })
    }
}
