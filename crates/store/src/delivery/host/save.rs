//! What the holder of a host's lease writes down.

use std::collections::HashSet;

use guildhall_domain::Timestamp;
use serde_json::{Value, json};

use super::HostState;
use crate::{
    StoreError,
    db::{List, Tx},
};

/// How things stand with a host, as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSave {
    /// Everything up to and including this is done with; a stored cursor never goes back.
    pub cursor: i64,
    /// Active, failing or dead.
    pub state: HostState,
    /// Rounds that failed one after another.
    pub failures: u32,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// Not before this; 0 for at once.
    pub next_attempt_at: Timestamp,
    /// The last good answer; `None`: none since the lease began.
    pub last_success_at: Option<Timestamp>,
    /// The last trouble and when it was; `None`: none since the lease began.
    pub last_error: Option<(String, Timestamp)>,
    /// Gives the lease back.
    pub is_last: bool,
}

/// Writes it down, unless the host is somebody else's by now: then `false`, and nothing is written.
pub async fn save(tx: &mut Tx, host: &str, epoch: i64, save: &HostSave) -> Result<bool, StoreError> {
    let (error, error_at) = match &save.last_error {
        Some((text, at)) => (Some(text.clone()), Some(at.0)),
        None => (None, None),
    };
    let rows = tx
        .query(
            "UPDATE delivery_hosts SET
                cursor = CASE WHEN cursor < $3 THEN $3 ELSE cursor END,
                state = $4, failures = $5, failing_since = $6, next_attempt_at = $7,
                last_success_at = COALESCE($8, last_success_at),
                last_error = COALESCE($9, last_error), last_error_at = COALESCE($10, last_error_at),
                lease_until = CASE WHEN $11 THEN 0 ELSE lease_until END
             WHERE host = $1 AND epoch = $2",
        )
        .bind(host)
        .bind(epoch)
        .bind(save.cursor)
        .bind(save.state.as_str())
        .bind(i64::from(save.failures))
        .bind(save.failing_since.map(|at| at.0))
        .bind(save.next_attempt_at.0)
        .bind(save.last_success_at.map(|at| at.0))
        .bind(error)
        .bind(error_at)
        .bind(save.is_last)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// How things stand with a host under the lease of an epoch.
pub type OfHost<'a> = (&'a str, i64, &'a HostSave);

/// The same for several hosts; gives those for which it was written down.
pub async fn save_all(tx: &mut Tx, saves: &[OfHost<'_>]) -> Result<HashSet<String>, StoreError> {
    if !tx.pays_per_statement() || saves.len() < 2 {
        let mut written = HashSet::new();
        for (host, epoch, one) in saves {
            if save(tx, host, *epoch, one).await? {
                written.insert((*host).to_owned());
            }
        }
        return Ok(written);
    }
    let rows: Vec<Value> = saves.iter().map(row_of).collect();
    let written: Vec<(String,)> = tx
        .query(
            // Locked in one order, against deadlocks with whoever else writes several of these rows.
            "WITH held AS (SELECT host FROM delivery_hosts WHERE host = ANY($1) ORDER BY host FOR NO KEY UPDATE)
             UPDATE delivery_hosts h SET
                cursor = greatest(h.cursor, s.cursor), state = s.state, failures = s.failures,
                failing_since = s.failing_since, next_attempt_at = s.next_attempt_at,
                last_success_at = COALESCE(s.last_success_at, h.last_success_at),
                last_error = COALESCE(s.last_error, h.last_error),
                last_error_at = COALESCE(s.last_error_at, h.last_error_at),
                lease_until = CASE WHEN s.is_last THEN 0 ELSE h.lease_until END
             FROM held, jsonb_to_recordset($2) AS s (host TEXT, epoch BIGINT, cursor BIGINT, state TEXT,
                failures BIGINT, failing_since BIGINT, next_attempt_at BIGINT, last_success_at BIGINT,
                last_error TEXT, last_error_at BIGINT, is_last BOOLEAN)
             WHERE h.host = held.host AND h.host = s.host AND h.epoch = s.epoch RETURNING h.host",
        )
        .bind(saves.iter().map(|(host, ..)| (*host).to_owned()).collect::<List<_>>())
        .bind(Value::from(rows))
        .all()
        .await?;
    Ok(written.into_iter().map(|(host,)| host).collect())
}

fn row_of((host, epoch, save): &OfHost<'_>) -> Value {
    json!({
        "host": host,
        "epoch": epoch,
        "cursor": save.cursor,
        "state": save.state.as_str(),
        "failures": save.failures,
        "failing_since": save.failing_since.map(|at| at.0),
        "next_attempt_at": save.next_attempt_at.0,
        "last_success_at": save.last_success_at.map(|at| at.0),
        "last_error": save.last_error.as_ref().map(|(error, _)| error),
        "last_error_at": save.last_error.as_ref().map(|(_, at)| at.0),
        "is_last": save.is_last,
    })
}
