//! What the holder of a host's lease writes down.

use guildhall_domain::Timestamp;

use super::HostState;
use crate::{StoreError, db::Tx};

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
