//! Whether the process lives and whether it can do its work.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::panic::problem;

/// A check that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long an answer is given again: a check writes, and anybody may ask.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// The error says in a few words what is missing.
type Answer = Result<(), String>;

/// Asks whether the server can do its work; the error says in a few words what is missing, and is shown to whoever asks.
#[derive(Clone)]
pub struct ReadyCheck {
    check: Arc<dyn Fn() -> BoxFuture<'static, Answer> + Send + Sync>,
    last: Arc<Mutex<Option<(Instant, Answer)>>>,
}

impl ReadyCheck {
    /// From an async closure that is called for each question.
    pub fn new<F, R>(check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { check: Arc::new(move || check().boxed()), last: Arc::default() }
    }

    /// `/health/live` (200 while the process answers) and `/health/ready` (200, or 503 with the reason).
    pub fn router(self) -> Router {
        let ready = move || async move { self.answer().await };
        Router::new().route("/health/live", get(async || "ok\n")).route("/health/ready", get(ready))
    }

    async fn answer(&self) -> Response {
        match self.checked().await {
            Ok(()) => "ok\n".into_response(),
            Err(reason) => problem(StatusCode::SERVICE_UNAVAILABLE, Some(&reason)),
        }
    }

    /// One check at a time; those who wait for it take its answer.
    async fn checked(&self) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some((at, checked)) = &*last
            && at.elapsed() < FRESH_FOR
        {
            return checked.clone();
        }
        let checked = tokio::time::timeout(PATIENCE, (self.check)()).await;
        let checked = checked.unwrap_or_else(|_| Err("the check took too long".to_owned()));
        if let Err(reason) = &checked {
            tracing::warn!(reason, "not ready");
        }
        *last = Some((Instant::now(), checked.clone()));
        checked
    }
}
