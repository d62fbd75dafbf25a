//! What every answer of these pages has in common: the headers, the error page where one is due, and 304 for what
//! the reader has already.

use std::sync::Arc;

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use guildhall_app::Site;

use crate::{
    error::PageError,
    respond,
    view::{self, ErrorPage},
};

/// Wraps all routes.
pub(crate) async fn dress(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();

    let mut response = next.run(request).await;
    if let Some(error) = error_of(&response) {
        response = with_error_page(response, &site, &error);
    }
    add_headers(response.headers_mut(), &site);
    if known.is_some_and(|known| is_known(&response, &known)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_TYPE);
        *response.body_mut() = Body::empty();
    }
    if is_head {
        // The length is that of what GET would send (RFC 9110 section 8.6), so it is noted before the body goes.
        note_length(&mut response);
        *response.body_mut() = Body::empty();
    }
    response
}

fn note_length(response: &mut Response) {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
}

/// The error that a response stands for: one of ours, or what the framework refused with a bare line.
fn error_of(response: &Response) -> Option<PageError> {
    let own = response.extensions().get::<PageError>().cloned();
    let status = response.status();
    let is_page = || response.headers().contains_key(header::ETAG);
    own.or_else(|| {
        (!is_page() && (status.is_client_error() || status.is_server_error()))
            .then_some(PageError::Other(status))
    })
}

/// The page for `error` in place of what `response` had; its other headers stay, such as `Allow`.
fn with_error_page(mut response: Response, site: &Site, error: &PageError) -> Response {
    // Where even this fails, the bare status is left, and the log says why.
    let Ok(page) = respond::page(error.status(), &ErrorPage::new(site, error.clone())) else {
        return response;
    };
    let (parts, body) = page.into_parts();
    let headers = response.headers_mut();
    headers.extend(parts.headers);
    // Kept for pages that can be had again.
    headers.remove(header::ETAG);
    headers.remove(header::CONTENT_LENGTH);
    *response.status_mut() = parts.status;
    *response.body_mut() = body;
    note_length(&mut response);
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
    response.status() == StatusCode::OK
        && known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, middleware, routing::get};
    use tower::ServiceExt as _;

    use super::*;
    use crate::assets;

    fn site(base_url: &str) -> Arc<Site> {
        Arc::new(Site {
            base_url: base_url.into(),
            host: "hall.example".into(),
            name: "Riverside Hall".into(),
            description: String::new(),
            allow_list_only: false,
        })
    }

    /// Routes that answer in all the ways ours do.
    fn routes(base_url: &str) -> Router {
        let page = || async {
            respond::page(StatusCode::OK, &ErrorPage::new(&site("https://a.example"), PageError::NotFound))
        };
        let back = || async { PageError::UnknownCursor { start: "/groups/garden".into() } };
        Router::new()
            .route("/page", get(page))
            .route("/cursor", get(back))
            .route("/broken", get(|| async { PageError::internal(std::io::Error::other("secret path")) }))
            .route("/bare", get(|| async { (StatusCode::BAD_REQUEST, "Failed to deserialize") }))
            .route("/assets/{file}", get(assets::serve))
            .fallback(|| async { PageError::NotFound })
            .layer(middleware::from_fn_with_state(site(base_url), dress))
    }

    async fn ask(method: Method, path: &str, known: Option<&str>) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(tag) = known {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let request = request.body(Body::empty()).unwrap();
        let (parts, body) = routes("https://hall.example").oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_answer_forbids_scripts_and_foreign_styles() {
        for path in ["/page", "/cursor", "/nowhere", &assets::style_path()] {
            let (_, headers, _) = ask(Method::GET, path, None).await;
            let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'self'; script-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains(" http:"), "{policy}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(headers[header::VARY], "accept");
        }
    }

    #[tokio::test]
    async fn pictures_without_tls_are_for_instances_without_tls() {
        let request = Request::builder().uri("/page").body(Body::empty()).unwrap();
        let response = routes("http://127.0.0.1:8080").oneshot(request).await.unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("img-src 'self' http: https:"), "{policy}");
    }

    #[tokio::test]
    async fn errors_are_pages_that_say_what_to_do() {
        let table = [
            ("/nowhere", StatusCode::NOT_FOUND, "href=\"/\""),
            ("/cursor", StatusCode::BAD_REQUEST, "href=\"/groups/garden\""),
            ("/bare", StatusCode::BAD_REQUEST, "could not be read"),
            ("/broken", StatusCode::INTERNAL_SERVER_ERROR, "Try again in a moment"),
        ];
        for (path, status, said) in table {
            let (found, headers, body) = ask(Method::GET, path, None).await;
            assert_eq!(
                (found, &headers[header::CONTENT_TYPE]),
                (status, &HeaderValue::from_static("text/html; charset=utf-8"))
            );
            assert!(body.contains(said) && body.contains("Riverside Hall"), "{path}: {body}");
            assert!(!body.contains("secret path") && !body.contains("deserialize"), "{body}");
            assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string().as_str());
        }
    }

    #[tokio::test]
    async fn a_wrong_method_is_told_which_are_right() {
        let (status, headers, body) = ask(Method::POST, "/page", None).await;
        assert_eq!(
            (status, &headers[header::ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET,HEAD"))
        );
        assert!(body.contains("Pages can only be read"), "{body}");
    }

    #[tokio::test]
    async fn head_says_the_same_without_a_body() {
        for path in ["/page", "/nowhere"] {
            let (status, headers, body) = ask(Method::GET, path, None).await;
            let (head_status, head_headers, nothing) = ask(Method::HEAD, path, None).await;
            assert_eq!((head_status, nothing.as_str()), (status, ""));
            assert_eq!(head_headers[header::CONTENT_LENGTH], body.len().to_string().as_str(), "{path}");
            assert_eq!(head_headers.get(header::ETAG), headers.get(header::ETAG));
        }
    }

    #[tokio::test]
    async fn a_page_the_reader_has_is_not_sent_again() {
        let (_, headers, _) = ask(Method::GET, "/page", None).await;
        let tag = headers[header::ETAG].to_str().unwrap();
        for known in [tag, tag.trim_start_matches("W/"), &format!("\"x\", {tag}"), "*"] {
            let (status, headers, body) = ask(Method::GET, "/page", Some(known)).await;
            assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{known}");
            assert_eq!(headers[header::ETAG], tag);
        }
        assert_eq!(ask(Method::GET, "/page", Some("\"other\"")).await.0, StatusCode::OK);
        assert_eq!(ask(Method::GET, "/nowhere", Some("*")).await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn assets_are_kept_for_ever_under_the_hash_of_their_content() {
        let (status, headers, body) = ask(Method::GET, &assets::style_path(), None).await;
        assert_eq!(
            (status, &headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &HeaderValue::from_static("text/css; charset=utf-8"))
        );
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(body.contains(":root"));
        assert_eq!(ask(Method::GET, "/assets/style-0.css", None).await.0, StatusCode::NOT_FOUND);
        assert_eq!(
            ask(Method::GET, &assets::icon_path(), None).await.1[header::CONTENT_TYPE],
            "image/svg+xml"
        );
    }
}
