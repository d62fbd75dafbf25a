//! A server's name as a person writes it, at whichever door.

use url::Url;

/// Why a text is no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHost {
    /// `https://example.org/about`
    #[error("write the host alone, such as {0:?}, and no URL")]
    Url(String),
    /// `@ada@example.org`
    #[error("write the host alone, such as {0:?}, without a name before it")]
    Handle(String),
    /// `*.example.org`
    #[error("{0:?} covers its subdomains by itself; leave out the `*.`")]
    Wildcard(String),
    /// `ex***le.org`, as Mastodon publishes names that it hides.
    #[error("{0:?} is obfuscated: who made this hides the real name, so nothing can be decided by it")]
    Obfuscated(String),
    /// Anything else.
    #[error("{0:?} is no host; write it as example.org, or example.org:8443 with a port")]
    Other(String),
}

/// Reads a host, with or without a port, as it stands in handles: in lower case, in ASCII, without https's own port.
pub fn parse_host(text: &str) -> Result<String, InvalidHost> {
    let text = text.trim();
    let other = || InvalidHost::Other(text.to_owned());
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err(authority(host).map_or_else(other, InvalidHost::Url));
    }
    if let Some((_, host)) = text.rsplit_once('@') {
        return Err(authority(host).map_or_else(other, InvalidHost::Handle));
    }
    if let Some(host) = text.strip_prefix("*.") {
        return Err(authority(host).map_or_else(other, InvalidHost::Wildcard));
    }
    if let Some((host, _)) = text.split_once('/') {
        return Err(authority(host).map_or_else(other, InvalidHost::Url));
    }
    if text.contains('*') && text.contains('.') {
        return Err(InvalidHost::Obfuscated(text.to_owned()));
    }
    authority(text).ok_or_else(other)
}

fn authority(text: &str) -> Option<String> {
    // These are dropped or read as something else in a URL.
    if text.is_empty()
        || text.ends_with(':')
        || text.contains(|c: char| c.is_whitespace() || "/\\?#@*".contains(c))
    {
        return None;
    }
    let url = Url::parse(&format!("https://{text}/")).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    (!host.is_empty()).then(|| format!("{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_brought_into_the_form_of_handles() {
        let cases = [
            ("Example.ORG", "example.org"),
            (" example.org. ", "example.org"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("example.org:443", "example.org"),
            ("example.org:8443", "example.org:8443"),
            ("127.0.0.1:8081", "127.0.0.1:8081"),
            ("[::1]:8081", "[::1]:8081"),
            ("localhost", "localhost"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_host(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_host_is_refused_with_the_host_in_it() {
        let host = || "bad.example".to_owned();
        let cases = [
            ("https://Bad.example", InvalidHost::Url(host())),
            ("https://bad.example/about?x", InvalidHost::Url(host())),
            ("bad.example/", InvalidHost::Url(host())),
            ("@eve@bad.example", InvalidHost::Handle(host())),
            ("*.bad.example", InvalidHost::Wildcard(host())),
            ("b*d.example", InvalidHost::Obfuscated("b*d.example".to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_host(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in ["", " ", "a b", "a:b", "a:99999", "example.org:", "https://", "*", "[::1", "."] {
            assert_eq!(parse_host(text), Err(InvalidHost::Other(text.trim().to_owned())), "{text:?}");
        }
    }
}
