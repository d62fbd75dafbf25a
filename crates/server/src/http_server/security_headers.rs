//! Headers that keep browsers from doing what nobody asked for.

use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::Response;

/// Pages: our own scripts and styles only; pictures and sound from anywhere, since remote posts have them.
const PAGES: &str = "default-src 'self'; img-src 'self' https: http: data:; media-src 'self' https: http:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// Everything else is not meant to be a page, even if a browser were talked into taking it for one.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds the headers, except where a handler has set its own.
pub(super) async fn add(mut response: Response) -> Response {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let policy =
        if content_type.is_some_and(|value| value.starts_with("text/html")) { PAGES } else { NO_PAGE };
    let defaults = [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in defaults {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
