//! What every answer of these pages has in common: the headers, the error page where one is due, and 304 for what
//! the reader has already.

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use guildhall_app::{App, Site};

use crate::{
    error::PageError,
    respond,
    view::{self, ErrorPage},
};

/// Wraps all routes.
pub(crate) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();

    let mut response = next.run(request).await;
    if let Some(error) = error_of(&response) {
        response = with_error_page(response, &app.site, &error);
    }
    add_headers(response.headers_mut(), &app.site);
    if known.is_some_and(|known| is_known(&response, &known)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_TYPE);
        *response.body_mut() = Body::empty();
    }
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

/// The error that a response stands for: one of ours, or what the framework refused with a bare line.
fn error_of(response: &Response) -> Option<PageError> {
    let own = response.extensions().get::<PageError>().cloned();
    let status = response.status();
    let is_page = || response.headers().contains_key(header::ETAG);
    own.or_else(|| {
        (!is_page() && (status.is_client_error() || status.is_server_error())).then_some(PageError::Other(status))
    })
}

/// The page for `error` in place of what `response` had; its other headers stay, such as `Allow`.
fn with_error_page(mut response: Response, site: &Site, error: &PageError) -> Response {
    // Where even this fails, the bare status is left, and the log says why.
    let Ok(page) = respond::page(error.status(), &ErrorPage::new(site, error.clone())) else { return response };
    let (parts, body) = page.into_parts();
    let length = body.size_hint().exact().map(HeaderValue::from);
    let headers = response.headers_mut();
    headers.extend(parts.headers);
    // Kept for pages that can be had again.
    headers.remove(header::ETAG);
    length.and_then(|length| headers.insert(header::CONTENT_LENGTH, length));
    *response.status_mut() = parts.status;
    *response.body_mut() = body;
    response
}

/// Adds what is the same for all; what a handler has set stays.
fn add_headers(headers: &mut HeaderMap, site: &Site) {
    let policy = if view::is_plain_http(site) { POLICY_PLAIN_HTTP } else { POLICY };
    let all = [
        // The page may differ with who asks, and must be asked for again: moderation is to be seen at once.
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Servers get ActivityPub documents under the same addresses.
        (header::VARY, "accept"),
    ];
    for (name, value) in all {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// No scripts, no frames, no inline styles; pictures of people and posts come from where they live.
const POLICY: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; img-src 'self' https:; media-src 'self' https:";
/// The same for instances without TLS, in tests and closed networks, whose peers have none either.
const POLICY_PLAIN_HTTP: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; img-src 'self' http: https:; media-src 'self' http: https:";

/// Whether `If-None-Match` names the `ETag` of a successful response (RFC 9110 section 13.1.2, weak comparison).
fn is_known(response: &Response, known: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let (Some(tag), Ok(known)) = (response.headers().get(header::ETAG), known.to_str()) else { return false };
    let Ok(tag) = tag.to_str() else { return false };
    response.status() == StatusCode::OK && known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}
