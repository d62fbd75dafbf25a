//! API paths work with and without a trailing slash.

use axum::http::Request;
use axum::http::uri::{PathAndQuery, Uri};

/// Where a trailing slash means nothing.
const TOLERANT: [&str; 2] = ["/api/", "/.well-known/"];

/// Rewrites the path inside the server: a redirect would lose the body of a POST. `OriginalUri` keeps what was asked.
pub(super) fn without_trailing_slash<B>(mut request: Request<B>) -> Request<B> {
    if let Some(uri) = trimmed(request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.ends_with('/') || !TOLERANT.iter().any(|prefix| path.starts_with(prefix)) {
        return None;
    }
    let path = path.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{path}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_end_only_what_is_no_api_path() {
        let cases = [
            ("/api/v1/statuses/", "/api/v1/statuses"),
            ("/api/v1/statuses//?a=b/", "/api/v1/statuses?a=b/"),
            ("/api/v1/statuses", "/api/v1/statuses"),
            ("/.well-known/webfinger/?resource=x", "/.well-known/webfinger?resource=x"),
            ("http://h:1/api/v3/site/", "http://h:1/api/v3/site"),
            ("/groups/a/", "/groups/a/"),
            ("/", "/"),
            ("/apiary/", "/apiary/"),
        ];
        for (given, expected) in cases {
            let request = Request::builder().uri(given).body(()).unwrap();
            assert_eq!(without_trailing_slash(request).uri().to_string(), expected, "{given}");
        }
    }
}
