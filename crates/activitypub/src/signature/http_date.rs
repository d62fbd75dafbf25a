//! The dates of HTTP headers (RFC 9110 section 5.6.7).

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// Reads `Sat, 21 Nov 2026 23:50:28 GMT` into milliseconds.
pub fn parse_http_date(text: &str) -> Option<i64> {
    // The parser of mail dates also takes comments and folded lines; a header has none.
    if text.len() > 40 || text.contains(['(', '\r', '\n']) {
        return None;
    }
    DateTimeParser::new().parse_timestamp(text).ok().map(Timestamp::as_millisecond)
}

/// Writes milliseconds as a header's date; None for years that have no such form.
pub fn format_http_date(now_ms: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(now_ms).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        let text = "Sat, 21 Nov 2026 23:50:28 GMT";
        assert_eq!(parse_http_date(text), Some(1_795_305_028_000));
        assert_eq!(format_http_date(1_795_305_028_999).as_deref(), Some(text));
        for wrong in ["", "yesterday", "Sun, 21 Nov 2026 23:50:28 GMT", "Sat, 21 Nov 2026 23:50:28 (x) GMT"] {
            assert_eq!(parse_http_date(wrong), None, "{wrong}");
        }
        assert_eq!(format_http_date(i64::MAX), None);
    }
}
