//! Refusals of the inbox as problem+json (RFC 9457), with a stable `code` that senders' admins can look for.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::inbound::Rejection;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What the sender of a request is answered: nothing but 202 where there is nothing that it could mend.
pub(super) fn answer(rejection: &Rejection) -> Response {
    let status = rejection.status();
    if status == StatusCode::ACCEPTED {
        return empty(status);
    }
    let mut response = problem(status, rejection.code(), &rejection.to_string());
    let headers = response.headers_mut();
    if let Some(wait) = rejection.retry_after() {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    if status == StatusCode::UNAUTHORIZED {
        // RFC 9110 section 11.6.1 wants one; the scheme is that of draft-cavage.
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
    }
    response
}

/// A refusal with its code.
pub(super) fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({
        "type": "about:blank",
        "title": title,
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM_JSON);
    response
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
