//! What clients called the requests that made posts and comments, so that a request which is repeated makes no second one.
//! A key belongs to one author, and lives for a day.

use std::time::Duration;

use guildhall_domain::{ActorId, EntryId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Query, Tx},
};

/// For how long a request is known again.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// What a request made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The post or comment.
    pub entry: EntryId,
    /// A digest of what was asked for.
    pub request: Vec<u8>,
}

const FIND: &str =
    "SELECT entry_id, request FROM request_keys WHERE author_id = $1 AND name = $2 AND created_at > $3";

/// What an author's request of this name made in the day before `now`.
pub async fn find(db: &Db, author: ActorId, name: &str, now: Timestamp) -> Result<Option<Made>, StoreError> {
    read(db.query(FIND), author, name, now).await
}

/// As [`find`], inside a transaction. It may see what others have written that share its commit (SQLite), so what it finds
/// is there for good once it is committed, too.
pub async fn find_in(
    tx: &mut Tx,
    author: ActorId,
    name: &str,
    now: Timestamp,
) -> Result<Option<Made>, StoreError> {
    read(tx.query(FIND), author, name, now).await
}

async fn read(
    query: Query<'_>,
    author: ActorId,
    name: &str,
    now: Timestamp,
) -> Result<Option<Made>, StoreError> {
    let query = query.bind(author.0).bind(name).bind(now.minus(KEPT_FOR).0);
    let row: Option<(i64, Vec<u8>)> = query.optional().await?;
    Ok(row.map(|(entry, request)| Made { entry: EntryId(entry), request }))
}

/// Notes what a request made, which is in the same transaction. `false` where the name is taken; another transaction that
/// takes it just now is waited for.
pub async fn insert(
    tx: &mut Tx,
    author: ActorId,
    name: &str,
    made: &Made,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO request_keys (author_id, name, request, entry_id, created_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (author_id, name) DO UPDATE
             SET request = excluded.request, entry_id = excluded.entry_id, created_at = excluded.created_at
             WHERE request_keys.created_at <= $6",
        )
        .bind(author.0)
        .bind(name)
        .bind(made.request.clone())
        .bind(made.entry.0)
        .bind(now.0)
        .bind(now.minus(KEPT_FOR).0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Forgets at most `limit` keys that are older than a day.
pub async fn delete_old(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
    tx.query(
        "DELETE FROM request_keys WHERE (author_id, name) IN
            (SELECT author_id, name FROM request_keys WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
    )
    .bind(now.minus(KEPT_FOR).0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .slow()
    .execute()
    .await
}
