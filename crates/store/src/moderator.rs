//! Who moderates a group; they may live on other servers and need not be members.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// Whether an actor moderates a group.
pub async fn exists(db: &Db, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query("SELECT actor_id FROM moderators WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// The moderators of a group, longest in office first.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .query("SELECT actor_id FROM moderators WHERE group_id = $1 ORDER BY appointed_at, actor_id")
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

/// Appoints a moderator. `false` when they were one.
pub async fn insert(tx: &mut Tx, group: GroupId, actor: ActorId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO moderators (group_id, actor_id, appointed_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Dismisses a moderator. `false` when they were none.
pub async fn delete(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM moderators WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .execute()
        .await?;
    Ok(rows == 1)
}
