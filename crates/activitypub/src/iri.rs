//! Global identifiers: absolute http(s) URLs in one spelling, so that equal ids are equal strings.

use std::fmt;

use url::{Host, Url};

/// The longest identifier taken, in bytes.
const MAX_BYTES: usize = 2048;

/// An absolute http(s) URL in normal form: host in lower case and ASCII, default port removed, no credentials.
///
/// The fragment stays: `…/actor#main-key` and `…/actor` are two ids.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iri {
    text: String,
    /// Where the authority begins and ends in `text`.
    authority: (u16, u16),
}

/// Why a text is not an [`Iri`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IriError {
    /// More than 2048 bytes.
    #[error("longer than 2048 bytes")]
    TooLong,
    /// No absolute URL, or one with control characters or backslashes, which parsers read differently.
    #[error("not an absolute URL")]
    Malformed,
    /// `acct:`, `did:`, `javascript:` and so on.
    #[error("neither http nor https")]
    Scheme,
    /// `https://name:password@host/`.
    #[error("carries credentials")]
    Credentials,
    /// `https://host./` names the same machine as `https://host/` and another origin.
    #[error("host ends with a dot")]
    TrailingDot,
}

/// Who vouches for an id: scheme, host and port.
///
/// Source: FEP-fe34 (same-origin policy).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    https: bool,
    host: String,
    port: u16,
}

impl Iri {
    /// Reads and normalises an id. White space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, IriError> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(IriError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(IriError::Malformed);
        }
        check_authority(text)?;
        let url = Url::parse(text).map_err(|_| IriError::Malformed)?;
        Self::from_url(url)
    }

    /// Takes over a URL that is parsed already, with the same checks as [`Iri::parse`].
    pub fn from_url(url: Url) -> Result<Self, IriError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(IriError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(IriError::Credentials);
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(IriError::Malformed)?;
        if host.ends_with('.') {
            return Err(IriError::TrailingDot);
        }
        let start = url.scheme().len() + "://".len();
        let port = url.port().map_or(0, |port| 1 + port.to_string().len());
        let end = start + host.len() + port;
        let text = String::from(url);
        // Escaping may have made it longer than it came.
        if text.len() > MAX_BYTES {
            return Err(IriError::TooLong);
        }
        let bound = |at: usize| u16::try_from(at).map_err(|_| IriError::TooLong);
        Ok(Self { authority: (bound(start)?, bound(end)?), text })
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> Origin {
        let https = self.is_https();
        let (host, port) = match self.authority().rsplit_once(':') {
            // A colon inside brackets belongs to an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
            _ => (self.authority(), None),
        };
        let port = port.unwrap_or(if https { 443 } else { 80 });
        Origin { https, host: host.to_owned(), port }
    }

    /// `host`, or `host:port` where the port is not the scheme's own.
    pub fn authority(&self) -> &str {
        &self.text[usize::from(self.authority.0)..usize::from(self.authority.1)]
    }

    /// `https`, or `http`.
    pub fn scheme(&self) -> &str {
        if self.is_https() { "https" } else { "http" }
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// What a request line carries: path and query, without the fragment. Begins with `/`.
    pub fn path_and_query(&self) -> &str {
        let rest = &self.text[usize::from(self.authority.1)..];
        rest.split_once('#').map_or(rest, |(before, _)| before)
    }

    /// The same id without its fragment: the document in which it is found.
    #[must_use]
    pub fn without_fragment(&self) -> Self {
        match self.text.split_once('#') {
            Some((before, _)) => Self { text: before.to_owned(), authority: self.authority },
            None => self.clone(),
        }
    }

    /// The last non-empty segment of the path, without query and fragment.
    pub fn last_segment(&self) -> Option<&str> {
        let path = self.path_and_query();
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        path.rsplit('/').find(|segment| !segment.is_empty())
    }

    /// Whether both have one origin.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.is_https() == other.is_https() && self.authority() == other.authority()
    }
}

/// Refuses what the URL parser would quietly mend: `https:host`, `https:///host`, `https://@host`.
fn check_authority(text: &str) -> Result<(), IriError> {
    let Some((scheme, rest)) = text.split_once(':') else { return Err(IriError::Malformed) };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(if scheme.contains('/') { IriError::Malformed } else { IriError::Scheme });
    }
    let rest = rest.strip_prefix("//").ok_or(IriError::Malformed)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority {
        "" => Err(IriError::Malformed),
        _ if authority.contains('@') => Err(IriError::Credentials),
        // Behind an address the parser drops it: `127.0.0.1.`
        _ if authority.ends_with('.') || authority.contains(".:") => Err(IriError::TrailingDot),
        _ => Ok(()),
    }
}

impl Origin {
    /// `host` or `host:port`, as in [`Iri::authority`].
    pub fn authority(&self) -> String {
        let own = if self.https { 443 } else { 80 };
        if self.port == own { self.host.clone() } else { format!("{}:{}", self.host, self.port) }
    }

    /// The host alone; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, given or implied.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `https`, or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Whether the host is an address and not a name.
    pub fn is_ip_literal(&self) -> bool {
        matches!(Host::parse(&self.host), Ok(Host::Ipv4(_) | Host::Ipv6(_)))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl AsRef<str> for Iri {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl std::str::FromStr for Iri {
    type Err = IriError;

    fn from_str(text: &str) -> Result<Self, IriError> {
        Self::parse(text)
    }
}

impl From<Iri> for String {
    fn from(iri: Iri) -> Self {
        iri.text
    }
}

impl serde::Serialize for Iri {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iri(text: &str) -> Iri {
        Iri::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_one_url_become_one_iri() {
        let normal = iri("https://example.org/users/alice");
        for spelling in [
            "HTTPS://Example.ORG/users/alice",
            "https://example.org:443/users/alice",
            " https://example.org/users/alice ",
            "https://example.org/users/bob/../alice",
        ] {
            assert_eq!(iri(spelling), normal, "{spelling}");
        }
        assert_eq!(iri("https://bücher.example/x").as_str(), "https://xn--bcher-kva.example/x");
        // Fullwidth letters are another way to write the same host.
        assert_eq!(iri("https://ｅxample.org/users/alice"), normal);
    }

    #[test]
    fn what_parsers_may_read_differently_is_refused() {
        for (text, error) in [
            ("https://good.example@evil.example/", IriError::Credentials),
            ("https://a:b@evil.example/", IriError::Credentials),
            ("https://example.org./x", IriError::TrailingDot),
            ("https://203.0.113.1./x", IriError::TrailingDot),
            ("https://0x7f.1.:80/x", IriError::TrailingDot),
            ("https://example.org\\@evil.example/", IriError::Malformed),
            ("https://exam\tple.org/", IriError::Malformed),
            ("https:///", IriError::Malformed),
            ("https:///example.org/x", IriError::Malformed),
            ("https:example.org/x", IriError::Malformed),
            ("https://@example.org/x", IriError::Credentials),
            ("/users/alice", IriError::Malformed),
            ("", IriError::Malformed),
            ("acct:alice@example.org", IriError::Scheme),
            ("javascript:alert(1)", IriError::Scheme),
            ("as:Public", IriError::Scheme),
        ] {
            assert_eq!(Iri::parse(text), Err(error), "{text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(2048));
        assert_eq!(Iri::parse(&long), Err(IriError::TooLong));
        let longer_when_escaped = format!("https://example.org/{}", "ü".repeat(400));
        assert_eq!(Iri::parse(&longer_when_escaped), Err(IriError::TooLong));
    }

    #[test]
    fn origin_and_authority_carry_a_port_only_when_it_is_unusual() {
        for (text, authority, origin) in [
            ("https://example.org/x", "example.org", "https://example.org"),
            ("http://example.org:80/x", "example.org", "http://example.org"),
            ("http://example.org:443/x", "example.org:443", "http://example.org:443"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://[::1]/x", "[::1]", "https://[::1]"),
            ("https://[::1]:8443/x", "[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(iri(text).authority(), authority, "{text}");
            assert_eq!(iri(text).origin().to_string(), origin, "{text}");
        }
        assert!(!iri("http://example.org/").same_origin(&iri("https://example.org/")));
        assert!(!iri("https://example.org:444/").same_origin(&iri("https://example.org/")));
        assert!(iri("https://example.org:443/").same_origin(&iri("https://EXAMPLE.org/a")));
        assert!(iri("https://[::1]/").origin().is_ip_literal());
        assert!(!iri("https://example.org/").origin().is_ip_literal());
    }

    #[test]
    fn parts_are_found() {
        let key = iri("https://example.org/users/alice?page=1#main-key");
        assert_eq!(key.without_fragment().as_str(), "https://example.org/users/alice?page=1");
        assert_eq!(key.path_and_query(), "/users/alice?page=1");
        assert_eq!(key.last_segment(), Some("alice"));
        assert_eq!(iri("https://example.org#x").path_and_query(), "/");
        assert_eq!(iri("https://example.org").last_segment(), None);
    }
}
