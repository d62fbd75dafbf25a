//! The types a single setting can have, and how each is read from TOML or from the text of an environment variable.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde_json::Value;

/// A value as it was given, before it has a type.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// From the environment: any type, written as text.
    Environment(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML boolean.
    Boolean(bool),
    /// A TOML array.
    List(Vec<Given>),
    /// A TOML value that no setting has, by the name of its type.
    Other(&'static str),
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(text) | Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => write!(f, "the number {number}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::List(_) => f.write_str("a list"),
            Self::Other(kind) => write!(f, "a {kind}"),
        }
    }
}

/// A value that cannot be used for its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// What was given, ready to print; secrets are left out.
    pub given: String,
    /// What would have been right, as in "wanted …".
    pub wanted: String,
}

impl Mismatch {
    fn new(given: &Given, wanted: impl Into<String>) -> Self {
        Self { given: given.to_string(), wanted: wanted.into() }
    }
}

/// A type that a setting can have.
pub(super) trait Setting: Sized {
    /// Reads a value.
    fn read(given: &Given) -> Result<Self, Mismatch>;

    /// The value as people and `--json` see it; secrets masked.
    fn show(&self) -> Value;
}

/// A setting that is written as one string in file and environment alike.
pub(super) trait TextSetting: Sized {
    /// What is right, as in "wanted …".
    const WANTED: &'static str;
    /// Whether messages must not repeat what was given.
    const SECRET: bool = false;

    /// Reads the text; `None` when it is not right.
    fn from_text(text: &str) -> Option<Self>;

    /// The text to show; reads back as the same value unless secret.
    fn to_text(&self) -> String;
}

fn read_text<T: TextSetting>(given: &Given, wanted: impl Fn() -> String) -> Result<T, Mismatch> {
    let read = match given {
        Given::Environment(text) | Given::Text(text) => T::from_text(text),
        _ => None,
    };
    read.ok_or_else(|| {
        let given = if T::SECRET { "something else (hidden)".to_owned() } else { given.to_string() };
        Mismatch { given, wanted: wanted() }
    })
}

impl<T: TextSetting> Setting for T {
    fn read(given: &Given) -> Result<Self, Mismatch> {
        read_text(given, || T::WANTED.to_owned())
    }

    fn show(&self) -> Value {
        self.to_text().into()
    }
}

/// Optional settings are left out by an empty string: TOML has no null, and neither has the environment.
impl<T: TextSetting> Setting for Option<T> {
    fn read(given: &Given) -> Result<Self, Mismatch> {
        match given {
            Given::Environment(text) | Given::Text(text) if text.is_empty() => Ok(None),
            _ => read_text(given, || format!("{}, or \"\" for none", T::WANTED)).map(Some),
        }
    }

    fn show(&self) -> Value {
        self.as_ref().map(T::to_text).unwrap_or_default().into()
    }
}

/// Lists are arrays in the file and comma separated in the environment.
impl<T: TextSetting> Setting for Vec<T> {
    fn read(given: &Given) -> Result<Self, Mismatch> {
        let wanted = || format!("a list, each item {}", T::WANTED);
        match given {
            Given::List(items) => items.iter().map(|item| read_text(item, wanted)).collect(),
            Given::Environment(text) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| read_text(&Given::Environment(item.to_owned()), wanted))
                .collect(),
            _ => Err(Mismatch::new(given, wanted())),
        }
    }

    fn show(&self) -> Value {
        self.iter().map(T::to_text).collect()
    }
}

impl Setting for bool {
    fn read(given: &Given) -> Result<Self, Mismatch> {
        match given {
            Given::Boolean(value) => Ok(*value),
            Given::Environment(text) if text == "true" => Ok(true),
            Given::Environment(text) if text == "false" => Ok(false),
            _ => Err(Mismatch::new(given, "true or false")),
        }
    }

    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Setting for u32 {
    fn read(given: &Given) -> Result<Self, Mismatch> {
        let read = match given {
            Given::Integer(number) => Self::try_from(*number).ok(),
            Given::Environment(text) => text.parse().ok(),
            _ => None,
        };
        read.ok_or_else(|| Mismatch::new(given, format!("a whole number from 0 to {}", Self::MAX)))
    }

    fn show(&self) -> Value {
        (*self).into()
    }
}

impl TextSetting for String {
    const WANTED: &'static str = "a string";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_text(&self) -> String {
        self.clone()
    }
}

impl TextSetting for PathBuf {
    const WANTED: &'static str = "a path";

    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::from(text))
    }

    fn to_text(&self) -> String {
        self.display().to_string()
    }
}

impl TextSetting for SocketAddr {
    const WANTED: &'static str = "an IP address with a port such as \"127.0.0.1:8080\" or \"[::]:8080\"";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl TextSetting for IpNet {
    const WANTED: &'static str = "an address range such as \"10.0.0.0/8\" or a single IP address";

    fn from_text(text: &str) -> Option<Self> {
        let single = || text.parse::<std::net::IpAddr>().ok().map(Self::from);
        text.parse::<Self>().ok().map(|range| range.trunc()).or_else(single)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}
