//! Accepts connections until asked to stop, then lets those in flight finish.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::connection::{Connection, protocols};
use super::slots::Slots;
use super::stack::Settings;
use crate::client_ip::TrustedProxies;
use crate::shutdown::Shutdown;

/// Pause after an `accept` that failed for want of something like file descriptors, which only time can give.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Serves `app` on `listener` until `shutdown`, HTTP/1.1 and HTTP/2 without TLS alike.
///
/// At most `settings.connections` are open at a time, of one address that is no proxy
/// `settings.connections_per_address`; when all are taken, those that have gone longest without an answer are closed
/// for new ones, as they are when clients leave more than `settings.unsent_bytes` of answers unread. After `shutdown` nothing is accepted, idle connections are closed, and requests in flight have
/// `settings.drain_timeout` to end.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    settings: Settings,
    proxies: TrustedProxies,
    shutdown: Shutdown,
) {
    let slots = Slots::new(&settings);
    let protocols = protocols(&settings);
    let graceful = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = shutdown.requested() => break,
            Some(_) = tasks.join_next() => {
                metrics::gauge!("http_connections").set(count(tasks.len()));
                continue;
            }
            accepted = accept(&listener) => accepted,
        };
        let Some(slot) = slots.take(peer.ip(), proxies.trusts(peer.ip().to_canonical())) else {
            metrics::counter!("http_connections_refused_total").increment(1);
            continue;
        };
        let connection = Connection { stream, peer, app: app.clone(), watcher: graceful.watcher(), slot };
        let protocols = protocols.clone();
        tasks.spawn(async move { connection.run(&protocols, &settings).await });
        metrics::gauge!("http_connections").set(count(tasks.len()));
    }
    // Closed first: a new client is refused at once instead of waiting for an answer that never comes.
    drop(listener);
    if tokio::time::timeout(settings.drain_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "closing connections that did not finish in time");
    }
    tasks.shutdown().await;
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52 connections")]
fn count(connections: usize) -> f64 {
    connections as f64
}

/// Waits for a connection. Cancelling it loses none.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The client went away before it was accepted.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
