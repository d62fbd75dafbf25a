//! Moderation decisions, as records that are never changed.

use guildhall_domain::{
    ActorId, CaseId, DecisionId, EntryId, GroupId, Timestamp,
    moderation::{Decision, DecisionAction, Target, WrittenRule},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
};

/// Adds a record.
pub async fn insert(tx: &mut Tx, decision: &Decision) -> Result<(), StoreError> {
    let (entry, actor, host) = match &decision.target {
        Target::Entry(entry) => (Some(entry.0), None, None),
        Target::Actor(actor) => (None, Some(actor.0), None),
        Target::Host(host) => (None, None, Some(host.clone())),
    };
    tx.query(
        "INSERT INTO decisions (id, group_id, action, entry_id, actor_id, host, layer, rule, reason, until,
            by_actor_id, created_at, rule_number, rule_title, note, signed, case_id, undoes, is_open)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    )
    .bind(decision.id.0)
    .bind(decision.group.map(|group| group.0))
    .bind(decision.action.as_str())
    .bind(entry)
    .bind(actor)
    .bind(host)
    .bind(decision.layer.as_str())
    .bind(decision.rule.clone())
    .bind(decision.reason.clone())
    .bind(decision.until.map(|until| until.0))
    .bind(decision.by.map(|by| by.0))
    .bind(decision.at.0)
    .bind(decision.written_rule.as_ref().map(|rule| rule.number))
    .bind(decision.written_rule.as_ref().map(|rule| rule.title.clone()))
    .bind(decision.note.clone())
    .bind(decision.signed.as_str())
    .bind(decision.case.map(|case| case.0))
    .bind(decision.undoes.map(|undone| undone.0))
    .bind(decision.is_open)
    .execute()
    .await?;
    Ok(())
}

macro_rules! select {
    () => {
        "SELECT id, group_id, action, entry_id, actor_id, host, layer, rule, reason, until, by_actor_id, created_at,
                rule_number, rule_title, note, signed, case_id, undoes, is_open
         FROM decisions"
    };
}

/// The decision with a key.
pub async fn find(db: &Db, id: DecisionId) -> Result<Option<Decision>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Decision::try_from).transpose()
}

/// The same, inside a transaction.
pub async fn find_in(tx: &mut Tx, id: DecisionId) -> Result<Option<Decision>, StoreError> {
    let row: Option<Row> = tx.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Decision::try_from).transpose()
}

/// Who removed a post or comment, the last time that it was removed. `None`: nobody, or a rule.
pub async fn find_remover(tx: &mut Tx, entry: EntryId) -> Result<Option<ActorId>, StoreError> {
    let row: Option<(Option<i64>,)> = tx
        .query(
            "SELECT by_actor_id FROM decisions WHERE entry_id = $1 AND action = 'remove' ORDER BY id DESC LIMIT 1",
        )
        .bind(entry.0)
        .optional()
        .await?;
    Ok(row.and_then(|(by,)| by).map(ActorId))
}

/// Decisions made in a case, oldest first.
pub async fn list_of_case(
    db: &Db,
    case: CaseId,
    after: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE case_id = $1 AND id > $2 ORDER BY id LIMIT $3"))
        .bind(case.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Decisions about an entry, oldest first.
pub async fn list_of_entry(
    db: &Db,
    entry: EntryId,
    after: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE entry_id = $1 AND id > $2 ORDER BY id LIMIT $3"))
        .bind(entry.0)
        .bind(after.map_or(0, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// All decisions about some entries, oldest first.
pub async fn list_of_entries(db: &Db, entries: &[EntryId]) -> Result<Vec<Decision>, StoreError> {
    let sql = Sql {
        sqlite: concat!(select!(), " WHERE entry_id IN (SELECT value FROM json_each($1)) ORDER BY id"),
        postgres: concat!(select!(), " WHERE entry_id = ANY($1) ORDER BY id"),
    };
    let entries: List<i64> = entries.iter().map(|id| id.0).collect();
    convert::all(db.query(sql).bind(entries).slow().all::<Row>().await?)
}

/// The latest decisions of a group, newest first.
pub async fn list_of_group(db: &Db, group: GroupId, limit: usize) -> Result<Vec<Decision>, StoreError> {
    list_of_group_before(db, group, None, limit).await
}

/// Decisions of a group, newest first, from the one before `before` on.
pub async fn list_of_group_before(
    db: &Db,
    group: GroupId,
    before: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE group_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
        .bind(group.0)
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// Decisions for the whole instance, newest first, from the one before `before` on.
pub async fn list_of_instance_before(
    db: &Db,
    before: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Decision>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE group_id IS NULL AND id < $1 ORDER BY id DESC LIMIT $2"))
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(count(limit))
        .all()
        .await?;
    convert::all(rows)
}

/// The latest of some decisions of a group about a person, or about their request to join.
pub async fn find_latest_about(
    db: &Db,
    group: GroupId,
    actor: ActorId,
    actions: &[DecisionAction],
) -> Result<Option<Decision>, StoreError> {
    let sql = Sql {
        sqlite: concat!(
            select!(),
            " WHERE actor_id = $1 AND group_id = $2 AND action IN (SELECT value FROM json_each($3))
             ORDER BY id DESC LIMIT 1"
        ),
        postgres: concat!(
            select!(),
            " WHERE actor_id = $1 AND group_id = $2 AND action = ANY($3) ORDER BY id DESC LIMIT 1"
        ),
    };
    let actions: List<&str> = actions.iter().map(|action| action.as_str()).collect();
    let row: Option<Row> = db.query(sql).bind(actor.0).bind(group.0).bind(actions).optional().await?;
    row.map(Decision::try_from).transpose()
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

crate::record! {
    /// One row of `decisions`.
    pub(crate) struct Row {
        pub(crate) id: i64,
        pub(crate) group_id: Option<i64>,
        pub(crate) action: String,
        pub(crate) entry_id: Option<i64>,
        pub(crate) actor_id: Option<i64>,
        pub(crate) host: Option<String>,
        pub(crate) layer: String,
        pub(crate) rule: Option<String>,
        pub(crate) reason: Option<String>,
        pub(crate) until: Option<i64>,
        pub(crate) by_actor_id: Option<i64>,
        pub(crate) created_at: i64,
        pub(crate) rule_number: Option<i64>,
        pub(crate) rule_title: Option<String>,
        pub(crate) note: Option<String>,
        pub(crate) signed: String,
        pub(crate) case_id: Option<i64>,
        pub(crate) undoes: Option<i64>,
        pub(crate) is_open: bool,
    }
}

impl TryFrom<Row> for Decision {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let target = match (row.entry_id, row.actor_id, row.host) {
            (Some(entry), _, _) => Target::Entry(EntryId(entry)),
            (None, Some(actor), _) => Target::Actor(ActorId(actor)),
            (None, None, Some(host)) => Target::Host(host),
            (None, None, None) => return Err(StoreError::corrupt("decision", row.id)),
        };
        Ok(Self {
            id: DecisionId(row.id),
            group: row.group_id.map(GroupId),
            action: convert::word("decision", row.id, &row.action)?,
            target,
            layer: convert::word("decision", row.id, &row.layer)?,
            rule: row.rule,
            written_rule: row
                .rule_number
                .map(|number| WrittenRule { number, title: row.rule_title.unwrap_or_default() }),
            reason: row.reason,
            until: convert::time(row.until),
            note: row.note,
            by: row.by_actor_id.map(ActorId),
            signed: convert::word("decision", row.id, &row.signed)?,
            case: row.case_id.map(CaseId),
            undoes: row.undoes.map(DecisionId),
            is_open: row.is_open,
            at: Timestamp(row.created_at),
        })
    }
}
