//! One connection from its first byte to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tower::Service;

use super::stack::Settings;

/// Largest head of a request, in bytes. Signed requests with long key ids stay below 8 KiB.
const HEAD_BYTES: u32 = 32 * 1024;
/// Requests in flight on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// Pings on quiet HTTP/2 connections, so that dead ones are noticed.
const PING: Duration = Duration::from_secs(30);

/// How both protocols are spoken.
pub(super) fn protocols(settings: &Settings) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES)
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) app: Router,
    pub(super) watcher: Watcher,
}

impl Connection {
    /// Serves requests until the client or a graceful shutdown ends it.
    ///
    /// The read timeout of the protocols starts once it is known which one is spoken; a client that does not get
    /// as far as a request is cut off by the timer here.
    pub(super) async fn run(self, protocols: &Builder<TokioExecutor>, first_request: Duration) {
        let Self { stream, peer, app, watcher } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection is gone already");
        }
        let has_spoken = Arc::new(AtomicBool::new(false));
        let spoken = Arc::clone(&has_spoken);
        let service = service_fn(move |request: Request<Incoming>| {
            spoken.store(true, Ordering::Relaxed);
            app.clone().call(prepared(request, peer))
        });
        let connection = protocols.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        tokio::select! {
            ended = watcher.watch(connection) => if let Err(error) = ended {
                tracing::debug!(error, "a connection broke off");
            },
            () = silence(first_request, &has_spoken) => {
                tracing::debug!("a connection without a request was closed");
            }
        }
    }
}

/// What handlers rely on: the peer's address, and a `Host` header in HTTP/2 too, where `:authority` stands for it
/// (RFC 9113 section 8.3.1).
fn prepared(request: Request<Incoming>, peer: SocketAddr) -> Request<Body> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let authority = request.uri().authority().and_then(|name| HeaderValue::from_str(name.as_str()).ok());
    if let Some(authority) = authority
        && !request.headers().contains_key(HOST)
    {
        request.headers_mut().insert(HOST, authority);
    }
    request
}

/// Ends when `limit` has passed without a request; never once there was one.
async fn silence(limit: Duration, has_spoken: &AtomicBool) {
    tokio::time::sleep(limit).await;
    if has_spoken.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
