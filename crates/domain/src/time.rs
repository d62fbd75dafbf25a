//! Points in time as milliseconds since 1970-01-01 UTC: one order, one arithmetic and one index on both databases.

use std::time::Duration;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The day it is in, by UTC: days since 1970-01-01.
    pub fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1000)
    }

    /// Whether this point lies after `other`.
    pub fn is_after(self, other: Timestamp) -> bool {
        self > other
    }

    /// The point `span` later; stays at the last representable one.
    #[must_use]
    pub fn plus(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(millis(span)))
    }

    /// The point `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(millis(span)))
    }

    /// Whether less than `span` has passed since this point. A point in the future does not count: the clock was set back
    /// since it was noted, and nobody knows when that was.
    pub fn is_within(self, span: Duration, now: Timestamp) -> bool {
        !self.is_after(now) && now.since(self) < span
    }

    /// The time since `earlier`; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_future_is_not_a_short_while_ago() {
        let span = Duration::from_millis(5);
        let is_within = |at: i64| Timestamp(at).is_within(span, Timestamp(9));
        assert_eq!([4, 5, 9, 10].map(is_within), [false, true, true, false]);
    }

    #[test]
    fn a_span_before_the_start_is_zero() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Duration::ZERO);
        assert_eq!(Timestamp(9).since(Timestamp(5)), Duration::from_millis(4));
    }
}
