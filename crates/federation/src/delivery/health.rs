//! How a host is doing, from answer to answer.

use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::delivery::{HostLease, HostState};

use super::backoff::{self, DEAD_AFTER, PROBE_EVERY};

/// How a host is doing. Answers that fail together are one round, and count once.
#[derive(Debug, Clone)]
pub(super) struct Health {
    pub(super) state: HostState,
    pub(super) failures: u32,
    pub(super) failing_since: Option<Timestamp>,
    pub(super) last_success_at: Option<Timestamp>,
    pub(super) last_error: Option<(String, Timestamp)>,
    /// No new request in this lease; the next attempt is then.
    rests_until: Option<Timestamp>,
}

impl Health {
    /// As it was when the host was leased.
    pub(super) fn of(lease: &HostLease) -> Self {
        Self {
            state: lease.state,
            failures: lease.failures,
            failing_since: lease.failing_since,
            last_success_at: None,
            last_error: None,
            rests_until: None,
        }
    }

    /// The host took something.
    pub(super) fn succeed(&mut self, now: Timestamp) {
        self.state = HostState::Active;
        self.failures = 0;
        self.failing_since = None;
        self.last_success_at = Some(now);
    }

    /// The host did not take something, for a reason that has to do with the host; `asked` is its `Retry-After`.
    pub(super) fn fail(&mut self, now: Timestamp, asked: Option<Duration>, jitter: f64, error: String) {
        self.last_error = Some((error, now));
        let since = *self.failing_since.get_or_insert(now);
        if self.rests_until.is_none() || self.failures == 0 {
            self.failures = self.failures.saturating_add(1);
        }
        let is_dead = now.since(since) >= DEAD_AFTER;
        self.state = if is_dead { HostState::Dead } else { HostState::Failing };
        let wait = match asked {
            _ if is_dead => PROBE_EVERY,
            Some(asked) => backoff::asked_delay(asked, self.failures, jitter),
            None => backoff::delay(self.failures, jitter),
        };
        self.rest_until(now.plus(wait));
    }

    /// The host refused an item for good: nothing to be proud of, but it is there.
    pub(super) fn answer(&mut self, now: Timestamp, error: String) {
        self.state = HostState::Active;
        self.failures = 0;
        self.failing_since = None;
        self.last_error = Some((error, now));
    }

    /// Sends no more before `at`, through no fault of the host.
    pub(super) fn rest_until(&mut self, at: Timestamp) {
        self.rests_until = Some(self.rests_until.map_or(at, |until| until.max(at)));
    }

    /// When to go on, where that is not now.
    pub(super) fn rests_until(&self) -> Option<Timestamp> {
        self.rests_until
    }

    /// Whether the host failed last time, so that one request is to find out first.
    pub(super) fn is_doubtful(&self) -> bool {
        self.failures > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const DAY: Duration = Duration::from_hours(24);

    fn health(failures: u32, failing_since: Option<Timestamp>) -> Health {
        let state = if failures == 0 { HostState::Active } else { HostState::Failing };
        Health { state, failures, failing_since, last_success_at: None, last_error: None, rests_until: None }
    }

    #[test]
    fn answers_that_fail_together_are_one_round() {
        let mut host = health(0, None);
        for _ in 0..8 {
            host.fail(NOW, None, 0.0, "503".into());
        }
        assert_eq!((host.failures, host.state), (1, HostState::Failing));
        assert_eq!(host.rests_until(), Some(NOW.plus(Duration::from_secs(15))));
    }

    #[test]
    fn a_success_beside_a_failure_clears_the_record_but_not_the_rest() {
        let mut host = health(3, Some(NOW));
        host.fail(NOW, None, 0.0, "500".into());
        host.succeed(NOW);
        assert_eq!((host.failures, host.state), (0, HostState::Active));
        assert!(host.rests_until().is_some());
    }

    #[test]
    fn after_seven_days_a_host_is_dead_and_probed_once_a_day() {
        let mut host = health(30, Some(NOW.minus(7 * DAY)));
        host.fail(NOW, Some(Duration::from_secs(1)), 0.2, "timeout".into());
        assert_eq!(host.state, HostState::Dead);
        assert_eq!(host.rests_until(), Some(NOW.plus(DAY)));
        let mut host = health(30, Some(NOW.minus(6 * DAY)));
        host.fail(NOW, None, 0.0, "timeout".into());
        assert_eq!(host.state, HostState::Failing);
    }

    #[test]
    fn the_longest_wish_of_a_round_counts() {
        let mut host = health(0, None);
        host.fail(NOW, Some(Duration::from_secs(100)), 0.0, "429".into());
        host.fail(NOW, None, 0.0, "503".into());
        assert_eq!(host.rests_until(), Some(NOW.plus(Duration::from_secs(100))));
    }
}
