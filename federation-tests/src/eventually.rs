//! Waiting for what takes its time on other machines, without fixed sleeps.

use std::time::Duration;

use anyhow::anyhow;
use tokio::time::{Instant, sleep};

/// Enough for a delivery on a busy machine; what is later than this counts as lost.
const LIMIT: Duration = Duration::from_secs(30);

/// Between two attempts.
const INTERVAL: Duration = Duration::from_millis(50);

/// Tries until `attempt` succeeds, for up to 30 s.
///
/// # Errors
/// What `attempt` said last, under the name `what`.
pub async fn eventually<T>(what: &str, attempt: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eventually_within(LIMIT, what, attempt).await
}

/// [`eventually`] with another limit.
///
/// # Errors
/// What `attempt` said last, under the name `what`.
pub async fn eventually_within<T>(
    limit: Duration,
    what: &str,
    mut attempt: impl AsyncFnMut() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() >= deadline => {
                return Err(error.context(anyhow!("not within {limit:?}: {what}")));
            }
            Err(_) => sleep(INTERVAL).await,
        }
    }
}
