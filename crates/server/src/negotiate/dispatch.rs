//! Gives a request to the router whose representation it asks for, or to the one that has its route.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use tower::ServiceExt;

use super::accept::{Representation, preferred};

/// One router out of two.
///
/// GET and HEAD go to the router that `Accept` asks for, and to the other one when only that has the path; their
/// answers carry `Vary: Accept`. Other methods go to the router that has path and method. What neither has is
/// answered by the fallback of the router that was asked first.
pub fn negotiate(activitypub: Router, html: Router) -> Router {
    let doors = Doors { activitypub: Door::new(activitypub), html: Door::new(html) };
    Router::new().fallback(dispatch).with_state(Arc::new(doors))
}

struct Doors {
    activitypub: Door,
    html: Door,
}

struct Door {
    /// The router as it was given.
    whole: Router,
    /// The same, but what it does not have is handed back.
    probing: Router,
}

impl Door {
    fn new(whole: Router) -> Self {
        let probing = whole
            .clone()
            .fallback(|request: Request| async { HandedBack::response(Miss::Path, request) })
            .method_not_allowed_fallback(|request: Request| async {
                HandedBack::response(Miss::Method, request)
            });
        Self { whole, probing }
    }
}

async fn dispatch(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = if is_read { preferred(request.headers()) } else { Representation::ActivityPub };
    let order = match asked {
        Representation::ActivityPub => [&doors.activitypub, &doors.html],
        Representation::Html => [&doors.html, &doors.activitypub],
    };
    let mut response = route(order, request).await;
    if is_read {
        vary_by_accept(response.headers_mut());
    }
    response
}

async fn route(order: [&Door; 2], mut request: Request) -> Response {
    // A router leaves its path parameters and its view of the URI in the request; the next must not see them.
    let (uri, extensions) = (request.uri().clone(), request.extensions().clone());
    let mut responsible = order[0];
    let mut has_path = false;
    for door in order {
        request = match attempt(&door.probing, request).await {
            Ok(response) => return response,
            Err((miss, mut request)) => {
                if miss == Miss::Method && !has_path {
                    (responsible, has_path) = (door, true);
                }
                *request.uri_mut() = uri.clone();
                *request.extensions_mut() = extensions.clone();
                request
            }
        };
    }
    call(&responsible.whole, request).await
}

async fn attempt(router: &Router, request: Request) -> Result<Response, (Miss, Request)> {
    let mut response = call(router, request).await;
    match response.extensions_mut().remove::<HandedBack>().and_then(HandedBack::take) {
        Some(handed_back) => Err(handed_back),
        None => Ok(response),
    }
}

async fn call(router: &Router, request: Request) -> Response {
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Why a router did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    Path,
    Method,
}

/// The request of a router that has no route for it, on its way back inside an answer. Extensions have to be
/// `Clone`, bodies are not: hence the shared slot.
#[derive(Clone)]
struct HandedBack(Arc<Mutex<Option<(Miss, Request)>>>);

impl HandedBack {
    fn response(miss: Miss, request: Request) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Self(Arc::new(Mutex::new(Some((miss, request))))));
        response
    }

    fn take(self) -> Option<(Miss, Request)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn vary_by_accept(headers: &mut HeaderMap) {
    let lines = headers.get_all(VARY).iter().filter_map(|line| line.to_str().ok());
    let named = lines.flat_map(|line| line.split(',')).map(str::trim);
    let there = named.into_iter().any(|name| name.eq_ignore_ascii_case("accept") || name == "*");
    if !there {
        headers.append(VARY, HeaderValue::from_static("Accept"));
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Path;
    use axum::http::StatusCode;
    use axum::http::header::{ACCEPT, ALLOW};
    use axum::routing::{get, post};
    use http_body_util::BodyExt;

    use super::*;

    fn routers() -> Router {
        let activitypub = Router::new()
            .route("/groups/{name}", get(|Path(name): Path<String>| async move { format!("json {name}") }))
            .route("/groups/{name}/inbox", post(|body: String| async move { format!("inbox {body}") }))
            .route("/outbox", get(async || "json outbox"))
            .route("/varied", get(async || ([(VARY, "Signature, accept")], "json")))
            .fallback(async || (StatusCode::NOT_FOUND, "json nothing"));
        let html = Router::new()
            .route(
                "/groups/{name}",
                get(|Path(name): Path<String>| async move { format!("html {name}") }).post(
                    |Path(name): Path<String>, body: String| async move { format!("form {name} {body}") },
                ),
            )
            .route("/about", get(async || "html about"))
            .fallback(async || (StatusCode::NOT_FOUND, "html nothing"));
        negotiate(activitypub, html)
    }

    async fn send(method: Method, path: &str, accept: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder().method(method).uri(path).header(ACCEPT, accept);
        let response = routers().oneshot(request.body(Body::from("text")).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    const JSON: &str = "application/activity+json";

    #[tokio::test]
    async fn reads_go_where_accept_says_or_where_the_path_is() {
        let cases = [
            ("/groups/a", JSON, StatusCode::OK, "json a"),
            ("/groups/a", "text/html", StatusCode::OK, "html a"),
            ("/groups/a", "*/*", StatusCode::OK, "html a"),
            ("/outbox", "text/html", StatusCode::OK, "json outbox"),
            ("/about", JSON, StatusCode::OK, "html about"),
            ("/nowhere", JSON, StatusCode::NOT_FOUND, "json nothing"),
            ("/nowhere", "*/*", StatusCode::NOT_FOUND, "html nothing"),
        ];
        for (path, accept, status, body) in cases {
            let answer = send(Method::GET, path, accept).await;
            assert_eq!((answer.0, answer.2.as_str()), (status, body), "{path} {accept}");
            assert_eq!(answer.1[VARY], "Accept", "{path} {accept}");
        }
    }

    #[tokio::test]
    async fn head_is_negotiated_like_get() {
        let (status, headers, body) = send(Method::HEAD, "/groups/a", JSON).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
        assert_eq!(headers[VARY], "Accept");
        assert_eq!(headers["content-length"], "json a".len().to_string());
    }

    #[tokio::test]
    async fn writes_go_to_the_router_that_has_them_with_their_body() {
        for accept in [JSON, "text/html"] {
            let inbox = send(Method::POST, "/groups/a/inbox", accept).await;
            assert_eq!((inbox.0, inbox.2.as_str()), (StatusCode::OK, "inbox text"));
            assert!(!inbox.1.contains_key(VARY));
            let form = send(Method::POST, "/groups/a", accept).await;
            assert_eq!((form.0, form.2.as_str()), (StatusCode::OK, "form a text"));
        }
    }

    #[tokio::test]
    async fn a_method_that_nobody_has_is_405_with_allow() {
        let (status, headers, _) = send(Method::DELETE, "/about", "*/*").await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(headers[ALLOW], "GET,HEAD");
        let (status, ..) = send(Method::POST, "/nowhere", "*/*").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn vary_is_not_said_twice() {
        let (_, headers, _) = send(Method::GET, "/varied", JSON).await;
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), ["Signature, accept"]);
    }
}
