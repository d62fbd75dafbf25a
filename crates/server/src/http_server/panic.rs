//! Failures of the server itself as problem+json; a panic in a handler among them.

use std::any::Any;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::json;

/// 500 as problem+json (RFC 9457). What the panic said goes to the log alone.
#[expect(clippy::needless_pass_by_value, reason = "the signature that catch-panic asks for")]
pub(super) fn response(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without words");
    tracing::error!(message, "a handler panicked");
    problem(StatusCode::INTERNAL_SERVER_ERROR, None)
}

/// A problem document without a type of its own.
pub(super) fn problem(status: StatusCode, detail: Option<&str>) -> Response<Body> {
    let mut document = json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
    });
    if let Some(detail) = detail {
        document["detail"] = detail.into();
    }
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
