//! Appeals against decisions, one for each, with what became of them.

use guildhall_domain::{
    ActorId, AppealId, DecisionId, GroupId, Timestamp, moderation::AppealOutcome, staff::Permission,
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
    notice, succession,
};

/// An appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// Our key.
    pub id: AppealId,
    /// What it is about.
    pub decision: DecisionId,
    /// The group that decided; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// Who objects.
    pub actor: ActorId,
    /// In their words.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// What became of it; `None` while it is open.
    pub settled: Option<Settled>,
}

/// How an appeal was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What became of the decision.
    pub outcome: AppealOutcome,
    /// The reason given.
    pub reason: String,
    /// Who says so.
    pub by: ActorId,
    /// The decision that takes the first one back, or its place.
    pub undone_by: Option<DecisionId>,
    /// When.
    pub at: Timestamp,
}

/// Adds an open appeal. `false`: there is one.
pub async fn insert(tx: &mut Tx, appeal: &Appeal) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO appeals (id, decision_id, group_id, actor_id, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(appeal.id.0)
        .bind(appeal.decision.0)
        .bind(appeal.group.map(|group| group.0))
        .bind(appeal.actor.0)
        .bind(appeal.text.as_str())
        .bind(appeal.created_at.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Sets the words of an open appeal.
pub async fn set_text(tx: &mut Tx, id: AppealId, text: &str) -> Result<(), StoreError> {
    tx.query("UPDATE appeals SET text = $2 WHERE id = $1 AND decided_at IS NULL")
        .bind(id.0)
        .bind(text)
        .execute()
        .await?;
    Ok(())
}

/// Notes what became of an appeal.
pub async fn settle(tx: &mut Tx, id: AppealId, settled: &Settled) -> Result<(), StoreError> {
    tx.query(
        "UPDATE appeals SET outcome = $2, reason = $3, by_actor_id = $4, undone_by = $5, decided_at = $6
         WHERE id = $1 AND decided_at IS NULL",
    )
    .bind(id.0)
    .bind(settled.outcome.as_str())
    .bind(settled.reason.as_str())
    .bind(settled.by.0)
    .bind(settled.undone_by.map(|decision| decision.0))
    .bind(settled.at.0)
    .execute()
    .await?;
    Ok(())
}

macro_rules! select {
    () => {
        "SELECT id, decision_id, group_id, actor_id, text, created_at, outcome, reason, by_actor_id, undone_by,
                decided_at
         FROM appeals"
    };
}

/// The appeal with a key.
pub async fn find(db: &Db, id: AppealId) -> Result<Option<Appeal>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Appeal::try_from).transpose()
}

/// The appeal against a decision.
pub async fn find_against(db: &Db, decision: DecisionId) -> Result<Option<Appeal>, StoreError> {
    let row: Option<Row> =
        db.query(concat!(select!(), " WHERE decision_id = $1")).bind(decision.0).optional().await?;
    row.map(Appeal::try_from).transpose()
}

/// Reads an appeal and keeps others from deciding it until `tx` ends.
pub async fn lock(tx: &mut Tx, id: AppealId) -> Result<Option<Appeal>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = $1 FOR NO KEY UPDATE"),
    };
    let row: Option<Row> = tx.query(sql).bind(id.0).optional().await?;
    row.map(Appeal::try_from).transpose()
}

/// The same by what it is about.
pub async fn lock_against(tx: &mut Tx, decision: DecisionId) -> Result<Option<Appeal>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE decision_id = $1"),
        postgres: concat!(select!(), " WHERE decision_id = $1 FOR NO KEY UPDATE"),
    };
    let row: Option<Row> = tx.query(sql).bind(decision.0).optional().await?;
    row.map(Appeal::try_from).transpose()
}

/// Open appeals against decisions of a group, or (`None`) for the whole instance, longest waiting first, from the one after
/// `after` on.
pub async fn list_open(
    db: &Db,
    group: Option<GroupId>,
    after: Option<AppealId>,
    limit: usize,
) -> Result<Vec<Appeal>, StoreError> {
    let sql = match group {
        Some(_) => {
            concat!(select!(), " WHERE group_id = $1 AND id > $2 AND decided_at IS NULL ORDER BY id LIMIT $3")
        }
        // 0: no group has that key.
        None => concat!(
            select!(),
            " WHERE group_id IS NULL AND $1 = 0 AND id > $2 AND decided_at IS NULL ORDER BY id LIMIT $3"
        ),
    };
    let rows: Vec<Row> = db
        .query(sql)
        .bind(group.map_or(0, |group| group.0))
        .bind(after.map_or(0, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Whether anybody here but who judges and who objects could decide about an appeal: somebody who may do so in the group at
/// `now` and lives here, unless the group is in care and they are away, or an admin of the instance. `decided_by`: where that is the group itself, an admin stood in for it,
/// and any of them may be the one; they are nobody else then.
pub async fn has_other_judges(
    tx: &mut Tx,
    appeal: &Appeal,
    decided_by: Option<ActorId>,
    judge: ActorId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let admins = notice::list_keepers(tx, None, Permission::Appeals, now).await?;
    let keepers = match appeal.group {
        Some(group) if !succession::is_in_care(tx, group).await? => {
            notice::list_keepers(tx, Some(group), Permission::Appeals, now).await?
        }
        Some(_) | None => Vec::new(),
    };
    let is_free =
        |&&(other, is_local): &&(ActorId, bool)| is_local && other != judge && other != appeal.actor;
    let stood_in = appeal.group.is_some_and(|group| decided_by == Some(group.actor()));
    Ok(if stood_in {
        keepers.iter().filter(is_free).any(|keeper| !admins.contains(keeper))
    } else {
        keepers.iter().chain(&admins).any(|judge| is_free(&judge))
    })
}

/// For how many days decisions of a group can be appealed.
pub async fn find_days(db: &Db, group: GroupId) -> Result<i64, StoreError> {
    let (days,): (i64,) =
        db.query("SELECT appeal_days FROM groups WHERE id = $1").bind(group.0).one().await?;
    Ok(days)
}

/// Sets that.
pub async fn set_days(tx: &mut Tx, group: GroupId, days: i64) -> Result<(), StoreError> {
    tx.query("UPDATE groups SET appeal_days = $2 WHERE id = $1").bind(group.0).bind(days).execute().await?;
    Ok(())
}

crate::record! {
    struct Row {
        id: i64,
        decision_id: i64,
        group_id: Option<i64>,
        actor_id: i64,
        text: String,
        created_at: i64,
        outcome: Option<String>,
        reason: Option<String>,
        by_actor_id: Option<i64>,
        undone_by: Option<i64>,
        decided_at: Option<i64>,
    }
}

impl TryFrom<Row> for Appeal {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let settled = match (row.outcome, row.by_actor_id, row.decided_at) {
            (Some(outcome), Some(by), Some(at)) => Some(Settled {
                outcome: convert::word("appeal", row.id, &outcome)?,
                reason: row.reason.unwrap_or_default(),
                by: ActorId(by),
                undone_by: row.undone_by.map(DecisionId),
                at: Timestamp(at),
            }),
            _ => None,
        };
        Ok(Self {
            id: AppealId(row.id),
            decision: DecisionId(row.decision_id),
            group: row.group_id.map(GroupId),
            actor: ActorId(row.actor_id),
            text: row.text,
            created_at: Timestamp(row.created_at),
            settled,
        })
    }
}
