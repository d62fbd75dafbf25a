//! `[log]`: what is written to standard error, and how.

use super::section::section;
use super::setting::TextSetting;

section! {
    /// What is written to standard error, and how.
    struct LogConfig = "log" {
        /// For people or for machines.
        format: LogFormat = LogFormat::Text,
        /// How much: a level, and directives for single modules after it.
        level: LogFilter = LogFilter("info".to_owned()),
    }
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl TextSetting for LogFormat {
    const WANTED: &'static str = "\"text\" or \"json\"";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Json => "json".to_owned(),
        }
    }
}

/// A filter in the words of `tracing-subscriber`: `info` or `info,guildhall_federation=debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The directives.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TextSetting for LogFilter {
    const WANTED: &'static str = "a level (off, error, warn, info, debug, trace), \
        perhaps with directives such as \"info,guildhall_federation=debug\"";

    fn from_text(text: &str) -> Option<Self> {
        // A bare word that is no level would be taken as the name of a module, and silence all others.
        let bare_words_are_levels = text
            .split(',')
            .filter(|directive| !directive.contains(['=', '[']))
            .all(|word| matches!(word.trim(), "off" | "error" | "warn" | "info" | "debug" | "trace"));
        let parses = tracing_subscriber::EnvFilter::try_new(text).is_ok();
        (bare_words_are_levels && parses).then(|| Self(text.to_owned()))
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_level_is_not_taken_for_a_module() {
        for text in ["info", "off", "warn,guildhall_store=trace"] {
            assert!(LogFilter::from_text(text).is_some(), "{text}");
        }
        for text in ["", "inof", "info,debg", "guildhall_store=loud"] {
            assert!(LogFilter::from_text(text).is_none(), "{text}");
        }
    }
}
