//! Simulated time: microseconds since the start. The code of delivery sees it as milliseconds of the year 2001.

use std::time::Duration;

use guildhall_domain::Timestamp;

use crate::numbers::{fraction, whole};

/// What the code of delivery takes for the start.
const START: Timestamp = Timestamp(1_000_000_000_000);

/// Microseconds since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Moment(pub(crate) u64);

impl Moment {
    /// The start.
    pub(crate) const START: Self = Self(0);
    /// After everything else.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Hours after the start.
    pub(crate) fn hours(hours: u64) -> Self {
        Self(hours * 3_600_000_000)
    }

    /// So much later.
    pub(crate) fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)))
    }

    /// So many milliseconds later.
    pub(crate) fn plus_ms(self, ms: f64) -> Self {
        Self(self.0.saturating_add(whole(ms * 1000.0)))
    }

    /// Milliseconds since `earlier`; 0 when that is not earlier.
    pub(crate) fn ms_since(self, earlier: Self) -> f64 {
        fraction(self.0.saturating_sub(earlier.0)) / 1000.0
    }

    /// As the code of delivery sees it.
    pub(crate) fn stamp(self) -> Timestamp {
        Timestamp(START.0.saturating_add(i64::try_from(self.0 / 1000).unwrap_or(i64::MAX)))
    }

    /// From what the code of delivery says; the start for what lies before.
    pub(crate) fn of(stamp: Timestamp) -> Self {
        Self(u64::try_from(stamp.0.saturating_sub(START.0)).unwrap_or(0).saturating_mul(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_same_to_the_millisecond_there_and_back() {
        let moment = Moment::hours(3).plus_ms(1.25);
        assert_eq!(Moment::of(moment.stamp()), Moment(3 * 3_600_000_000 + 1000));
        assert_eq!(Moment::of(Timestamp(0)), Moment::START);
    }
}
