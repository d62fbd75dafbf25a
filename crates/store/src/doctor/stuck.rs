//! What should have moved on by now.

use guildhall_domain::Timestamp;

use crate::{StoreError, convert, db::Db};

/// Things that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub rows: u64,
    /// Since when the oldest has waited.
    pub since: Option<Timestamp>,
}

impl Waiting {
    fn of((rows, since): (i64, Option<i64>)) -> Self {
        Self { rows: rows.unsigned_abs(), since: convert::time(since) }
    }
}

/// Activities that came before `before` and are not processed yet, since they are to be tried again after `now`.
pub async fn count_waiting_received(
    db: &Db,
    before: Timestamp,
    now: Timestamp,
) -> Result<Waiting, StoreError> {
    db.query(
        "SELECT count(*), min(received_at) FROM received_activities
         WHERE state = 'queued' AND received_at < $1 AND due_at > $2",
    )
    .bind(before.0)
    .bind(now.0)
    .one()
    .await
    .map(Waiting::of)
}

/// Activities that came before `before` and should have been processed by `due`.
pub async fn count_overdue_received(
    db: &Db,
    before: Timestamp,
    due: Timestamp,
) -> Result<Waiting, StoreError> {
    db.query(
        "SELECT count(*), min(received_at) FROM received_activities
         WHERE state = 'queued' AND received_at < $1 AND due_at <= $2",
    )
    .bind(before.0)
    .bind(due.0)
    .one()
    .await
    .map(Waiting::of)
}

/// Events from before `before` that were not told to others yet.
pub async fn count_unpublished(db: &Db, before: Timestamp) -> Result<Waiting, StoreError> {
    db.query("SELECT count(*), min(created_at) FROM events WHERE published_at IS NULL AND created_at < $1")
        .bind(before.0)
        .one()
        .await
        .map(Waiting::of)
}

/// The hosts that have been failing for days, in the order of their names.
pub async fn list_dead_hosts(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> =
        db.query("SELECT host FROM delivery_hosts WHERE state = 'dead' ORDER BY host").all().await?;
    Ok(rows.into_iter().map(|(host,)| host).collect())
}
