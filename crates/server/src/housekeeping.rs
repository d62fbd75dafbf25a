//! What is tidied now and then: activities and events that have done their work, and removals that a crash cut short.

use std::time::Duration;

use guildhall_app::App;
use guildhall_store::{StoreError, event, received};

/// How often.
const EVERY: Duration = Duration::from_hours(1);
/// For how long a repeated activity is known as one (SECURITY-CASES 13: 30 days and more).
const KEEP_RECEIVED: Duration = Duration::from_hours(35 * 24);
/// For how long told events are kept: long enough to look into what went wrong.
const KEEP_EVENTS: Duration = Duration::from_hours(7 * 24);
/// Rows deleted in one transaction, so that others do not wait.
const BATCH: usize = 500;

/// Tidies every hour until `stop` ends.
pub(crate) async fn run(app: App, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        if let Err(error) = tidy(&app).await {
            tracing::warn!(error = %error, "tidying failed");
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

async fn tidy(app: &App) -> Result<(), StoreError> {
    guildhall_app::entry::finish_removals(app).await?;
    let now = app.now();
    loop {
        let mut tx = app.begin().await?;
        let activities = received::delete_finished(&mut tx, now.minus(KEEP_RECEIVED), BATCH).await?;
        let events = event::delete_published(&mut tx, now.minus(KEEP_EVENTS), BATCH).await?;
        tx.commit().await?;
        if activities + events == 0 {
            return Ok(());
        }
    }
}
