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

    /// The authority of the server it names: `example.org`, or with a port where that is not the default. `None`: it is no
    /// `http` or `https` URL.
    pub fn authority(&self) -> Option<&str> {
        let rest = self.0.strip_prefix("https://").or_else(|| self.0.strip_prefix("http://"))?;
        rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_what_stands_between_the_scheme_and_the_path() {
        let of = |id: &str| ApId::new(id).authority().map(str::to_owned);
        assert_eq!(of("https://example.org/users/a").as_deref(), Some("example.org"));
        assert_eq!(of("http://127.0.0.1:8081#key").as_deref(), Some("127.0.0.1:8081"));
        assert_eq!(of("https://example.org?x=/y").as_deref(), Some("example.org"));
        assert_eq!((of("did:key:z6Mk"), of("https:///x")), (None, None));
    }
}
