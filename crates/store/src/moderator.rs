//! Who moderates a group: those of its staff of whom other servers are told, its owners and moderators. They may live on other
//! servers and need not be members.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
};

/// Whether an actor moderates a group.
pub async fn exists(db: &Db, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query("SELECT actor_id FROM staff WHERE group_id = $1 AND actor_id = $2 AND role <> 'helper'")
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// The moderators of a group, longest in office first.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .query("SELECT actor_id FROM staff WHERE group_id = $1 AND role <> 'helper' ORDER BY appointed_at, actor_id")
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

/// Some of the moderators of a group, longest in office first, with the time since when; from the one after `after` on.
pub async fn list_after(
    db: &Db,
    group: GroupId,
    after: Option<(Timestamp, ActorId)>,
    limit: usize,
) -> Result<Vec<(ActorId, Timestamp)>, StoreError> {
    let (since, id) = after.map_or((i64::MIN, 0), |(since, id)| (since.0, id.0));
    let rows: Vec<(i64, i64)> = db
        .query(
            "SELECT actor_id, appointed_at FROM staff
             WHERE group_id = $1 AND role <> 'helper' AND (appointed_at, actor_id) > ($2, $3) ORDER BY appointed_at, actor_id LIMIT $4",
        )
        .bind(group.0)
        .bind(since)
        .bind(id)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id, since)| (ActorId(id), Timestamp(since))).collect())
}

/// Whether some of the moderators of a group live on other servers.
pub async fn has_elsewhere(tx: &mut Tx, group: GroupId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT s.actor_id FROM staff s JOIN actors a ON a.id = s.actor_id
             WHERE s.group_id = $1 AND s.role <> 'helper' AND NOT a.is_local LIMIT 1",
        )
        .bind(group.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// How many moderators a group has.
pub async fn count(db: &Db, group: GroupId) -> Result<i64, StoreError> {
    let (count,): (i64,) = db
        .query("SELECT count(*) FROM staff WHERE group_id = $1 AND role <> 'helper'")
        .bind(group.0)
        .one()
        .await?;
    Ok(count)
}

/// Appoints a moderator, with what comes with the role. `false` when they were one.
pub async fn insert(tx: &mut Tx, group: GroupId, actor: ActorId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO staff (group_id, actor_id, role, appointed_at) VALUES ($1, $2, 'moderator', $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Dismisses every moderator of a group but `kept`.
pub async fn delete_others(tx: &mut Tx, group: GroupId, kept: &[ActorId]) -> Result<(), StoreError> {
    const OTHERS: Sql = Sql {
        sqlite: "DELETE FROM staff
                 WHERE group_id = $1 AND actor_id NOT IN (SELECT value FROM json_each($2))",
        postgres: "DELETE FROM staff WHERE group_id = $1 AND actor_id <> ALL($2)",
    };
    let kept: List<i64> = kept.iter().map(|id| id.0).collect();
    tx.query(OTHERS).bind(group.0).bind(kept).execute().await?;
    Ok(())
}
