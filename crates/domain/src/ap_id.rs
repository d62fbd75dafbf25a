//! The global id of an actor, object or activity.

use std::fmt;

/// The `id` of an `ActivityPub` actor, object or activity, as its origin wrote it after normalisation.
///
/// Kept opaque on purpose: today it is an `https` URL, portable objects (FEP-ef61) use other schemes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApId(String);

impl ApId {
    /// Takes a URL that the caller has parsed and normalised.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for ApId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
