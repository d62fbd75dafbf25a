//! What is still to be removed of somebody's: written with the ban that asks for it, so that no crash forgets it.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// All that somebody wrote before this was asked for is to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Our key; what was written later has a greater one, and stays.
    pub id: i64,
    /// In which group; `None` in all.
    pub group: Option<GroupId>,
    /// Whose.
    pub author: ActorId,
    /// Who says so.
    pub by: ActorId,
    /// The reason shown.
    pub reason: String,
}

/// Writes one down.
pub async fn insert(tx: &mut Tx, removal: &Removal, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO removals (id, group_id, author_id, by_actor_id, reason, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(removal.id)
    .bind(removal.group.map_or(0, |group| group.0))
    .bind(removal.author.0)
    .bind(removal.by.0)
    .bind(removal.reason.as_str())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Those that are not done and have a key after `after`, oldest first.
pub async fn list(db: &Db, after: i64, limit: usize) -> Result<Vec<Removal>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, group_id, author_id, by_actor_id, reason FROM removals WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Removal::from).collect())
}

/// Forgets one that is done.
pub async fn delete(tx: &mut Tx, id: i64) -> Result<(), StoreError> {
    tx.query("DELETE FROM removals WHERE id = $1").bind(id).execute().await?;
    Ok(())
}

crate::record! {
    struct Row {
        id: i64,
        group_id: i64,
        author_id: i64,
        by_actor_id: i64,
        reason: String,
    }
}

impl From<Row> for Removal {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            group: (row.group_id != 0).then_some(GroupId(row.group_id)),
            author: ActorId(row.author_id),
            by: ActorId(row.by_actor_id),
            reason: row.reason,
        }
    }
}
