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
use futures_util::TryFutureExt;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutWriter;
use tower::Service;

use super::slots::{Ledger, Slot};
use super::stack::Settings;

/// Largest head of a request, in bytes. Signed requests with long key ids stay below 8 KiB.
const HEAD_BYTES: u32 = 16 * 1024;
/// Requests in flight on one HTTP/2 connection: each may hold a head and a window of body.
const STREAMS: u32 = 32;
/// What may come on one HTTP/2 stream before a handler reads it, in bytes.
const STREAM_WINDOW: u32 = 64 * 1024;
/// The same for all streams of one connection together.
const CONNECTION_WINDOW: u32 = 256 * 1024;
/// What is kept of one HTTP/2 answer for a client that does not read it, in bytes.
const SEND_BUFFER: usize = 64 * 1024;
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
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) app: Router,
    pub(super) watcher: Watcher,
    pub(super) slot: Slot,
}

impl Connection {
    /// Serves requests until the client or a graceful shutdown ends it, or its place is needed.
    ///
    /// The read timeout of the protocols starts once it is known which one is spoken; a client that does not get
    /// as far as a request is cut off by the timer here. One that takes no part of its answer for
    /// `settings.request_timeout` is cut off too.
    pub(super) async fn run(self, protocols: &Builder<TokioExecutor>, settings: &Settings) {
        let Self { stream, peer, app, watcher, slot } = self;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "the connection is gone already");
        }
        let has_spoken = Arc::new(AtomicBool::new(false));
        let spoken = Arc::clone(&has_spoken);
        let ledger = slot.ledger();
        let service = service_fn(move |request: Request<Incoming>| {
            spoken.store(true, Ordering::Relaxed);
            let ledger = ledger.clone();
            app.clone()
                .call(prepared(request, peer))
                .map_ok(move |answer| answer.map(|body| counted(body, ledger)))
        });
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(settings.request_timeout));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = protocols.serve_connection_with_upgrades(stream, service).into_owned();
        tokio::select! {
            ended = watcher.watch(connection) => if let Err(error) = ended {
                tracing::debug!(error, "a connection broke off");
            },
            () = silence(settings.header_timeout, &has_spoken) => {
                tracing::debug!("a connection without a request was closed");
            }
            () = slot.displaced() => tracing::debug!("a connection was closed for another"),
        }
    }
}

/// An answer whose pieces are counted until the client has taken them.
fn counted(body: Body, ledger: Ledger) -> Body {
    ledger.note_answer();
    Body::new(body.map_frame(move |frame| frame.map_data(|bytes| ledger.count(bytes))))
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
