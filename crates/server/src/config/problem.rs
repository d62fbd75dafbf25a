//! What is wrong with a configuration, and where it stands.

use std::fmt;
use std::path::PathBuf;

/// Whether the server can start with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It cannot.
    Error,
    /// It can, but the operator should know.
    Warning,
}

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of a file; the first line is 1. Without a line: the file as a whole.
    File(PathBuf, Option<usize>),
    /// An environment variable.
    Environment(String),
    /// Nowhere: the default.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, Some(line)) => write!(f, "{}:{line}", path.display()),
            Self::File(path, None) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub level: Level,
    /// The key as `section.key`, where there is one.
    pub key: Option<String>,
    /// Where it was given.
    pub place: Place,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// An error about `key`.
    pub fn error(key: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self { level: Level::Error, key: Some(key.into()), place, message: message.into() }
    }

    /// A warning about `key`.
    pub fn warning(key: impl Into<String>, place: Place, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(key, place, message) }
    }

    /// An error about a file as a whole.
    pub fn of_file(place: Place, message: impl Into<String>) -> Self {
        Self { level: Level::Error, key: None, place, message: message.into() }
    }

    /// Whether the server cannot start with it.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// `server.listen: got …, wanted … (guildhall.toml:3)`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.place {
            Place::Default => Ok(()),
            place => write!(f, " ({place})"),
        }
    }
}
