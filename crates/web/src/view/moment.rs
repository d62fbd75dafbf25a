//! Points in time, as people read them: always UTC, since the server does not know where the reader is.

use askama::{Template, filters::HtmlSafe};
use guildhall_domain::Timestamp;

/// A `<time>` element.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<time dir="auto" datetime="{{ iso }}" title="{{ full }}">{{ short }}</time>"#,
    ext = "html"
)]
pub(crate) struct Moment {
    iso: String,
    full: String,
    short: String,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// Shown as a day: `1 March 2026`.
    pub(crate) fn day(at: Timestamp) -> Self {
        Self::shown(at, "%-d %B %Y")
    }

    /// Shown to the minute: `1 Mar 2026, 12:04`.
    pub(crate) fn minute(at: Timestamp) -> Self {
        Self::shown(at, "%-d %b %Y, %H:%M")
    }

    fn shown(at: Timestamp, format: &str) -> Self {
        Self {
            iso: iso(at),
            full: instant(at).strftime("%A, %-d %B %Y, %H:%M:%S UTC").to_string(),
            short: instant(at).strftime(format).to_string(),
        }
    }
}

/// RFC 3339 with whole seconds: `2026-03-01T12:04:09Z`.
pub(crate) fn iso(at: Timestamp) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// 9999-12-30T00:00:00Z, about the last one that can be written: RFC 3339 has years of four digits.
const LAST_MILLIS: i64 = 253_402_128_000_000;

/// Dates come from other servers too, so they may lie anywhere: before 1970 and after 9999 become those ends.
fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis().clamp(0, LAST_MILLIS)).unwrap_or_default()
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
    fn dates_beyond_the_calendar_are_still_dates() {
        assert_eq!(iso(Timestamp(i64::MIN)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(Timestamp(i64::MAX)), "9999-12-30T00:00:00Z");
    }
}
