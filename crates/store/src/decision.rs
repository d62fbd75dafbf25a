//! Moderation decisions, as records that are never changed.

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, Timestamp,
    moderation::{Decision, Target},
};
use sqlx::FromRow;

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

/// Adds a record.
pub async fn insert(tx: &mut Tx, decision: &Decision) -> Result<(), StoreError> {
    let (entry, actor) = match decision.target {
        Target::Entry(entry) => (Some(entry.0), None),
        Target::Actor(actor) => (None, Some(actor.0)),
    };
    tx.query(
        "INSERT INTO decisions (id, group_id, action, entry_id, actor_id, layer, rule, reason, until, by_actor_id,
            created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(decision.id.0)
    .bind(decision.group.map(|group| group.0))
    .bind(decision.action.as_str())
    .bind(entry)
    .bind(actor)
    .bind(decision.layer.as_str())
    .bind(decision.rule.clone())
    .bind(decision.reason.clone())
    .bind(decision.until.map(|until| until.0))
    .bind(decision.by.map(|by| by.0))
    .bind(decision.at.0)
    .execute()
    .await?;
    Ok(())
}

/// Every decision about an entry, oldest first.
pub async fn list_of_entry(db: &Db, entry: EntryId) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, group_id, action, entry_id, actor_id, layer, rule, reason, until, by_actor_id, created_at
             FROM decisions WHERE entry_id = $1 ORDER BY id",
        )
        .bind(entry.0)
        .all()
        .await?;
    convert::all(rows)
}

/// Every decision of a group, newest first.
pub async fn list_of_group(db: &Db, group: GroupId, limit: usize) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, group_id, action, entry_id, actor_id, layer, rule, reason, until, by_actor_id, created_at
             FROM decisions WHERE group_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(group.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

#[derive(FromRow)]
struct Row {
    id: i64,
    group_id: Option<i64>,
    action: String,
    entry_id: Option<i64>,
    actor_id: Option<i64>,
    layer: String,
    rule: Option<String>,
    reason: Option<String>,
    until: Option<i64>,
    by_actor_id: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for Decision {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let target = match (row.entry_id, row.actor_id) {
            (Some(entry), _) => Target::Entry(EntryId(entry)),
            (None, Some(actor)) => Target::Actor(ActorId(actor)),
            (None, None) => return Err(StoreError::corrupt("decision", row.id)),
        };
        Ok(Self {
            id: DecisionId(row.id),
            group: row.group_id.map(GroupId),
            action: convert::word("decision", row.id, &row.action)?,
            target,
            layer: convert::word("decision", row.id, &row.layer)?,
            rule: row.rule,
            reason: row.reason,
            until: convert::time(row.until),
            by: row.by_actor_id.map(ActorId),
            at: Timestamp(row.created_at),
        })
    }
}
