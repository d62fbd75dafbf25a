//! Spans of time as people give them: days and moments, by UTC.

use std::time::Duration;

use guildhall_domain::Timestamp;
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

/// The longest period that is counted, in days: a year, and some to compare.
pub const MAX_DAYS: u64 = 400;
const DAY: Duration = Duration::from_hours(24);

/// From a moment up to another one, which is no more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it is over.
    pub to: Timestamp,
}

/// Why a period is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It is over before it begins.
    #[error("the end of a period comes after its beginning")]
    Backwards,
    /// Longer than [`MAX_DAYS`].
    #[error("at most 400 days can be counted at once")]
    TooLong,
}

impl Period {
    /// The one between what was given. Without both: the month of yesterday; without an end: a month from the beginning; without
    /// a beginning: the month up to the end.
    ///
    /// # Errors
    /// [`PeriodError`].
    pub fn new(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> Result<Self, PeriodError> {
        let period = match (from, to) {
            (Some(from), Some(to)) => Self { from, to },
            (Some(from), None) => Self { from, to: months_after(from, 1) },
            (None, Some(to)) => Self { from: months_after(to, -1), to },
            (None, None) => Self::latest(now),
        };
        if period.from >= period.to {
            return Err(PeriodError::Backwards);
        }
        if period.to.since(period.from) > DAY * u32::try_from(MAX_DAYS).unwrap_or(u32::MAX) {
            return Err(PeriodError::TooLong);
        }
        Ok(period)
    }

    /// The month that is shown where nothing else is asked for: the latest of which a day is over.
    pub fn latest(now: Timestamp) -> Self {
        Self::month_of(now.minus(DAY))
    }

    /// As far as its days are over: nobody learns from figures what happened a moment ago, and to whom.
    #[must_use]
    pub fn until_today(self, now: Timestamp) -> Self {
        let to = self.to.min(start_of(date_of(now)));
        Self { from: self.from.min(to), to }
    }

    /// The whole month that a moment is in.
    pub fn month_of(at: Timestamp) -> Self {
        let from = start_of(date_of(at).first_of_month());
        Self { from, to: months_after(from, 1) }
    }

    /// The month before the one it begins in, and the one after that.
    pub fn neighbours(self) -> (Self, Self) {
        let month = Self::month_of(self.from);
        (Self::month_of(months_after(month.from, -1)), Self::month_of(month.to))
    }

    /// The days it begins and ends with, as `2026-03-01`.
    pub fn days(self) -> (String, String) {
        let last = Timestamp(self.to.0 - 1);
        (date_of(self.from).to_string(), date_of(last).to_string())
    }
}

/// Where a period begins that somebody gives as a day, `2026-03-01`, or a moment of RFC 3339.
pub fn beginning(text: &str) -> Option<Timestamp> {
    day(text).or_else(|| moment(text))
}

/// Where it is over: after the whole of the day.
pub fn end(text: &str) -> Option<Timestamp> {
    end_of_day(text).or_else(|| moment(text))
}

/// The day `2026-03-01` and no moment.
pub fn day(text: &str) -> Option<Timestamp> {
    // Exactly as the calendar field of a form sends it: a longer text says more than a day.
    (text.len() == 10).then(|| text.parse().ok()).flatten().map(start_of)
}

/// The end of a day.
pub fn end_of_day(text: &str) -> Option<Timestamp> {
    day(text).map(|at| at.plus(DAY))
}

fn moment(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(at.as_millisecond()))
}

/// Times of other servers may lie anywhere; the calendar ends in the year 9999.
fn date_of(at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_millisecond(at.0.clamp(0, LAST_MILLIS)).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).date()
}

/// 9999-12-01T00:00:00Z
const LAST_MILLIS: i64 = 253_399_622_400_000;

fn start_of(date: Date) -> Timestamp {
    let at = date.to_zoned(TimeZone::UTC).map(|at| at.timestamp().as_millisecond());
    Timestamp(at.unwrap_or(LAST_MILLIS))
}

fn months_after(at: Timestamp, months: i64) -> Timestamp {
    let date = date_of(at);
    let moved = date.checked_add(months.months()).unwrap_or(date);
    let into_day = at.0.rem_euclid(24 * 60 * 60 * 1000);
    Timestamp(start_of(moved).0 + into_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        beginning(text).unwrap()
    }

    #[test]
    fn a_month_is_what_is_meant_where_nothing_is_said() {
        let of = |from: Option<&str>, to: Option<&str>| {
            let now = at("2026-03-15T12:00:00Z");
            Period::new(from.map(at), to.and_then(end), now).map(Period::days)
        };
        let days = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(of(None, None), days("2026-03-01", "2026-03-31"));
        assert_eq!(of(Some("2026-01-31"), None), days("2026-01-31", "2026-02-27"));
        assert_eq!(of(None, Some("2026-02-28")), days("2026-02-01", "2026-02-28"));
        assert_eq!(of(Some("2026-02-01"), Some("2026-02-01")), days("2026-02-01", "2026-02-01"));
        assert_eq!(of(Some("2026-02-02"), Some("2026-02-01")), Err(PeriodError::Backwards));
        assert_eq!(of(Some("2025-01-01"), Some("2026-02-05")), Err(PeriodError::TooLong));
        assert!(of(Some("2025-01-01"), Some("2026-02-04")).is_ok());
    }

    #[test]
    fn months_lie_side_by_side() {
        let (before, after) = Period::month_of(at("2026-01-15")).neighbours();
        assert_eq!(before.days(), ("2025-12-01".to_owned(), "2025-12-31".to_owned()));
        assert_eq!(after.days(), ("2026-02-01".to_owned(), "2026-02-28".to_owned()));
        assert_eq!(Period::month_of(Timestamp(i64::MAX)).days().0, "9999-12-01");
        let first = Period::month_of(Timestamp(i64::MIN));
        assert_eq!(
            (first.days().0.as_str(), first.neighbours().0),
            ("1970-01-01", first),
            "nothing was before"
        );
    }

    #[test]
    fn only_days_that_are_over_are_counted() {
        let of = |from: &str, to: &str, now: &str| {
            let period = Period { from: at(from), to: end(to).unwrap() }.until_today(at(now));
            (period.from, period.to)
        };
        let march = (at("2026-03-01"), at("2026-04-01"));
        assert_eq!(of("2026-03-01", "2026-03-31", "2026-04-01T00:00:00Z"), march);
        assert_eq!(of("2026-03-01", "2026-03-31", "2026-03-31T23:59:59Z"), (march.0, at("2026-03-31")));
        assert_eq!(
            of("2026-03-31", "2026-03-31", "2026-03-31T12:00:00Z"),
            (at("2026-03-31"), at("2026-03-31"))
        );
        let february = Period::month_of(at("2026-02-03"));
        assert_eq!(Period::latest(at("2026-03-01T08:00:00Z")), february);
        assert_eq!(Period::latest(at("2026-03-02T08:00:00Z")), Period::month_of(at("2026-03-02")));
    }

    #[test]
    fn days_and_moments_are_read_and_nothing_else() {
        assert_eq!(beginning("2026-03-01"), beginning("2026-03-01T01:00:00+01:00"));
        assert_eq!(end("2026-03-01"), beginning("2026-03-02"));
        assert_eq!(end("2026-03-01T00:00:00Z"), beginning("2026-03-01"));
        for text in ["", "today", "2026-3-1", "2026-02-30", "2026-03-01T00:00:00", "20260301"] {
            assert_eq!((beginning(text), end(text)), (None, None), "{text}");
        }
    }
}
