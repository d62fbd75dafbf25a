//! What people are told: of decisions about them, of what became of their appeals, and of automatic rules.

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, NoticeId, Timestamp,
    content::{EntryKind, EntryState},
    moderation::{NoticeKind, Target},
    staff::Permission,
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
    staff,
};

/// Something that somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Our key.
    pub id: NoticeId,
    /// Who is told.
    pub actor: ActorId,
    /// What for.
    pub kind: NoticeKind,
    /// The group that tells it; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// The decision it is about.
    pub decision: Option<DecisionId>,
    /// The post or comment it is about.
    pub entry: Option<EntryId>,
    /// The automatic rule that brought it about.
    pub rule: Option<String>,
    /// Plain text of several lines, in the group's language.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// Adds a notice. `false`: of this decision its person was told already, and nothing was written.
pub async fn insert(tx: &mut Tx, notice: &Notice) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO notices (id, actor_id, kind, group_id, decision_id, entry_id, rule, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(notice.id.0)
        .bind(notice.actor.0)
        .bind(notice.kind.as_str())
        .bind(notice.group.map(|group| group.0))
        .bind(notice.decision.map(|decision| decision.0))
        .bind(notice.entry.map(|entry| entry.0))
        .bind(notice.rule.clone())
        .bind(notice.text.as_str())
        .bind(notice.created_at.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

macro_rules! select {
    () => {
        "SELECT id, actor_id, kind, group_id, decision_id, entry_id, rule, text, created_at, read_at FROM notices"
    };
}

/// The notice with a key.
pub async fn find(db: &Db, id: NoticeId) -> Result<Option<Notice>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    row.map(Notice::try_from).transpose()
}

/// What somebody was told, newest first, from the one before `before` on.
pub async fn list_of_actor_before(
    db: &Db,
    actor: ActorId,
    before: Option<NoticeId>,
    limit: usize,
) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE actor_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
        .bind(actor.0)
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Marks a notice as read; the first time counts.
pub async fn set_read(tx: &mut Tx, id: NoticeId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE notices SET read_at = $2 WHERE id = $1 AND read_at IS NULL")
        .bind(id.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// Whether somebody was told of something by a rule of a group after `since`.
pub async fn was_told_after(
    tx: &mut Tx,
    actor: ActorId,
    group: Option<GroupId>,
    rule: &str,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT id FROM notices WHERE actor_id = $1 AND rule = $3 AND created_at > $4
                AND group_id IS NOT DISTINCT FROM $2 LIMIT 1",
        )
        .bind(actor.0)
        .bind(group.map(|group| group.0))
        .bind(rule)
        .bind(since.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// The one whom a decision concerns, with what there is to say about it.
#[derive(Debug, Clone)]
pub struct Concerned {
    /// Who.
    pub actor: ActorId,
    /// Whether they live here.
    pub is_local: bool,
    /// The post or comment it is about, which is theirs.
    pub entry: Option<ConcernedEntry>,
    /// The group that decided; `None` for the whole instance.
    pub group: Option<TellingGroup>,
}

/// A post or comment that something was decided about.
#[derive(Debug, Clone)]
pub struct ConcernedEntry {
    /// Its key.
    pub id: EntryId,
    /// Post or comment.
    pub kind: EntryKind,
    /// Its state now.
    pub state: EntryState,
    /// Its title, or how it begins.
    pub line: String,
}

/// A group, as far as it matters for what it tells.
#[derive(Debug, Clone)]
pub struct TellingGroup {
    /// Its title.
    pub title: String,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Whether it is hosted here.
    pub is_local: bool,
    /// For how many days its decisions can be appealed.
    pub appeal_days: i64,
}

/// Whom a decision concerns: the person, or the author of the entry. `None`: nobody who is still there.
pub async fn find_concerned(
    tx: &mut Tx,
    group: Option<GroupId>,
    target: &Target,
) -> Result<Option<Concerned>, StoreError> {
    const OF_ENTRY: &str = "SELECT a.id AS actor_id, a.is_local, e.id AS entry_id, e.kind, e.state,
            coalesce(e.title, e.excerpt) AS line, g.title, g.language, g.is_local AS group_is_local, g.appeal_days
         FROM entries e JOIN actors a ON a.id = e.author_id LEFT JOIN groups g ON g.id = $2
         WHERE e.id = $1 AND a.deleted_at IS NULL";
    const OF_ACTOR: &str = "SELECT a.id AS actor_id, a.is_local, e.id AS entry_id, e.kind, e.state,
            e.excerpt AS line, g.title, g.language, g.is_local AS group_is_local, g.appeal_days
         FROM actors a LEFT JOIN entries e ON e.id = -1 LEFT JOIN groups g ON g.id = $2
         WHERE a.id = $1 AND a.deleted_at IS NULL";
    let (sql, key) = match target {
        Target::Entry(entry) => (OF_ENTRY, entry.0),
        Target::Actor(actor) => (OF_ACTOR, actor.0),
        Target::Host(_) => return Ok(None),
    };
    let row: Option<ConcernedRow> =
        tx.query(sql).bind(key).bind(group.map(|group| group.0)).optional().await?;
    row.map(Concerned::try_from).transpose()
}

/// Whether somebody is a member or moderator of a group, has asked to be one, has written in it, or was told something by
/// it before: of a ban as a member, say, when it is lifted.
pub async fn has_part_in(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT p.part FROM
                (SELECT actor_id AS part FROM memberships WHERE group_id = $1 AND actor_id = $2
                 UNION ALL SELECT actor_id FROM staff WHERE group_id = $1 AND actor_id = $2
                 UNION ALL SELECT author_id FROM entries WHERE author_id = $2 AND group_id = $1
                 UNION ALL SELECT actor_id FROM notices WHERE actor_id = $2 AND group_id = $1) p
             LIMIT 1",
        )
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// The group's own words for what it tells without a decision.
pub async fn find_telling_group(tx: &mut Tx, group: GroupId) -> Result<Option<TellingGroup>, StoreError> {
    let row: Option<(String, Option<String>, bool, i64)> = tx
        .query("SELECT title, language, is_local, appeal_days FROM groups WHERE id = $1")
        .bind(group.0)
        .optional()
        .await?;
    Ok(row.map(|(title, language, is_local, appeal_days)| TellingGroup {
        title,
        language,
        is_local,
        appeal_days,
    }))
}

/// The handle of an actor, without the first `@`, and whether it lives here.
pub async fn find_handle(tx: &mut Tx, actor: ActorId) -> Result<Option<(String, bool)>, StoreError> {
    let row: Option<(String, String, bool)> = tx
        .query("SELECT username, host, is_local FROM actors WHERE id = $1")
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.map(|(username, host, is_local)| (format!("{username}@{host}"), is_local)))
}

/// Who looks after something at `now`, and whether they live here: of a group those of its staff who may do what it takes;
/// without a group the admins of the instance.
pub async fn list_keepers(
    tx: &mut Tx,
    group: Option<GroupId>,
    permission: Permission,
    now: Timestamp,
) -> Result<Vec<(ActorId, bool)>, StoreError> {
    if let Some(group) = group {
        return staff::list_permitted(tx, group, permission, now).await;
    }
    let rows: Vec<(i64, bool)> = tx
        .query(
            "SELECT a.id, a.is_local FROM accounts c JOIN actors a ON a.id = c.actor_id
             WHERE c.is_admin AND a.deleted_at IS NULL ORDER BY a.id",
        )
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id, is_local)| (ActorId(id), is_local)).collect())
}

/// Stands in the database for an alarm of which nobody was told yet.
const NEVER: i64 = i64::MIN;

/// How often a rule has fitted since its keepers were told, and when that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// The rule.
    pub rule: String,
    /// When they were told last.
    pub told_at: Timestamp,
    /// How often it has fitted since.
    pub pending: i64,
}

/// Reads how often a rule has fitted, and keeps others from counting until `tx` ends: also the first time, when there is
/// nothing to read yet.
pub async fn lock_alarm(
    tx: &mut Tx,
    group: Option<GroupId>,
    rule: &str,
) -> Result<Option<Alarm>, StoreError> {
    tx.query(
        "INSERT INTO rule_alarms (group_id, rule, told_at, pending) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING",
    )
    .bind(scope(group))
    .bind(rule)
    .bind(NEVER)
    .execute()
    .await?;
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT told_at, pending FROM rule_alarms WHERE group_id = $1 AND rule = $2",
        postgres: "SELECT told_at, pending FROM rule_alarms WHERE group_id = $1 AND rule = $2 FOR UPDATE",
    };
    let row: Option<(i64, i64)> = tx.query(sql).bind(scope(group)).bind(rule).optional().await?;
    Ok(row.filter(|(told_at, _)| *told_at != NEVER).map(|(told_at, pending)| Alarm {
        group,
        rule: rule.to_owned(),
        told_at: Timestamp(told_at),
        pending,
    }))
}

/// Notes how often a rule has fitted, and when its keepers were told.
pub async fn set_alarm(tx: &mut Tx, alarm: &Alarm) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO rule_alarms (group_id, rule, told_at, pending) VALUES ($1, $2, $3, $4)
         ON CONFLICT (group_id, rule) DO UPDATE SET told_at = excluded.told_at, pending = excluded.pending",
    )
    .bind(scope(alarm.group))
    .bind(alarm.rule.as_str())
    .bind(alarm.told_at.0)
    .bind(alarm.pending)
    .execute()
    .await?;
    Ok(())
}

/// Rules that have fitted since their keepers were told, where that was at `before` or earlier.
pub async fn list_pending_alarms(db: &Db, before: Timestamp, limit: usize) -> Result<Vec<Alarm>, StoreError> {
    let rows: Vec<(i64, String, i64, i64)> = db
        .query(
            "SELECT group_id, rule, told_at, pending FROM rule_alarms WHERE pending > 0 AND told_at <= $1
             ORDER BY told_at LIMIT $2",
        )
        .bind(before.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let alarm = |(group, rule, told_at, pending): (i64, String, i64, i64)| Alarm {
        group: (group != 0).then_some(GroupId(group)),
        rule,
        told_at: Timestamp(told_at),
        pending,
    };
    Ok(rows.into_iter().map(alarm).collect())
}

fn scope(group: Option<GroupId>) -> i64 {
    group.map_or(0, |group| group.0)
}

crate::record! {
    struct Row {
        id: i64,
        actor_id: i64,
        kind: String,
        group_id: Option<i64>,
        decision_id: Option<i64>,
        entry_id: Option<i64>,
        rule: Option<String>,
        text: String,
        created_at: i64,
        read_at: Option<i64>,
    }
}

impl TryFrom<Row> for Notice {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: NoticeId(row.id),
            actor: ActorId(row.actor_id),
            kind: convert::word("notice", row.id, &row.kind)?,
            group: row.group_id.map(GroupId),
            decision: row.decision_id.map(DecisionId),
            entry: row.entry_id.map(EntryId),
            rule: row.rule,
            text: row.text,
            created_at: Timestamp(row.created_at),
            read_at: convert::time(row.read_at),
        })
    }
}

crate::record! {
    struct ConcernedRow {
        actor_id: i64,
        is_local: bool,
        entry_id: Option<i64>,
        kind: Option<String>,
        state: Option<String>,
        line: Option<String>,
        title: Option<String>,
        language: Option<String>,
        group_is_local: Option<bool>,
        appeal_days: Option<i64>,
    }
}

impl TryFrom<ConcernedRow> for Concerned {
    type Error = StoreError;

    fn try_from(row: ConcernedRow) -> Result<Self, StoreError> {
        let entry = match (row.entry_id, row.kind, row.state) {
            (Some(id), Some(kind), Some(state)) => Some(ConcernedEntry {
                id: EntryId(id),
                kind: convert::word("entry", id, &kind)?,
                state: convert::word("entry", id, &state)?,
                line: row.line.unwrap_or_default(),
            }),
            _ => None,
        };
        let group = match (row.title, row.group_is_local, row.appeal_days) {
            (Some(title), Some(is_local), Some(appeal_days)) => {
                Some(TellingGroup { title, language: row.language, is_local, appeal_days })
            }
            _ => None,
        };
        Ok(Self { actor: ActorId(row.actor_id), is_local: row.is_local, entry, group })
    }
}
