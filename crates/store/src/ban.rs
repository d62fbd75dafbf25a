//! Bans from a group or from the whole instance.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Keyed, Tx},
};

/// Writes a ban; a new one replaces the old one. `group`: `None` for the whole instance.
pub async fn set(
    tx: &mut Tx,
    group: Option<GroupId>,
    actor: ActorId,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO bans (group_id, actor_id, until, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (group_id, actor_id) DO UPDATE SET until = excluded.until, created_at = excluded.created_at",
    )
    .bind(group.map_or(0, |group| group.0))
    .bind(actor.0)
    .bind(until.map(|until| until.0))
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Lifts a ban. `false` when there was none.
pub async fn delete(tx: &mut Tx, group: Option<GroupId>, actor: ActorId) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM bans WHERE group_id = $1 AND actor_id = $2")
        .bind(group.map_or(0, |group| group.0))
        .bind(actor.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Whether an actor is banned from the whole instance at `now`.
pub async fn is_suspended(db: &Db, actor: ActorId, now: Timestamp) -> Result<bool, StoreError> {
    const OF_INSTANCE: Keyed = Keyed {
        sqlite: "SELECT actor_id, until FROM bans WHERE group_id = 0 AND actor_id = $1",
        postgres: "SELECT actor_id, until FROM bans WHERE group_id = 0 AND actor_id = ANY($1)",
        column: "actor_id",
    };
    let ban: Option<(i64, Option<i64>)> = db.optional_by(OF_INSTANCE, actor.0).await?;
    Ok(ban.is_some_and(|(_, until)| until.is_none_or(|until| until > now.0)))
}
