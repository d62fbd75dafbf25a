//! Members who vouch for somebody that waits, or did so before they were let in.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

/// That somebody vouched for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouch {
    /// For whom.
    pub actor: ActorId,
    /// Who.
    pub by: ActorId,
    /// When.
    pub created_at: Timestamp,
    /// When the one vouched for was let in; `None` while the request waits.
    pub admitted_at: Option<Timestamp>,
    /// When they were banned, soon after that.
    pub failed_at: Option<Timestamp>,
}

/// Vouches for a request that waits. `false`: did so before.
pub async fn insert(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    by: ActorId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO vouches (group_id, actor_id, by_actor_id, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (group_id, actor_id, by_actor_id)
                DO UPDATE SET created_at = excluded.created_at, admitted_at = NULL
                WHERE vouches.admitted_at IS NOT NULL",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(by.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Takes back a vouch for a request that waits. `false`: there was none.
pub async fn delete(tx: &mut Tx, group: GroupId, actor: ActorId, by: ActorId) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "DELETE FROM vouches
             WHERE group_id = $1 AND actor_id = $2 AND by_actor_id = $3 AND admitted_at IS NULL",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(by.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Who vouches for a request that waits, first come first.
pub async fn list_waiting(db: &Db, group: GroupId, actor: ActorId) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = db.query(WAITING).bind(group.0).bind(actor.0).all().await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

/// The same inside a transaction that has locked the group.
pub async fn list_waiting_in(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = tx.query(WAITING).bind(group.0).bind(actor.0).all().await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

const WAITING: &str = "SELECT by_actor_id FROM vouches
     WHERE group_id = $1 AND actor_id = $2 AND admitted_at IS NULL ORDER BY created_at, by_actor_id";

/// Notes that a request that was vouched for was let in.
pub async fn set_admitted(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE vouches SET admitted_at = $3 WHERE group_id = $1 AND actor_id = $2 AND admitted_at IS NULL",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Forgets who vouched for a request that came to nothing.
pub async fn delete_waiting(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<(), StoreError> {
    tx.query("DELETE FROM vouches WHERE group_id = $1 AND actor_id = $2 AND admitted_at IS NULL")
        .bind(group.0)
        .bind(actor.0)
        .execute()
        .await?;
    Ok(())
}

/// Counts a ban for those whose word let the person in since `since`. Gives how many that are.
pub async fn set_failed(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    since: Timestamp,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.query(
        "UPDATE vouches SET failed_at = $4
         WHERE group_id = $1 AND actor_id = $2 AND admitted_at >= $3 AND failed_at IS NULL",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(since.0)
    .bind(now.0)
    .execute()
    .await
}

/// Takes a ban that was imposed at `at` back from those whom it was counted for.
pub async fn clear_failed(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.query("UPDATE vouches SET failed_at = NULL WHERE group_id = $1 AND actor_id = $2 AND failed_at = $3")
        .bind(group.0)
        .bind(actor.0)
        .bind(at.0)
        .execute()
        .await?;
    Ok(())
}

/// Everybody a person vouched for in a group, newest first.
pub async fn list_by(db: &Db, group: GroupId, by: ActorId, limit: usize) -> Result<Vec<Vouch>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT actor_id, by_actor_id, created_at, admitted_at, failed_at FROM vouches
             WHERE by_actor_id = $2 AND group_id = $1 ORDER BY created_at DESC, actor_id LIMIT $3",
        )
        .bind(group.0)
        .bind(by.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Vouch::from).collect())
}

/// Everybody who vouched for a person in a group, newest first.
pub async fn list_for(
    db: &Db,
    group: GroupId,
    actor: ActorId,
    limit: usize,
) -> Result<Vec<Vouch>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT actor_id, by_actor_id, created_at, admitted_at, failed_at FROM vouches
             WHERE group_id = $1 AND actor_id = $2 ORDER BY created_at DESC, by_actor_id LIMIT $3",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Vouch::from).collect())
}

crate::record! {
    struct Row {
        actor_id: i64,
        by_actor_id: i64,
        created_at: i64,
        admitted_at: Option<i64>,
        failed_at: Option<i64>,
    }
}

impl From<Row> for Vouch {
    fn from(row: Row) -> Self {
        Self {
            actor: ActorId(row.actor_id),
            by: ActorId(row.by_actor_id),
            created_at: Timestamp(row.created_at),
            admitted_at: convert::time(row.admitted_at),
            failed_at: convert::time(row.failed_at),
        }
    }
}
