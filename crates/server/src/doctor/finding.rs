//! One thing that is not as it should be.

use std::fmt;

use crate::open::causes;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something does not work, or data is wrong.
    Error,
    /// Worth knowing.
    Warning,
}

impl Severity {
    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was looked at: `counters`, `disk` …
    pub check: &'static str,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    pub(super) fn error(check: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Error, check, what: what.into(), advice: advice.into() }
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(check, what, advice) }
    }

    /// A check that could not be made.
    pub(super) fn failed(check: &'static str, error: &anyhow::Error) -> Self {
        let advice = "see to the database first; where it is damaged, restore a backup into a new place";
        Self::error(check, format!("the check could not be made: {}", causes(error.as_ref())), advice)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, check, what, advice } = self;
        write!(f, "{} ({check}): {what}\n  {advice}", severity.as_str())
    }
}
