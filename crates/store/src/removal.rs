//! What is still to be removed of somebody's: written with the ban that asks for it, so that no crash forgets it. And what
//! went with a ban, which comes back when the ban is taken back.

use guildhall_domain::{ActorId, DecisionId, EntryId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Sql, Tx},
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
    /// The ban that asks for it.
    pub ban: Option<DecisionId>,
}

/// Writes one down.
pub async fn insert(tx: &mut Tx, removal: &Removal, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO removals (id, group_id, author_id, by_actor_id, reason, ban_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(removal.id)
    .bind(removal.group.map_or(0, |group| group.0))
    .bind(removal.author.0)
    .bind(removal.by.0)
    .bind(removal.reason.as_str())
    .bind(removal.ban.map(|ban| ban.0))
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Those that are not done and have a key after `after`, oldest first.
pub async fn list(db: &Db, after: i64, limit: usize) -> Result<Vec<Removal>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, group_id, author_id, by_actor_id, reason, ban_id FROM removals
             WHERE id > $1 ORDER BY id LIMIT $2",
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

/// Calls off what a ban asks for and is not done yet.
pub async fn delete_of_ban(tx: &mut Tx, ban: DecisionId) -> Result<(), StoreError> {
    tx.query("DELETE FROM removals WHERE ban_id = $1").bind(ban.0).execute().await?;
    Ok(())
}

/// Whether one is still to be done; it is not called off before `tx` ends. Before anything else is locked: whoever calls it
/// off does so first, too.
pub async fn lock(tx: &mut Tx, id: i64) -> Result<bool, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT id FROM removals WHERE id = $1",
        postgres: "SELECT id FROM removals WHERE id = $1 FOR SHARE",
    };
    Ok(tx.query(sql).bind(id).optional::<(i64,)>().await?.is_some())
}

/// Notes that an entry was removed with a ban. `removal`: the decision about the entry.
pub async fn note_entry(
    tx: &mut Tx,
    ban: DecisionId,
    removal: DecisionId,
    entry: EntryId,
) -> Result<(), StoreError> {
    insert_gone(tx, ban, removal, Some(entry)).await
}

/// Notes that a ban ended a membership.
pub async fn note_membership(tx: &mut Tx, ban: DecisionId) -> Result<(), StoreError> {
    insert_gone(tx, ban, ban, None).await
}

async fn insert_gone(
    tx: &mut Tx,
    ban: DecisionId,
    decision: DecisionId,
    entry: Option<EntryId>,
) -> Result<(), StoreError> {
    tx.query("INSERT INTO went_with_bans (decision_id, ban_id, entry_id) VALUES ($1, $2, $3)")
        .bind(decision.0)
        .bind(ban.0)
        .bind(entry.map(|entry| entry.0))
        .execute()
        .await?;
    Ok(())
}

/// Whether a ban ended a membership.
pub async fn ended_membership(tx: &mut Tx, ban: DecisionId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> =
        tx.query("SELECT ban_id FROM went_with_bans WHERE decision_id = $1").bind(ban.0).optional().await?;
    Ok(row.is_some())
}

macro_rules! gone_with {
    ($rest:literal) => {
        concat!(
            "SELECT e.id FROM went_with_bans w JOIN entries e ON e.id = w.entry_id
             WHERE w.ban_id = $1 AND e.state = 'removed'
                AND NOT EXISTS (SELECT 1 FROM decisions d
                    WHERE d.entry_id = e.id AND d.action = 'remove' AND d.id > w.decision_id) ",
            $rest
        )
    };
}

/// What was removed with a ban and is still away for that reason, by key, from the one after `after` on: not what was
/// brought back and removed once more.
pub async fn list_gone_with(
    db: &Db,
    ban: DecisionId,
    after: Option<EntryId>,
    limit: usize,
) -> Result<Vec<EntryId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .query(gone_with!("AND e.id > $2 ORDER BY e.id LIMIT $3"))
        .bind(ban.0)
        .bind(after.map_or(0, |after| after.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| EntryId(id)).collect())
}

/// Whether an entry that is locked is one of these.
pub async fn is_gone_with(tx: &mut Tx, ban: DecisionId, entry: EntryId) -> Result<bool, StoreError> {
    let query = tx.query(gone_with!("AND e.id = $2 LIMIT 1"));
    Ok(query.bind(ban.0).bind(entry.0).optional::<(i64,)>().await?.is_some())
}

/// All that was removed with a ban is to be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The ban.
    pub ban: DecisionId,
    /// Who says so.
    pub by: ActorId,
    /// The reason given.
    pub reason: String,
}

/// Writes one down.
pub async fn insert_return(tx: &mut Tx, new: &Return, now: Timestamp) -> Result<(), StoreError> {
    tx.query("INSERT INTO returns (ban_id, by_actor_id, reason, created_at) VALUES ($1, $2, $3, $4)")
        .bind(new.ban.0)
        .bind(new.by.0)
        .bind(new.reason.as_str())
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Those that are not done, from the one after `after` on.
pub async fn list_returns(db: &Db, after: i64, limit: usize) -> Result<Vec<Return>, StoreError> {
    let rows: Vec<(i64, i64, String)> = db
        .query("SELECT ban_id, by_actor_id, reason FROM returns WHERE ban_id > $1 ORDER BY ban_id LIMIT $2")
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let read = |(ban, by, reason)| Return { ban: DecisionId(ban), by: ActorId(by), reason };
    Ok(rows.into_iter().map(read).collect())
}

/// Forgets one that is done.
pub async fn delete_return(tx: &mut Tx, ban: DecisionId) -> Result<(), StoreError> {
    tx.query("DELETE FROM returns WHERE ban_id = $1").bind(ban.0).execute().await?;
    Ok(())
}

crate::record! {
    struct Row {
        id: i64,
        group_id: i64,
        author_id: i64,
        by_actor_id: i64,
        reason: String,
        ban_id: Option<i64>,
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
            ban: row.ban_id.map(DecisionId),
        }
    }
}
