//! Which hosts have something waiting.

use guildhall_domain::Timestamp;

use crate::{
    StoreError,
    db::{Db, Tx},
    delivery::audience::heard_by,
};

crate::record! {
    /// A host with something waiting, whose time has come.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DueHost {
        /// The host.
        pub host: String,
        /// Whether it failed last time, so that it may well be slow to answer.
        pub is_failing: bool,
    }
}

/// The hosts that rows of the log behind `after`, up to and including `until`, go to, leased or not; not those that
/// are paused or backing off at `now`, or have been served meanwhile.
pub async fn list_new(db: &Db, after: i64, until: i64, now: Timestamp) -> Result<Vec<DueHost>, StoreError> {
    // Of many rows for one group, the last decides.
    db.query(concat!(
        "SELECT h.host, h.failures > 0 AS is_failing FROM delivery_hosts h
         WHERE h.state <> 'paused' AND h.next_attempt_at <= $3 AND h.cursor < $2 AND h.host IN (
            SELECT s.host
            FROM (SELECT group_id, audience, max(seq) AS seq FROM delivery_log
                  WHERE seq > $1 AND seq <= $2 GROUP BY group_id, audience) l
            JOIN delivery_subscriptions s ON s.group_id = l.group_id AND s.since_seq < l.seq
            LEFT JOIN instances i ON i.host = s.host
            WHERE ",
        heard_by!(),
        "   UNION
            SELECT t.host FROM delivery_targets t WHERE t.seq > $1 AND t.seq <= $2)",
    ))
    .bind(after)
    .bind(until)
    .bind(now.0)
    .all()
    .await
}

/// The hosts that nobody has leased at `now` and that have anything waiting, those that waited longest first.
pub async fn list_due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<DueHost>, StoreError> {
    db.query(concat!(
        "SELECT h.host, h.failures > 0 AS is_failing FROM delivery_hosts h LEFT JOIN instances i ON i.host = h.host
         WHERE h.lease_until <= $1 AND h.next_attempt_at <= $1 AND h.state <> 'paused'
           AND h.cursor < (SELECT max(seq) FROM delivery_log)
           AND (EXISTS (SELECT 1 FROM delivery_targets t WHERE t.host = h.host AND t.seq > h.cursor)
                OR EXISTS (SELECT 1 FROM delivery_subscriptions s
                           JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq AND l.seq > h.cursor
                           WHERE s.host = h.host AND ",
        heard_by!(),
        "))
         ORDER BY h.next_attempt_at, h.host LIMIT $2",
    ))
    .bind(now.0)
    .bind(i64::from(limit))
    .all()
    .await
}

/// The hosts that somebody had leased and did not give back by `now`, whether anything waits for them or not; not those
/// that are paused or backing off.
pub async fn list_left(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<DueHost>, StoreError> {
    db.query(
        "SELECT h.host, h.failures > 0 AS is_failing FROM delivery_hosts h
         WHERE h.lease_until > 0 AND h.lease_until <= $1 AND h.next_attempt_at <= $1 AND h.state <> 'paused'
         ORDER BY h.lease_until, h.host LIMIT $2",
    )
    .bind(now.0)
    .bind(i64::from(limit))
    .all()
    .await
}

/// Moves the cursors of hosts with nothing waiting to the end of the log, where they are more than `rows` behind it: so
/// that it can be pruned, and need not be looked through for what is none of theirs.
pub async fn advance_idle(tx: &mut Tx, rows: u32, now: Timestamp) -> Result<u64, StoreError> {
    // Read before: what is appended in between is behind the end that is written.
    let (last,): (i64,) = tx.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    tx.query(concat!(
        "UPDATE delivery_hosts SET cursor = $1
         WHERE cursor < (SELECT seq FROM delivery_log WHERE seq <= $1 ORDER BY seq DESC LIMIT 1 OFFSET $3)
           AND lease_until <= $2
           AND NOT EXISTS (SELECT 1 FROM delivery_targets t
                           WHERE t.host = delivery_hosts.host AND t.seq > delivery_hosts.cursor)
           AND NOT EXISTS (SELECT 1 FROM delivery_subscriptions s
                           JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq
                                AND l.seq > delivery_hosts.cursor
                           LEFT JOIN instances i ON i.host = s.host
                           WHERE s.host = delivery_hosts.host AND ",
        heard_by!(),
        ")",
    ))
    .bind(last)
    .bind(now.0)
    .bind(i64::from(rows))
    .slow()
    .execute()
    .await
}
