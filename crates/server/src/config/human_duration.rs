//! Spans of time as people write them: `"90s"`, `"10m"`, `"1h 30m"`.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use super::setting::TextSetting;

/// A span of time, zero or longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanDuration(pub Duration);

impl HumanDuration {
    /// So many seconds.
    pub const fn seconds(count: u64) -> Self {
        Self(Duration::from_secs(count))
    }

    /// So many hours.
    pub const fn hours(count: u64) -> Self {
        Self::seconds(count * 3600)
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SignedDuration::try_from(self.0) {
            Ok(duration) => write!(f, "{duration:#}"),
            Err(_) => write!(f, "{}s", self.0.as_secs()),
        }
    }
}

impl TextSetting for HumanDuration {
    const WANTED: &'static str = "a span of time such as \"30s\", \"10m\" or \"1h\"";

    fn from_text(text: &str) -> Option<Self> {
        let duration: SignedDuration = text.parse().ok()?;
        Duration::try_from(duration).ok().map(Self)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_as_they_are_shown() {
        for text in ["5s", "10m", "1h", "1h 30m", "250ms"] {
            let read = HumanDuration::from_text(text).unwrap();
            assert_eq!(read.to_text(), text);
        }
        assert_eq!(HumanDuration::from_text("1h"), Some(HumanDuration::hours(1)));
    }

    #[test]
    fn a_span_needs_a_unit_and_is_never_negative() {
        for text in ["", "60", "-1h", "soon", "1x"] {
            assert_eq!(HumanDuration::from_text(text), None, "{text}");
        }
    }
}
