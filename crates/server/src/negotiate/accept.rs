//! What an `Accept` header asks for.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The profile that makes `application/ld+json` an ActivityPub document (ActivityPub section 3.2).
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// The two documents that one URL can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Representation {
    /// `application/activity+json`, for servers.
    ActivityPub,
    /// `text/html`, for people.
    Html,
}

/// The representation that `headers` ask for.
///
/// ActivityPub only when it is named: `application/activity+json`, `application/ld+json` with the ActivityStreams
/// profile or without any, or `application/json`, and named with a quality not below that of HTML. Everything else
/// is HTML: wildcards, no `Accept` at all, or types that we do not have.
pub fn preferred(headers: &HeaderMap) -> Representation {
    let mut qualities = Qualities::default();
    for line in headers.get_all(ACCEPT) {
        // Bytes beyond ASCII have no place in a media type: such a line asks for nothing.
        for range in split_unquoted(line.to_str().unwrap_or_default(), ',') {
            qualities.add(&Range::parse(range));
        }
    }
    match qualities.activitypub {
        Some(quality) if quality > 0 && quality >= qualities.html() => Representation::ActivityPub,
        _ => Representation::Html,
    }
}

/// Qualities in thousandths; `None`: not named.
#[derive(Debug, Default)]
struct Qualities {
    activitypub: Option<u16>,
    html_exact: Option<u16>,
    text_any: Option<u16>,
    any: Option<u16>,
}

impl Qualities {
    fn add(&mut self, range: &Range) {
        let slot = match range.media_type.as_str() {
            "application/activity+json" | "application/json" => &mut self.activitypub,
            "application/ld+json" if range.profile_fits => &mut self.activitypub,
            "text/html" | "application/xhtml+xml" => &mut self.html_exact,
            "text/*" => &mut self.text_any,
            "*/*" => &mut self.any,
            _ => return,
        };
        *slot = (*slot).max(Some(range.quality));
    }

    /// The most specific range counts (RFC 9110 section 12.5.1).
    fn html(&self) -> u16 {
        self.html_exact.or(self.text_any).or(self.any).unwrap_or(0)
    }
}

/// One media range with the parameters that matter here.
struct Range {
    media_type: String,
    profile_fits: bool,
    quality: u16,
}

impl Range {
    fn parse(text: &str) -> Self {
        let mut parts = split_unquoted(text, ';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut range = Self { media_type, profile_fits: true, quality: 1000 };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => range.quality = parse_quality(value),
                // A profile is a list of URIs (RFC 6906 section 3.1, JSON-LD 1.1 appendix on the media type).
                "profile" => range.profile_fits = value.split_ascii_whitespace().any(|uri| uri == PROFILE),
                _ => {}
            }
        }
        range
    }
}

/// `0` to `1` with up to three digits, in thousandths; what is no quality is 0: not wanted.
fn parse_quality(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match whole {
        "1" if digits => 1000,
        "0" if digits => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

/// Splits at `separator` outside quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::Representation::{ActivityPub, Html};
    use super::*;

    fn asks(lines: &[&'static str]) -> Representation {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, HeaderValue::from_static(line));
        }
        preferred(&headers)
    }

    #[test]
    fn activitypub_is_given_to_those_who_name_it() {
        let lines = [
            "application/activity+json",
            "APPLICATION/Activity+JSON; charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;charset=\"utf-8,x\";profile=\"https://www.w3.org/ns/activitystreams\";q=0.9",
            "application/ld+json; q=0.5; profile=\"https://example.org/a https://www.w3.org/ns/activitystreams\"",
            "application/ld+json",
            "application/json",
            "application/json, text/plain, */*",
            "application/activity+json, */*;q=0.1",
            "application/activity+json, text/html",
            "text/html;q=0.1, application/activity+json, application/ld+json",
            "text/html; q=0.899, application/activity+json; q=0.9",
            "application/activity+json, text/html;q=0",
        ];
        for line in lines {
            assert_eq!(asks(&[line]), ActivityPub, "{line}");
        }
        assert_eq!(asks(&["text/html;q=0.5", "application/activity+json"]), ActivityPub);
    }

    #[test]
    fn html_is_given_to_everybody_else() {
        let lines = [
            "",
            "*/*",
            "application/*",
            "text/html",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
            "image/png",
            "application/ld+json; profile=\"https://example.org/other\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams-extended\"",
            "application/activity+json;q=0",
            "application/activity+json;q=0.5, text/html",
            "application/activity+json;q=0.5, text/*;q=0.6",
            "application/activity+json;q=0.5, */*",
            "application/activity+json;q=lots, text/html;q=0.1",
            "x/y; a=\"application/activity+json, application/activity+json\"",
        ];
        for line in lines {
            assert_eq!(asks(&[line]), Html, "{line}");
        }
        assert_eq!(asks(&[]), Html);
    }

    #[test]
    fn qualities_are_read_in_thousandths() {
        let cases = [("1", 1000), ("1.000", 1000), ("0.5", 500), ("0.123", 123), ("0", 0), ("0.", 0)];
        for (text, expected) in cases {
            assert_eq!(parse_quality(text), expected, "{text}");
        }
        for text in ["", "2", "-1", "0.1234", "0.x", "1e3"] {
            assert_eq!(parse_quality(text), 0, "{text}");
        }
    }
}
