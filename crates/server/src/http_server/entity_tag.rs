//! Entity tags. Handlers mark what they wrote; here, where media type and content coding are known too, the tag becomes
//! that of the representation (RFC 9110 section 8.8.3), and who has it already is answered 304.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

/// Keeps `If-None-Match` from the handlers, since they know half of the tag, and compares in their place.
pub(super) async fn distinguish(mut request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read {
        return next.run(request).await;
    }
    let known: Vec<HeaderValue> = request.headers().get_all(IF_NONE_MATCH).iter().cloned().collect();
    request.headers_mut().remove(IF_NONE_MATCH);

    let mut response = next.run(request).await;
    let Some(tag) = tag_of(response.headers()) else { return response };
    if response.status() == StatusCode::OK && is_known(&tag, &known) {
        response = not_modified(response);
    }
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// The handler's tag with the media type: `"abc"` becomes `"abc-activity+json"`.
///
/// Weak where a content coding was put around it: the same document, but other bytes than without (section 8.8.1).
fn tag_of(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let given = text(ETAG)?;
    let (was_weak, quoted) = given.strip_prefix("W/").map_or((false, given), |quoted| (true, quoted));
    let opaque = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let essence = text(CONTENT_TYPE)?.split(';').next()?.trim();
    let kind = essence.split_once('/').map_or(essence, |(_, kind)| kind);
    let weak = if was_weak || headers.contains_key(CONTENT_ENCODING) { "W/" } else { "" };
    Some(format!("{weak}\"{opaque}-{kind}\""))
}

/// Whether `If-None-Match` names the tag, by the weak comparison (RFC 9110 section 13.1.2).
fn is_known(tag: &str, known: &[HeaderValue]) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let lines = known.iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}

/// The answer without what it is about (RFC 9110 section 15.4.5).
fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = Body::empty();
    for name in [CONTENT_LENGTH, CONTENT_TYPE, CONTENT_ENCODING] {
        response.headers_mut().remove(name);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(headers: &[(axum::http::HeaderName, &'static str)]) -> Option<String> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        tag_of(&headers.collect())
    }

    #[test]
    fn each_media_type_has_a_tag_of_its_own() {
        let of = |kind| tag(&[(ETAG, "\"abc\""), (CONTENT_TYPE, kind)]);
        assert_eq!(of("text/html; charset=utf-8").as_deref(), Some("\"abc-html\""));
        assert_eq!(of("application/activity+json").as_deref(), Some("\"abc-activity+json\""));
        let profile = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";
        assert_eq!(of(profile).as_deref(), Some("\"abc-ld+json\""));
    }

    #[test]
    fn what_is_compressed_is_the_same_document_in_other_bytes() {
        let compressed = [(ETAG, "\"abc\""), (CONTENT_TYPE, "text/html"), (CONTENT_ENCODING, "gzip")];
        assert_eq!(tag(&compressed).as_deref(), Some("W/\"abc-html\""));
        assert_eq!(
            tag(&[(ETAG, "W/\"abc\""), (CONTENT_TYPE, "text/html")]).as_deref(),
            Some("W/\"abc-html\"")
        );
    }

    #[test]
    fn what_is_not_marked_or_not_a_tag_is_left_alone() {
        assert_eq!(tag(&[(CONTENT_TYPE, "text/html")]), None);
        assert_eq!(tag(&[(ETAG, "abc"), (CONTENT_TYPE, "text/html")]), None);
    }

    #[test]
    fn any_of_the_tags_given_is_enough() {
        let lines = |text: &'static str| vec![HeaderValue::from_static(text)];
        for known in ["\"abc-html\"", "W/\"abc-html\"", "\"x\", W/\"abc-html\"", "*"] {
            assert!(is_known("\"abc-html\"", &lines(known)), "{known}");
        }
        for other in ["", "\"abc\"", "\"abc-atom+xml\"", "abc-html"] {
            assert!(!is_known("\"abc-html\"", &lines(other)), "{other}");
        }
    }
}
