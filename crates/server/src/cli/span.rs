//! Times and spans of time as they are typed.

use std::time::Duration;

use guildhall_domain::Timestamp;
use jiff::{Span, SpanRelativeTo};

/// When something ends: at a time, or so long from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// `2026-12-01T12:00:00Z`, or `2026-12-01` for the beginning of that day in UTC.
    At(Timestamp),
    /// `7d`
    In(Duration),
}

impl Until {
    /// The point in time.
    pub(super) fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::In(span) => now.plus(span),
        }
    }
}

/// Reads an end.
pub(super) fn until(text: &str) -> Result<Until, String> {
    let at = |at: jiff::Timestamp| Until::At(Timestamp(at.as_millisecond()));
    if let Ok(read) = text.parse::<jiff::Timestamp>() {
        return Ok(at(read));
    }
    if let Ok(read) = format!("{text}T00:00:00Z").parse::<jiff::Timestamp>() {
        return Ok(at(read));
    }
    let wanted =
        || "a time such as 2026-12-01T12:00:00Z, a day such as 2026-12-01, or a span such as 7d is wanted";
    span(text).map(Until::In).map_err(|_| wanted().to_owned())
}

/// Reads a span such as `90m`, `6h`, `7d` or `2w`; a day has 24 hours.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let read: Option<Duration> = text
        .parse::<Span>()
        .ok()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok())
        .and_then(|span| Duration::try_from(span).ok());
    read.filter(|span| !span.is_zero()).ok_or_else(|| "a span such as 90m, 6h or 7d is wanted".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_time_a_day_or_a_span() {
        let at = |millis| Ok(Until::At(Timestamp(millis)));
        assert_eq!(until("2026-12-01T12:00:00+01:00"), at(1_796_122_800_000));
        assert_eq!(until("2026-12-01"), at(1_796_083_200_000));
        assert_eq!(until("7d"), Ok(Until::In(Duration::from_hours(7 * 24))));
        assert_eq!(until("2w").map(|end| end.from(Timestamp(1))), Ok(Timestamp(1 + 14 * 86_400_000)));
        for text in ["", "tomorrow", "0d", "-7d", "7", "1mo"] {
            assert!(until(text).is_err(), "{text}");
        }
    }
}
