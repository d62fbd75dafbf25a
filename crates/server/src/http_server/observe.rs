//! Counts and times requests.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

/// `http_requests_total{method, status}` and `http_request_duration_seconds{method}`: from the head of the request
/// to the head of the answer.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = label(request.method());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "method" => method, "status" => status).increment(1);
    metrics::histogram!("http_request_duration_seconds", "method" => method).record(start.elapsed());
    response
}

/// A closed list: a client must not be able to make up labels.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
