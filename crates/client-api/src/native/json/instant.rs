//! Points in time: RFC 3339, always UTC, with milliseconds.

use guildhall_domain::Timestamp;

/// `2026-03-01T12:04:09.123Z`. Dates come from other servers too: those before 1970 and after 9999, where RFC
/// 3339 ends, become those ends.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let millis = at.as_millis().clamp(0, jiff::Timestamp::MAX.as_millisecond());
    let instant = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Reads RFC 3339 with any offset, to the millisecond.
pub(crate) fn from_rfc3339(text: &str) -> Option<Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(rfc3339(Timestamp(1_772_366_649_000)), "2026-03-01T12:04:09.000Z");
        assert_eq!(rfc3339(Timestamp(1_772_366_649_123)), "2026-03-01T12:04:09.123Z");
    }

    #[test]
    fn dates_beyond_the_calendar_become_its_ends() {
        assert_eq!(rfc3339(Timestamp(i64::MIN)), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp(i64::MAX)), "9999-12-30T22:00:00.999Z");
    }

    #[test]
    fn an_offset_is_read_and_a_date_alone_is_not() {
        assert_eq!(from_rfc3339("2026-03-01T13:04:09+01:00"), Some(Timestamp(1_772_366_649_000)));
        assert_eq!(from_rfc3339("2026-03-01"), None);
        assert_eq!(from_rfc3339("tomorrow"), None);
    }
}
