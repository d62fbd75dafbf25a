//! The server as clients see it: real connections on loopback.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::*;
use crate::client_ip::{ClientIp, TrustedProxies};
use crate::shutdown::{self, Trigger};

/// Ample, so that only the limit under test can strike.
const AMPLE: Duration = Duration::from_mins(1);
/// Short, for the limit under test.
const SHORT: Duration = Duration::from_millis(50);

const SETTINGS: Settings = Settings {
    connections: 16,
    connections_per_address: 16,
    unsent_bytes: 64 << 20,
    header_timeout: AMPLE,
    request_timeout: AMPLE,
    body_bytes: 100,
    drain_timeout: AMPLE,
};

async fn start(app: Router, settings: Settings) -> (SocketAddr, Trigger, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (trigger, shutdown) = shutdown::channel();
    (address, trigger, tokio::spawn(serve(listener, app, settings, TrustedProxies::default(), shutdown)))
}

async fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

async fn read_to_end(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

fn surrounded(routes: Router) -> Router {
    surround(routes, SETTINGS, TrustedProxies::default())
}

async fn ask(app: Router, request: Request) -> (StatusCode, HeaderMap, Vec<u8>) {
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
}

fn get_of(path: &str) -> Request {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn http_1_and_http_2_are_spoken_on_one_port() {
    let (address, _trigger, _server) = start(Router::new().route("/", get(async || "hello")), SETTINGS).await;
    let answer = read_to_end(connect(address, GET).await).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");

    // Preface and an empty SETTINGS frame (RFC 9113 section 3.4); the answer is SETTINGS too: type 4.
    let mut stream = connect(address, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4);
}

#[tokio::test]
async fn handlers_know_the_address_of_the_client() {
    let routes = Router::new()
        .route("/", get(|Extension(ClientIp(ip)): Extension<ClientIp>| async move { ip.to_string() }));
    let proxies = TrustedProxies::new(&[IpAddr::from(Ipv4Addr::LOCALHOST).into()]);
    let (address, _trigger, _server) = start(surround(routes, SETTINGS, proxies), SETTINGS).await;
    let forwarded =
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n\r\n";
    assert!(read_to_end(connect(address, forwarded).await).await.ends_with("192.0.2.1"));
    assert!(read_to_end(connect(address, GET).await).await.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn a_client_that_does_not_get_to_a_request_is_cut_off() {
    let settings = Settings { header_timeout: SHORT, ..SETTINGS };
    let (address, _trigger, _server) = start(Router::new(), settings).await;
    for start in ["", "P", "GET / HTTP/1.1\r\nHost:", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = connect(address, start.as_bytes()).await;
        let mut answer = Vec::new();
        // The end of the stream is what is waited for; a reset is an end too.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(!String::from_utf8_lossy(&answer).contains(" 200 "), "{start:?}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_ends_the_request() {
    let settings = Settings { request_timeout: SHORT, ..SETTINGS };
    let routes = Router::new().route("/", post(async |body: String| body));
    let (address, _trigger, _server) =
        start(surround(routes, settings, TrustedProxies::default()), settings).await;
    let request = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n\r\nabc";
    let answer = read_to_end(connect(address, request).await).await;
    assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[tokio::test]
async fn when_all_places_are_taken_who_waits_longest_goes() {
    let settings = Settings { connections: 2, ..SETTINGS };
    let routes = Router::new().route("/", get(async || "hello"));
    let (address, _trigger, _server) = start(routes, settings).await;

    let slow = connect(address, b"GET / HTTP/1.1\r\nHost:").await;
    let mut busy = connect(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut answer = [0; 15];
    busy.read_exact(&mut answer).await.unwrap();
    let late = connect(address, GET).await;
    assert!(read_to_end(late).await.starts_with("HTTP/1.1 200"));
    assert_eq!(read_to_end(slow).await, "", "nothing was ever asked on it");
}

#[tokio::test]
async fn one_address_cannot_take_all_places() {
    let settings = Settings { connections_per_address: 1, ..SETTINGS };
    let routes = Router::new().route("/", get(async || "hello"));
    let (address, _trigger, _server) = start(routes, settings).await;
    let mut first = connect(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut answer = [0; 15];
    first.read_exact(&mut answer).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    let mut nothing = Vec::new();
    // The end of the stream is what is waited for; a reset is an end too.
    let _ = second.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_cut_off() {
    let settings = Settings { request_timeout: SHORT, ..SETTINGS };
    let (guard, ended) = oneshot::channel::<()>();
    let guard = Arc::new(Mutex::new(Some(guard)));
    // Endless: more than the buffers of two sockets hold. The guard goes when the answer does.
    let routes = Router::new().route(
        "/",
        get(async move || {
            let guard = guard.lock().unwrap().take();
            Body::from_stream(futures_util::stream::repeat_with(move || {
                let _alive = &guard;
                Ok::<_, std::convert::Infallible>(vec![b'a'; 1 << 16])
            }))
        }),
    );
    let (address, _trigger, _server) = start(routes, settings).await;
    let _stream = connect(address, GET).await;
    assert!(ended.await.is_err(), "nothing is ever sent on it");
}

#[tokio::test]
async fn requests_in_flight_end_after_the_stop_and_new_ones_are_refused() {
    let (entered, mut entries) = mpsc::unbounded_channel();
    let (release, released) = oneshot::channel::<()>();
    let released = std::sync::Arc::new(tokio::sync::Mutex::new(Some(released)));
    let routes = Router::new().route(
        "/",
        get(async move || {
            entered.send(()).unwrap();
            let released = released.lock().await.take().unwrap();
            released.await.unwrap();
            "finished"
        }),
    );
    let (address, trigger, server) = start(routes, SETTINGS).await;
    let idle = connect(address, b"").await;
    let in_flight = connect(address, GET).await;
    entries.recv().await.unwrap();
    trigger.stop();
    assert_eq!(read_to_end(idle).await, "");
    assert!(TcpStream::connect(address).await.is_err());
    release.send(()).unwrap();
    assert!(read_to_end(in_flight).await.ends_with("finished"));
    server.await.unwrap();
}

#[tokio::test]
async fn the_end_does_not_wait_longer_than_the_drain_timeout() {
    let settings = Settings { drain_timeout: SHORT, ..SETTINGS };
    let (entered, mut entries) = mpsc::unbounded_channel();
    let routes = Router::new().route(
        "/",
        get(async move || {
            entered.send(()).unwrap();
            std::future::pending::<()>().await;
        }),
    );
    let (address, trigger, server) = start(routes, settings).await;
    let _stuck = connect(address, GET).await;
    entries.recv().await.unwrap();
    trigger.stop();
    server.await.unwrap();
}

#[tokio::test]
async fn api_paths_work_with_a_trailing_slash_and_keep_method_and_body() {
    let handler = async |OriginalUri(uri): OriginalUri, body: String| format!("{uri} {body}");
    let app = surrounded(Router::new().route("/api/v1/statuses", post(handler)));
    for path in ["/api/v1/statuses", "/api/v1/statuses/", "/api/v1/statuses/?a=b"] {
        let request = Request::post(path).body(Body::from("text")).unwrap();
        let (status, _, body) = ask(app.clone(), request).await;
        assert_eq!((status, body), (StatusCode::OK, format!("{path} text").into_bytes()));
    }
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused() {
    let app = surrounded(Router::new().route("/", post(async |body: String| body)));
    let request = |length: usize| Request::post("/").body(Body::from("x".repeat(length))).unwrap();
    assert_eq!(ask(app.clone(), request(100)).await.0, StatusCode::OK);
    assert_eq!(ask(app, request(101)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_panic_is_a_500_with_problem_json_and_says_nothing_of_itself() {
    async fn broken() -> &'static str {
        panic!("secret detail")
    }
    let (status, headers, body) = ask(surrounded(Router::new().route("/", get(broken))), get_of("/")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["status"], 500);
    assert!(!problem.to_string().contains("secret"));
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test]
async fn every_answer_carries_security_headers_that_fit_its_type() {
    let own = [(header::CONTENT_SECURITY_POLICY, "default-src 'self'")];
    let routes = Router::new()
        .route("/page", get(async || Html("hello")))
        .route("/json", get(async || Json(1)))
        .route("/own", get(async move || (own, Html("hello"))));
    let app = surrounded(routes);
    let policy = async |path: &str| {
        let (_, headers, _) = ask(app.clone(), get_of(path)).await;
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
        headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    };
    let page = policy("/page").await;
    for part in ["default-src 'self'", "img-src 'self' https: http: data:", "frame-ancestors 'none'"] {
        assert!(page.contains(part), "{page}");
    }
    assert!(policy("/json").await.starts_with("default-src 'none'"));
    assert!(policy("/nothing").await.starts_with("default-src 'none'"));
    assert_eq!(policy("/own").await, "default-src 'self'");
}

#[tokio::test]
async fn large_texts_are_compressed_for_those_who_take_gzip() {
    let long = "hello ".repeat(1000);
    let typed = |kind: &'static str| {
        let long = long.clone();
        get(async move || ([(header::CONTENT_TYPE, kind)], long))
    };
    let routes = Router::new()
        .route("/html", typed("text/html; charset=utf-8"))
        .route("/activity", typed("application/activity+json"))
        .route("/png", typed("image/png"))
        .route("/short", get(async || Html("hello")));
    let app = surrounded(routes);
    for (path, accept, compressed) in [
        ("/html", "gzip", true),
        ("/activity", "gzip", true),
        ("/png", "gzip", false),
        ("/short", "gzip", false),
        ("/html", "identity", false),
    ] {
        let request = Request::get(path).header(header::ACCEPT_ENCODING, accept).body(Body::empty()).unwrap();
        let (_, headers, body) = ask(app.clone(), request).await;
        assert_eq!(headers.get(header::CONTENT_ENCODING).is_some(), compressed, "{path} {accept}");
        assert_eq!(body.starts_with(&[0x1f, 0x8b]), compressed, "{path} {accept}");
    }
}

#[tokio::test]
async fn health_tells_living_from_ready() {
    let ready = ReadyCheck::new(async || Ok(())).router();
    let broken = ReadyCheck::new(async || Err("the database does not answer".to_owned())).router();
    for (app, path, status) in [
        (&ready, "/health/live", StatusCode::OK),
        (&ready, "/health/ready", StatusCode::OK),
        (&broken, "/health/live", StatusCode::OK),
        (&broken, "/health/ready", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        assert_eq!(ask(app.clone(), get_of(path)).await.0, status, "{path}");
    }
    let (_, headers, body) = ask(broken, get_of("/health/ready")).await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem["detail"], "the database does not answer");
}

#[tokio::test]
async fn one_address_has_a_tag_for_each_representation_and_304_for_who_has_it() {
    let document = async |headers: HeaderMap| {
        let wants_json = headers[header::ACCEPT] == "application/activity+json";
        let kind = if wants_json { "application/activity+json" } else { "text/html; charset=utf-8" };
        (
            [(header::CONTENT_TYPE, kind), (header::ETAG, "\"same\""), (header::VARY, "Accept")],
            "hello ".repeat(1000),
        )
    };
    let app = surrounded(Router::new().route("/", get(document)));
    let send = async |accept: &str, coding: &str, known: &str| {
        let request =
            Request::get("/").header(header::ACCEPT, accept).header(header::ACCEPT_ENCODING, coding);
        let request = request.header(header::IF_NONE_MATCH, known).body(Body::empty()).unwrap();
        let (status, headers, body) = ask(app.clone(), request).await;
        (status, headers[header::ETAG].to_str().unwrap().to_owned(), headers, body)
    };
    let (json, html) = ("application/activity+json", "text/html");
    let (status, json_tag, ..) = send(json, "identity", "").await;
    assert_eq!((status, json_tag.as_str()), (StatusCode::OK, "\"same-activity+json\""));
    let (_, html_tag, ..) = send(html, "identity", "").await;
    let (_, gzip_tag, ..) = send(html, "gzip", "").await;
    assert_eq!((html_tag.as_str(), gzip_tag.as_str()), ("\"same-html\"", "W/\"same-html\""));

    let (status, ..) = send(html, "identity", &json_tag).await;
    assert_eq!(status, StatusCode::OK, "the tag of another representation");
    for (coding, known) in [("identity", &html_tag), ("gzip", &gzip_tag), ("gzip", &html_tag)] {
        let (status, _, headers, body) = send(html, coding, known).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{coding} {known}");
        let vary: Vec<_> = headers.get_all(header::VARY).iter().map(|line| line.to_str().unwrap()).collect();
        assert!(vary.contains(&"Accept"), "{vary:?}");
        assert!(
            !headers.contains_key(header::CONTENT_ENCODING) && !headers.contains_key(header::CONTENT_TYPE)
        );
    }
}

#[tokio::test]
async fn what_does_not_come_in_time_is_503_with_the_time_to_try_again() {
    let busy = async || (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")], "busy");
    let routes = Router::new()
        .route("/stalled", get(std::future::pending::<()>))
        .route("/busy", get(busy))
        .route("/broken", get(async || (StatusCode::SERVICE_UNAVAILABLE, "broken")));
    let settings = Settings { request_timeout: SHORT, ..SETTINGS };
    let app = surround(routes, settings, TrustedProxies::default());
    let (status, headers, body) = ask(app.clone(), get_of("/stalled")).await;
    assert_eq!((status, &headers[header::RETRY_AFTER]), (StatusCode::SERVICE_UNAVAILABLE, &30.into()));
    assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("try again in a moment"), "{problem}");

    let (_, headers, body) = ask(app.clone(), get_of("/busy")).await;
    assert_eq!((&headers[header::RETRY_AFTER], body.as_slice()), (&7.into(), b"busy".as_slice()));
    let (_, headers, body) = ask(app, get_of("/broken")).await;
    assert_eq!((&headers[header::RETRY_AFTER], body.as_slice()), (&30.into(), b"broken".as_slice()));
}
