//! What an instance is made of: the routers of the doors, the workers, and how to tell that all is well.

use axum::Router;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::http_server::ReadyCheck;
use crate::negotiate::negotiate;
use crate::shutdown::Shutdown;

/// The parts of a running instance.
pub struct Parts {
    /// Server to server, and all documents that are negotiated by `Accept`.
    pub activitypub: Router,
    /// Pages for people; its fallback is the page for what does not exist.
    pub html: Router,
    /// Client APIs and static files, which are not negotiated. Must not have a fallback of its own.
    pub api: Router,
    /// Whether the instance can do its work.
    pub ready: ReadyCheck,
    /// Tasks that run beside the listener and end by themselves after the shutdown signal.
    pub workers: JoinSet<()>,
    /// What to do next, for the person who has just started the server; one line each.
    pub next_steps: Vec<String>,
}

/// Opens what the settings name and puts the parts together.
///
/// # Errors
/// When something that the settings name cannot be opened.
#[expect(clippy::unused_async, reason = "opening the store waits")]
pub async fn assemble(config: &Config, shutdown: &Shutdown) -> anyhow::Result<Parts> {
    let _ = (config, shutdown);
    Ok(Parts {
        activitypub: Router::new(),
        html: Router::new(),
        api: Router::new(),
        ready: ReadyCheck::new(async || Ok(())),
        workers: JoinSet::new(),
        next_steps: Vec::new(),
    })
}

/// All routes of an instance.
pub fn routes(activitypub: Router, html: Router, api: Router, ready: ReadyCheck) -> Router {
    ready.router().merge(api).merge(negotiate(activitypub, html))
}
