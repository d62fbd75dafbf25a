//! The public address of this instance, from which every id is made.

use std::fmt;

use url::{Host, Url};

use super::setting::TextSetting;

/// `http://` or `https://`, a host and perhaps a port; nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads a base URL; a trailing slash is allowed and dropped. `None`: another scheme, a path, a query, a
    /// fragment, a user name, or no URL at all.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        (matches!(url.scheme(), "http" | "https") && url.has_host() && bare).then_some(Self(url))
    }

    /// The address without a trailing slash: `https://example.org`.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// As a URL, with the path `/`.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host as it stands in handles: with its port unless that is the scheme's own.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// Whether ids begin with `https://`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine or its private network can mean this host.
    pub fn is_local(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
            None => false,
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TextSetting for BaseUrl {
    const WANTED: &'static str =
        "the public address, http:// or https:// with a host and no path, such as \"https://example.org\"";

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_and_the_default_port_are_dropped() {
        for text in ["https://example.org", "https://example.org/", "https://EXAMPLE.org:443/"] {
            assert_eq!(BaseUrl::parse(text).unwrap().as_str(), "https://example.org", "{text}");
        }
        assert_eq!(BaseUrl::parse("http://localhost:8080/").unwrap().authority(), "localhost:8080");
    }

    #[test]
    fn anything_but_scheme_host_and_port_is_refused() {
        let wrong = [
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https://example.org/forum",
            "https://example.org/?a=b",
            "https://example.org/#a",
            "https://me@example.org",
        ];
        for text in wrong {
            assert_eq!(BaseUrl::parse(text), None, "{text}");
        }
    }

    #[test]
    fn local_hosts_are_told_from_public_ones() {
        let cases = [
            ("http://localhost:8080", true),
            ("http://alpha.localhost", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://192.168.0.7", true),
            ("http://example.org", false),
            ("http://notlocalhost", false),
            ("http://198.51.100.1", false),
        ];
        for (text, local) in cases {
            assert_eq!(BaseUrl::parse(text).unwrap().is_local(), local, "{text}");
        }
    }
}
