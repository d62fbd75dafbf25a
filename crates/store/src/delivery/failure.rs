//! What a host refused for good, kept for the people who run this instance.

use guildhall_domain::Timestamp;

use crate::{
    StoreError,
    db::{Composed, Db, Tx},
};

/// Rows written in one statement: 5 parameters each.
const CHUNK: usize = 500;

/// A refusal to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFailure {
    /// The item.
    pub seq: i64,
    /// Which inbox refused.
    pub inbox: String,
    /// What it said, in short; no bodies.
    pub error: String,
    /// When.
    pub failed_at: Timestamp,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The host.
    pub host: String,
    /// The item.
    pub seq: i64,
    /// Which inbox refused.
    pub inbox: String,
    /// The activity's id; `None` when it is no longer on the log.
    pub activity_ap_id: Option<String>,
    /// What it said.
    pub error: String,
    /// When.
    pub failed_at: Timestamp,
}

/// Keeps refusals of one host; the newest of each item and inbox counts.
pub async fn insert_all(tx: &mut Tx, host: &str, failures: &[NewFailure]) -> Result<(), StoreError> {
    for chunk in failures.chunks(CHUNK) {
        let sql = Composed::new("INSERT INTO delivery_failures (host, seq, inbox, error, failed_at) VALUES ")
            .values(chunk.len(), 5, 1)
            .text(
                " ON CONFLICT (host, seq, inbox) DO UPDATE SET
                    error = excluded.error, failed_at = excluded.failed_at",
            );
        let mut query = tx.query(sql);
        for failure in chunk {
            query = query
                .bind(host)
                .bind(failure.seq)
                .bind(failure.inbox.as_str())
                .bind(failure.error.as_str())
                .bind(failure.failed_at.0);
        }
        query.execute().await?;
    }
    Ok(())
}

/// The refusals of a host, newest item first, after the item `before` (start with `i64::MAX`).
pub async fn list(db: &Db, host: &str, before: i64, limit: u32) -> Result<Vec<Failure>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT f.host, f.seq, f.inbox, l.activity_ap_id, f.error, f.failed_at
             FROM delivery_failures f LEFT JOIN delivery_log l ON l.seq = f.seq
             WHERE f.host = $1 AND f.seq < $2 ORDER BY f.seq DESC, f.inbox LIMIT $3",
        )
        .bind(host)
        .bind(before)
        .bind(i64::from(limit))
        .all()
        .await?;
    Ok(rows.into_iter().map(Failure::from).collect())
}

/// Forgets refusals older than `before`; gives their number.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.query("DELETE FROM delivery_failures WHERE failed_at < $1").bind(before.0).slow().execute().await
}

crate::record! {
    struct Row {
        host: String,
        seq: i64,
        inbox: String,
        activity_ap_id: Option<String>,
        error: String,
        failed_at: i64,
    }
}

impl From<Row> for Failure {
    fn from(row: Row) -> Self {
        Self {
            host: row.host,
            seq: row.seq,
            inbox: row.inbox,
            activity_ap_id: row.activity_ap_id,
            error: row.error,
            failed_at: Timestamp(row.failed_at),
        }
    }
}
