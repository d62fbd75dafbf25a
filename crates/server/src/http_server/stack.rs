//! What surrounds every route: limits, headers, entity tags, compression, panics, measures.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::{RequestBodyDeadlineLayer, TimeoutLayer};

use super::{compression, entity_tag, observe, panic, security_headers, slash, unavailable};
use crate::client_ip::{self, TrustedProxies};
use crate::config::Config;

/// Time for requests in flight once the server is asked to stop.
const DRAIN: Duration = Duration::from_secs(8);

/// 32 MiB: more than 100 of the largest pages at one time.
const UNSENT: usize = 32 << 20;

/// The numbers that the HTTP server needs.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Connections open at one time.
    pub connections: usize,
    /// Connections open at one time from one address; of IPv6 a /64 counts as one.
    pub connections_per_address: usize,
    /// Bytes of answers that may wait for clients to take them, in all.
    pub unsent_bytes: usize,
    /// Time for the head of a request.
    pub header_timeout: Duration,
    /// Time for body and answer, and for a client to take any part of an answer.
    pub request_timeout: Duration,
    /// Largest body that extractors read, in bytes.
    pub body_bytes: usize,
    /// Time for requests in flight at the end.
    pub drain_timeout: Duration,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let limits = &config.limits;
        Self {
            connections: limits.connections as usize,
            connections_per_address: limits.connections_per_address as usize,
            unsent_bytes: UNSENT,
            header_timeout: limits.header_timeout.0,
            request_timeout: limits.request_timeout.0,
            body_bytes: limits.body_bytes as usize,
            drain_timeout: DRAIN,
        }
    }
}

/// Puts everything around `routes` that all routes share.
pub fn surround(routes: Router, settings: Settings, proxies: TrustedProxies) -> Router {
    // Outside the router: a layer of the router itself would run after the path has been matched.
    let tolerant = ServiceBuilder::new().map_request(slash::without_trailing_slash).service(routes);
    let guards = ServiceBuilder::new()
        .layer(CatchPanicLayer::custom(panic::response))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, settings.request_timeout))
        .layer(from_fn_with_state(proxies, client_ip::assign))
        .layer(DefaultBodyLimit::max(settings.body_bytes))
        .layer(RequestBodyDeadlineLayer::new(settings.request_timeout));
    let bodies = ServiceBuilder::new().layer(compression::layer()).layer(map_response(unavailable::complete));
    let answers = ServiceBuilder::new()
        .layer(from_fn(observe::measure))
        .layer(map_response(security_headers::add))
        // Outside the compression: compressed answers are other bytes, and so have other tags.
        .layer(from_fn(entity_tag::distinguish));
    Router::new().fallback_service(tolerant).layer(guards).layer(bodies).layer(answers)
}
