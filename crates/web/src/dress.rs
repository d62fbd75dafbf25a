//! What every answer of these pages has in common: the headers, and the error page where one is due.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use guildhall_app::Site;
use tokio::time::timeout;

use crate::{
    error::PageError,
    respond,
    view::{self, ErrorPage},
};

/// A page that takes longer will not come: a database that has stalled says nothing. Longer than the store waits for a
/// connection, shorter than a server waits for an answer (30 s by default), which would say it in fewer words.
const PATIENCE: Duration = Duration::from_secs(15);

/// Wraps all routes.
pub(crate) async fn dress(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let mut response = timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| {
        tracing::error!(duration_ms = PATIENCE.as_millis(), "a page took too long");
        PageError::Unavailable.into_response()
    });
    if let Some(error) = error_of(&response) {
        response = with_error_page(response, &site, &error);
    }
    add_headers(response.headers_mut(), &site);
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

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, http::StatusCode, middleware, routing::get};
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
            absence: std::time::Duration::ZERO,
            groups_per_person: 20,
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
            .route("/stalled", get(std::future::pending::<()>))
            .route("/bare", get(|| async { (StatusCode::BAD_REQUEST, "Failed to deserialize") }))
            .route("/assets/{file}", get(assets::serve))
            .fallback(|| async { PageError::NotFound })
            .layer(middleware::from_fn_with_state(site(base_url), dress))
    }

    async fn ask(method: Method, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let (parts, body) = routes("https://hall.example").oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_answer_forbids_scripts_and_foreign_styles() {
        for path in ["/page", "/cursor", "/nowhere", &assets::style_path()] {
            let (_, headers, _) = ask(Method::GET, path).await;
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
            let (found, headers, body) = ask(Method::GET, path).await;
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
        let (status, headers, body) = ask(Method::POST, "/page").await;
        assert_eq!(
            (status, &headers[header::ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET,HEAD"))
        );
        assert!(body.contains("Pages can only be read"), "{body}");
    }

    #[tokio::test]
    async fn head_says_the_same_without_a_body() {
        for path in ["/page", "/nowhere"] {
            let (status, headers, body) = ask(Method::GET, path).await;
            let (head_status, head_headers, nothing) = ask(Method::HEAD, path).await;
            assert_eq!((head_status, nothing.as_str()), (status, ""));
            assert_eq!(head_headers[header::CONTENT_LENGTH], body.len().to_string().as_str(), "{path}");
            assert_eq!(head_headers.get(header::ETAG), headers.get(header::ETAG));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_that_does_not_come_is_given_up_with_a_page_that_says_when_to_try_again() {
        let (status, headers, body) = ask(Method::GET, "/stalled").await;
        assert_eq!(
            (status, &headers[header::RETRY_AFTER]),
            (StatusCode::SERVICE_UNAVAILABLE, &HeaderValue::from(30))
        );
        assert!(body.contains("The database of this server does not answer right now"), "{body}");
    }

    #[tokio::test]
    async fn assets_are_kept_for_ever_under_the_hash_of_their_content() {
        let (status, headers, body) = ask(Method::GET, &assets::style_path()).await;
        assert_eq!(
            (status, &headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &HeaderValue::from_static("text/css; charset=utf-8"))
        );
        assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert!(body.contains(":root"));
        assert_eq!(ask(Method::GET, "/assets/style-0.css").await.0, StatusCode::NOT_FOUND);
        assert_eq!(ask(Method::GET, &assets::icon_path()).await.1[header::CONTENT_TYPE], "image/svg+xml");
    }
}
