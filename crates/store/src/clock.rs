//! What is kept until a certain time, when the clock that set the time was wrong.
//!
//! A clock that was hours ahead and is set right leaves leases and back-offs that end in hours.

use std::time::Duration;

use guildhall_domain::Timestamp;

use crate::{
    StoreError,
    db::{Db, Tx},
    lease,
};

/// The latest time at which anything was written down, by the clock of then. `None`: nothing was.
pub async fn find_latest(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let (received, published): (Option<i64>, Option<i64>) = db
        .query(
            "SELECT (SELECT max(received_at) FROM received_activities), (SELECT max(created_at) FROM delivery_log)",
        )
        .one()
        .await?;
    Ok(received.max(published).map(Timestamp))
}

/// The newest key of a row: a new one must be later, whatever the clock says. 0: there is none.
pub async fn find_newest_key(db: &Db) -> Result<i64, StoreError> {
    // Each is the end of a primary key. Nothing is written that leaves no mark in one of these.
    let (newest,): (i64,) = db
        .query(
            "SELECT coalesce(max(id), 0) FROM (
                SELECT max(id) AS id FROM actors UNION ALL SELECT max(id) FROM entries
                UNION ALL SELECT max(id) FROM received_activities UNION ALL SELECT max(id) FROM events
                UNION ALL SELECT max(id) FROM decisions UNION ALL SELECT max(id) FROM queue_items
                UNION ALL SELECT max(seq) FROM delivery_log) AS keys",
        )
        .one()
        .await?;
    Ok(newest)
}

/// Brings forward by `by`, though not before `now`, what is to happen or to end later than `now`: the clock has been set
/// back by so much.
///
/// Of the leases only those that end later than any does that was given by the right clock.
pub async fn set_back(tx: &mut Tx, by: Duration, now: Timestamp) -> Result<(), StoreError> {
    // $1: now, $2: by how much, $3: how long a lease lasts.
    const ALL: [&str; 4] = [
        "UPDATE leases SET until = CASE WHEN until - $2 < $1 THEN $1 ELSE until - $2 END WHERE until > $1 + $3",
        "UPDATE delivery_hosts
         SET lease_until = CASE WHEN lease_until - $2 < $1 THEN $1 ELSE lease_until - $2 END
         WHERE lease_until > $1 + $3",
        "UPDATE delivery_hosts
         SET next_attempt_at = CASE WHEN next_attempt_at - $2 < $1 THEN $1 ELSE next_attempt_at - $2 END
         WHERE next_attempt_at > $1 + 0 * $3",
        "UPDATE received_activities SET due_at = CASE WHEN due_at - $2 < $1 THEN $1 ELSE due_at - $2 END
         WHERE state = 'queued' AND due_at > $1 + 0 * $3",
    ];
    let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    for sql in ALL {
        let query = tx.query(sql).bind(now.0).bind(millis(by)).bind(millis(lease::LASTS));
        query.slow().execute().await?;
    }
    Ok(())
}
