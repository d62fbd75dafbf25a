//! What an admin can do about a host. A running holder notices by the epoch, within seconds.

use guildhall_domain::Timestamp;

use crate::{StoreError, db::Tx};

/// Stops delivery to a host until [`resume`]; what is published meanwhile waits. `false`: no such host.
pub async fn pause(tx: &mut Tx, host: &str) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE delivery_hosts SET state = 'paused', epoch = epoch + 1, lease_until = 0 WHERE host = $1",
        )
        .bind(host)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Lets delivery go on as if the host had never failed. `false`: it was not paused, or there is no such host.
pub async fn resume(tx: &mut Tx, host: &str) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE delivery_hosts SET state = 'active', failures = 0, failing_since = NULL, next_attempt_at = 0
             WHERE host = $1 AND state = 'paused'",
        )
        .bind(host)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Has a failing or dead host tried now rather than at its time. `false`: it was not waiting, or there is no such host.
pub async fn retry(tx: &mut Tx, host: &str, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE delivery_hosts SET next_attempt_at = 0
             WHERE host = $1 AND next_attempt_at > $2 AND state <> 'paused'",
        )
        .bind(host)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Drops the item a host is stuck at, which is the first that waits for it. Gives its place in the log; `None`: nothing
/// waits, or there is no such host. A paused host stays paused.
pub async fn skip_next(tx: &mut Tx, host: &str) -> Result<Option<i64>, StoreError> {
    let (next,): (Option<i64>,) = tx
        .query(
            "SELECT min(seq) FROM (
                SELECT min(t.seq) AS seq FROM delivery_hosts h
                JOIN delivery_targets t ON t.host = h.host AND t.seq > h.cursor WHERE h.host = $1
                UNION ALL
                SELECT min(l.seq) FROM delivery_hosts h
                JOIN delivery_subscriptions s ON s.host = h.host
                JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq AND l.seq > h.cursor
                WHERE h.host = $1) AS waiting",
        )
        .bind(host)
        .one()
        .await?;
    match next {
        Some(next) => move_cursor(tx, host, next).await,
        None => Ok(None),
    }
}

/// Drops all that waits for a host. Gives its new cursor; `None`: no such host. A paused host stays paused.
pub async fn skip_all(tx: &mut Tx, host: &str) -> Result<Option<i64>, StoreError> {
    let (last,): (i64,) = tx.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    move_cursor(tx, host, last).await
}

async fn move_cursor(tx: &mut Tx, host: &str, cursor: i64) -> Result<Option<i64>, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "UPDATE delivery_hosts SET
                cursor = CASE WHEN cursor < $2 THEN $2 ELSE cursor END,
                next_attempt_at = 0, epoch = epoch + 1, lease_until = 0
             WHERE host = $1 RETURNING cursor",
        )
        .bind(host)
        .bind(cursor)
        .optional()
        .await?;
    Ok(row.map(|(cursor,)| cursor))
}
