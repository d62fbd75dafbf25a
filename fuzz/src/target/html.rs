//! Whatever went in, what comes out has no script, no handler and no address but http, https and mailto, to a parser
//! other than the sanitiser's own; and cleaned again it says the same.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};
use url::Url;

use crate::under_test::markup::{EXCERPT_LENGTH, excerpt, plain_text, sanitise_html};

/// Tags whose content browsers run, draw from elsewhere, or read by other rules than HTML's.
const FORBIDDEN_TAGS: [&str; 29] = [
    "applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "img",
    "input", "link", "math", "meta", "noscript", "object", "option", "picture", "script", "select", "source",
    "style", "svg", "template", "textarea", "title", "video", "xmp",
];

/// All that may stand on a tag. Of these, `href` alone is an address.
const ATTRIBUTES: [&str; 20] = [
    "align", "char", "charoff", "class", "colspan", "datetime", "dir", "headers", "href", "hreflang", "lang",
    "rel", "rowspan", "scope", "size", "span", "start", "summary", "title", "width",
];

pub(super) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let clean = sanitise_html(text);
    is_harmless(&clean);
    // Not the same bytes: HTML parsers mend `<h3><p>a</h3>` and links inside of links a little more each time.
    let again = sanitise_html(&clean);
    is_harmless(&again);
    assert_eq!(said(&again), said(&clean), "{clean} became {again}");
    let _ = plain_text(text);
    assert!(excerpt(text).chars().count() <= EXCERPT_LENGTH);
}

/// Panics if a browser would do anything with it but show it, or follow a link that is clicked.
pub(super) fn is_harmless(html: &str) {
    for token in Tokenizer::new(html) {
        match token.unwrap_or_else(|never| match never {}) {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(!FORBIDDEN_TAGS.contains(&name.as_str()), "<{name}> in {html}");
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                attributes_are_harmless(&attributes.collect(), html);
            }
            Token::Comment(_) | Token::Doctype(_) => panic!("a comment or doctype in {html}"),
            Token::EndTag(_) | Token::String(_) | Token::Error(_) => {}
        }
    }
}

/// The letters of the text, and where it leads. Sorted, as parsers move text out of tables.
fn said(html: &str) -> (Vec<u8>, BTreeSet<Vec<u8>>) {
    let (mut letters, mut addresses) = (Vec::new(), BTreeSet::new());
    for token in Tokenizer::new(html) {
        match token.unwrap_or_else(|never| match never {}) {
            Token::StartTag(mut tag) => {
                addresses.extend(tag.attributes.remove(&b"href"[..]).map(|href| href.to_vec()));
            }
            Token::String(text) => letters.extend(text.iter().filter(|letter| !letter.is_ascii_whitespace())),
            _ => {}
        }
    }
    letters.sort_unstable();
    (letters, addresses)
}

fn attributes_are_harmless(attributes: &BTreeMap<String, String>, html: &str) {
    for (name, value) in attributes {
        assert!(ATTRIBUTES.contains(&name.as_str()), "the attribute {name} in {html}");
        if name == "href" {
            let scheme = Url::parse(value).map(|url| url.scheme().to_owned());
            let scheme = scheme.unwrap_or_else(|error| panic!("href=\"{value}\" ({error}) in {html}"));
            assert!(matches!(scheme.as_str(), "http" | "https" | "mailto"), "href=\"{value}\" in {html}");
        }
        if name == "class" {
            let known = |class: &str| matches!(class, "mention" | "hashtag" | "u-url" | "h-card");
            assert!(value.split_ascii_whitespace().all(known), "class=\"{value}\" in {html}");
        }
    }
    if attributes.contains_key("href") {
        assert_eq!(
            attributes.get("rel").map(String::as_str),
            Some("nofollow noopener noreferrer ugc"),
            "{html}"
        );
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
