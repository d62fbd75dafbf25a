//! 503: what does not work now and may soon.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::panic::problem;

/// When to try again, in seconds, where the handler did not say it: a restart takes about as long.
const RETRY_SECONDS: u64 = 30;

/// Says when to try again (RFC 9110 section 10.2.3); and what happened, where the request was given up before a handler
/// had said anything.
pub(super) async fn complete(response: Response) -> Response {
    if response.status() != StatusCode::SERVICE_UNAVAILABLE {
        return response;
    }
    let mut response = if response.headers().contains_key(CONTENT_TYPE) {
        response
    } else {
        let detail = "the server did not get to an answer in time; try again in a moment";
        let mut given_up = problem(StatusCode::SERVICE_UNAVAILABLE, Some(detail));
        given_up.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        given_up
    };
    response.headers_mut().entry(RETRY_AFTER).or_insert(RETRY_SECONDS.into());
    response
}
