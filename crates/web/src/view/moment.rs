//! Points in time, as people read them: always UTC, since the server does not know where the reader is.

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use guildhall_domain::Timestamp;
use jiff::{
    civil::{DateTime, Weekday},
    tz::Offset,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A `<time>` element.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<time dir="auto" datetime="{{ iso }}" title="{{ full }}">{{ short }}</time>"#,
    ext = "html"
)]
pub(crate) struct Moment {
    iso: Form,
    full: Form,
    short: Form,
}

impl HtmlSafe for Moment {}

/// A point in time in one of its spellings, written where it is needed: a thread has a thousand of them.
#[derive(Debug, Clone, Copy)]
struct Form {
    at: DateTime,
    spelling: Spelling,
}

#[derive(Debug, Clone, Copy)]
enum Spelling {
    /// `2026-03-01T12:04:09Z`
    Iso,
    /// `Sunday, 1 March 2026, 12:04:09 UTC`
    Full,
    /// `1 March 2026`
    Day,
    /// `1 Mar 2026, 12:04`
    Minute,
}

impl HtmlSafe for Form {}

impl Moment {
    /// Shown as a day: `1 March 2026`.
    pub(crate) fn day(at: Timestamp) -> Self {
        Self::shown(at, Spelling::Day)
    }

    /// Shown to the minute: `1 Mar 2026, 12:04`.
    pub(crate) fn minute(at: Timestamp) -> Self {
        Self::shown(at, Spelling::Minute)
    }

    fn shown(at: Timestamp, short: Spelling) -> Self {
        let at = civil(at);
        let form = |spelling| Form { at, spelling };
        Self { iso: form(Spelling::Iso), full: form(Spelling::Full), short: form(short) }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        let (year, day, month) = (at.year(), at.day(), month(at));
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        match self.spelling {
            Spelling::Iso => {
                write!(f, "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", at.month())
            }
            Spelling::Full => {
                let weekday = weekday(at);
                write!(f, "{weekday}, {day} {month} {year:04}, {hour:02}:{minute:02}:{second:02} UTC")
            }
            Spelling::Day => write!(f, "{day} {month} {year:04}"),
            Spelling::Minute => write!(f, "{day} {month:.3} {year:04}, {hour:02}:{minute:02}"),
        }
    }
}

fn month(at: DateTime) -> &'static str {
    let number = usize::from(at.month().unsigned_abs());
    MONTHS.get(number.wrapping_sub(1)).copied().unwrap_or_default()
}

fn weekday(at: DateTime) -> &'static str {
    match at.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// RFC 3339 with whole seconds: `2026-03-01T12:04:09Z`.
pub(crate) fn iso(at: Timestamp) -> String {
    Form { at: civil(at), spelling: Spelling::Iso }.to_string()
}

/// 9999-12-30T00:00:00Z, about the last one that can be written: RFC 3339 has years of four digits.
const LAST_MILLIS: i64 = 253_402_128_000_000;

/// Dates come from other servers too, so they may lie anywhere: before 1970 and after 9999 become those ends.
fn civil(at: Timestamp) -> DateTime {
    let at = jiff::Timestamp::from_millisecond(at.as_millis().clamp(0, LAST_MILLIS));
    Offset::UTC.to_datetime(at.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_machine_form_a_short_and_a_full_one() {
        let html = Moment::minute(Timestamp(1_772_366_649_123)).render().unwrap();
        assert_eq!(
            html,
            "<time dir=\"auto\" datetime=\"2026-03-01T12:04:09Z\" title=\"Sunday, 1 March 2026, 12:04:09 UTC\">1 Mar 2026, 12:04</time>"
        );
    }

    #[test]
    fn every_month_and_weekday_is_spelt_as_the_calendar_does() {
        const DAY: i64 = 86_400_000;
        for day in 0..400 {
            let at = Timestamp(1_772_366_649_123 + day * DAY);
            let instant = jiff::Timestamp::from_millisecond(at.0).unwrap();
            let Moment { full, short, .. } = Moment::minute(at);
            assert_eq!(full.to_string(), instant.strftime("%A, %-d %B %Y, %H:%M:%S UTC").to_string());
            assert_eq!(short.to_string(), instant.strftime("%-d %b %Y, %H:%M").to_string());
            assert_eq!(Moment::day(at).short.to_string(), instant.strftime("%-d %B %Y").to_string());
        }
    }

    #[test]
    fn dates_beyond_the_calendar_are_still_dates() {
        assert_eq!(iso(Timestamp(i64::MIN)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(Timestamp(i64::MAX)), "9999-12-30T00:00:00Z");
    }
}
