//! What is to be done now and then: moving idle cursors on, pruning, counting, deleting old keys.

use std::sync::Arc;
use std::time::Duration;

use guildhall_app::App;
use guildhall_store::delivery::{HostState, failure, host, log};
use guildhall_store::{StoreError, lease, signing_key};

use super::context::Context;
use super::signer::FORMER_LASTS;

/// The lease of the one who tidies the log.
const LEASE: &str = "delivery-chores";
/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// Hosts with nothing waiting are left so many rows behind the end of the log: each move is a write for each of them, and
/// keeps others from leasing them for that moment. While there are old keys none are: those wait for every cursor.
const IDLE_ROWS: u32 = 500;
/// How long what every host has passed stays on the log, so that it can be looked up.
const KEEP_PASSED: Duration = Duration::from_hours(3 * 24);
/// How long anything stays, whoever has not got it.
const KEEP_AT_MOST: Duration = Duration::from_hours(30 * 24);
/// How long a key that was replaced is kept at least: longer than any process goes by what it has read.
const KEEP_KEYS: Duration = Duration::from_mins(10);
/// Rows dropped in one transaction.
const PRUNE_BATCH: u32 = 1000;

/// Does the chores once a minute, for as long as it is let.
pub(super) async fn run(context: Arc<Context>) {
    loop {
        if let Err(error) = once(&context).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the delivery log could not be tidied");
        }
        context.timer.sleep_until(context.app.now().plus(EVERY)).await;
    }
}

pub(super) async fn once(context: &Context) -> Result<(), StoreError> {
    let app = &context.app;
    context.memory.sweep(app.now());
    let mut tx = app.begin().await?;
    let lease = lease::acquire(&mut tx, LEASE, &context.holder, app.now()).await?;
    tx.commit().await?;
    if let Some(lease) = lease {
        tidy(app).await?;
        let mut tx = app.begin().await?;
        lease::release(&mut tx, &lease).await?;
        tx.commit().await?;
    }
    count(context).await
}

/// Nothing here is harmed by a second node that does the same, should this one take longer than its lease.
async fn tidy(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let mut tx = app.begin().await?;
    let rows = if signing_key::has_former(&mut tx).await? { 0 } else { IDLE_ROWS };
    host::advance_idle(&mut tx, rows, now).await?;
    tx.commit().await?;
    loop {
        let mut tx = app.begin().await?;
        let dropped =
            log::prune(&mut tx, now.minus(KEEP_PASSED), now.minus(KEEP_AT_MOST), PRUNE_BATCH).await?;
        tx.commit().await?;
        if dropped < u64::from(PRUNE_BATCH) {
            break;
        }
    }
    let mut tx = app.begin().await?;
    failure::prune(&mut tx, now.minus(KEEP_AT_MOST)).await?;
    signing_key::delete_former(&mut tx, now.minus(KEEP_KEYS), now.minus(FORMER_LASTS)).await?;
    tx.commit().await
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floats; these numbers are far below 2^52")]
async fn count(context: &Context) -> Result<(), StoreError> {
    let db = &context.app.store;
    let by_state = host::count_by_state(db).await?;
    for state in HostState::ALL {
        let count = by_state.iter().find(|(found, _)| *found == state).map_or(0, |(_, count)| *count);
        metrics::gauge!("delivery_hosts", "state" => state.as_str()).set(count as f64);
    }
    metrics::gauge!("delivery_queue_depth").set(host::queue_depth(db).await? as f64);
    Ok(())
}
