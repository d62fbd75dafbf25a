//! Links that came from other people: only the web's own schemes are followed, and where they lead is shown.

use url::Url;

/// A link a post is about, with the host it really leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutLink {
    /// For `href`.
    pub(crate) href: String,
    /// The host, in ASCII where it has letters that look like others (RFC 5891).
    pub(crate) host: String,
}

/// Reads `text` as a link to the web. `None` for everything else, such as `javascript:` and `data:`, and for links
/// with a user name in front of the host, which are made to mislead.
pub(crate) fn out_link(text: &str) -> Option<OutLink> {
    let url = Url::parse(text).ok()?;
    let is_web =
        matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|_| is_web)?;
    let shown = host.strip_prefix("www.").unwrap_or(host).to_owned();
    let host = url.port().map(|port| format!("{shown}:{port}")).unwrap_or(shown);
    Some(OutLink { href: url.into(), host })
}

/// The address of a page or picture elsewhere, if it is one.
pub(crate) fn web_url(text: &str) -> Option<String> {
    out_link(text).map(|link| link.href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            " JaVaScRiPt:x",
            "//evil.example",
            "https://a.example@evil.example/",
            "",
        ] {
            assert_eq!(out_link(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_host_is_shown_as_it_is() {
        let host = |text| out_link(text).map(|link| link.host);
        assert_eq!(host("https://www.example.org/a?b"), Some("example.org".into()));
        assert_eq!(host("http://127.0.0.1:8081/"), Some("127.0.0.1:8081".into()));
        assert_eq!(host("https://аpple.com/"), Some("xn--pple-43d.com".into()), "a Cyrillic a");
    }

    #[test]
    fn quotes_cannot_leave_the_attribute() {
        assert_eq!(
            web_url("https://a.example/\"onclick=\"x"),
            Some("https://a.example/%22onclick=%22x".into())
        );
    }
}
