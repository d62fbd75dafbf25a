//! The public log: decisions that everybody may know of who may read there. Which groups a reader may read in is for the
//! caller to say.

use std::time::Duration;

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, Timestamp,
    content::{EntryKind, EntryState},
    group::Visibility,
    moderation::{Decision, DecisionAction},
};

use crate::{
    StoreError, convert,
    db::{Db, IdGenerator, List, Sql},
    decision,
};

/// How far a key may be from the clock at which its row was written: clocks of nodes differ, and keys run ahead.
const SLACK: Duration = Duration::from_hours(1);
/// Rows that are read at once without much ado.
const PAGE: usize = 100;

/// Whose decisions are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those of one group, wherever it lives.
    Group(GroupId),
    /// Those of many.
    Many(Many),
}

/// Whose decisions are listed together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Many {
    /// Those for the whole instance; what another server decided about one of its own where that one is in a group.
    pub instance: bool,
    /// Those of groups hosted here.
    pub here: bool,
    /// Those of groups elsewhere that somebody here is a member of.
    pub elsewhere: bool,
    /// Groups that are read by so many,
    pub visibilities: Vec<Visibility>,
    /// or are one of these.
    pub groups: Vec<GroupId>,
}

/// By which rule something was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// By its fixed name, or an automatic one by its own.
    Named(String),
    /// Any block list.
    BlockList,
    /// One that the group has written down.
    Numbered(i64),
}

/// Which decisions are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What was decided.
    pub action: Option<DecisionAction>,
    /// By which rule.
    pub rule: Option<Rule>,
    /// By a rule alone, or by a person.
    pub is_automatic: Option<bool>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// About this person, or what they wrote.
    pub person: Option<ActorId>,
}

/// A decision with what is shown of what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The decision, as it is kept: private notes and all.
    pub decision: Decision,
    /// The post or comment it is about.
    pub entry: Option<LoggedEntry>,
    /// What everybody may read about the host it is about.
    pub public_comment: Option<String>,
}

/// A post or comment in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEntry {
    /// Our key.
    pub id: EntryId,
    /// Post or comment.
    pub kind: EntryKind,
    /// The thread it is in.
    pub thread: EntryId,
    /// Who wrote it.
    pub author: ActorId,
    /// The group it is in now.
    pub group: GroupId,
    /// Whether it is there for everybody who reads there.
    pub is_published: bool,
    /// A post's title, as long as it is there.
    pub title: Option<String>,
}

macro_rules! select {
    ($from:literal, $list:literal) => {
        concat!(
            "SELECT d.id, d.group_id, d.action, d.entry_id, d.actor_id, d.host, d.layer, d.rule, d.reason, d.until,
                d.by_actor_id, d.created_at, d.rule_number, d.rule_title, d.note, d.signed, d.case_id, d.undoes, d.is_open,
                e.kind AS entry_kind, e.thread_id, e.author_id, e.group_id AS entry_group, e.state AS entry_state, e.title,
                CASE WHEN d.host IS NULL THEN NULL ELSE
                    (SELECT p.public_comment FROM peering p
                     WHERE p.host = d.host AND p.group_id = coalesce(d.group_id, 0) AND p.public_comment IS NOT NULL
                     ORDER BY p.list_id LIMIT 1) END AS public_comment
             FROM decisions d ",
            $from,
            " LEFT JOIN entries e ON e.id = d.entry_id
             WHERE d.is_open AND d.id < $1 AND d.id >= $2 AND d.created_at >= $3 AND d.created_at < $4
                AND ($5 = '' OR d.action = $5)
                AND ($6 = '' OR d.rule = $6)
                AND ($7 = 0 OR d.rule_number = $7 OR ($7 = -1 AND d.rule LIKE 'block-list %'))
                AND ($8 = 0 OR $8 = CASE WHEN d.by_actor_id IS NULL THEN 1 ELSE 2 END)
                AND ($9 = 0 OR d.id IN (
                    SELECT a.id FROM decisions a WHERE a.actor_id = $9
                    UNION ALL
                    SELECT o.id FROM entries w JOIN decisions o ON o.entry_id = w.id WHERE w.author_id = $9))
                AND ",
            $list,
            " ORDER BY d.id DESC LIMIT $10"
        )
    };
}

/// Decisions, newest first, from the one before `before` on.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    before: Option<DecisionId>,
    limit: usize,
) -> Result<Vec<Logged>, StoreError> {
    let sql = match scope {
        Scope::Group(_) => Sql::from(select!("", "d.group_id = $11")),
        Scope::Many(_) => OF_MANY,
    };
    let bounds = Bounds::of(filter.from, filter.to);
    let (name, number) = match &filter.rule {
        None => ("", 0),
        Some(Rule::Named(name)) => (name.as_str(), 0),
        Some(Rule::Numbered(number)) => ("", *number),
        Some(Rule::BlockList) => ("", -1),
    };
    let by = filter.is_automatic.map_or(0, |is_automatic| if is_automatic { 1 } else { 2 });
    let query = db
        .query(sql)
        .bind(before.map_or(i64::MAX, |id| id.0).min(bounds.last_id))
        .bind(bounds.first_id)
        .bind(bounds.from)
        .bind(bounds.to)
        .bind(filter.action.map_or("", DecisionAction::as_str))
        .bind(name)
        .bind(number)
        .bind(i64::from(by))
        .bind(filter.person.map_or(0, |person| person.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let query = match scope {
        Scope::Group(group) => query.bind(group.0),
        Scope::Many(many) => query
            .bind(i64::from(many.instance))
            .bind(i64::from(many.here))
            .bind(i64::from(many.elsewhere))
            .bind(many.visibilities.iter().map(|visibility| visibility.as_str()).collect::<List<&str>>())
            .bind(many.groups.iter().map(|group| group.0).collect::<List<i64>>()),
    };
    // The last ones of a group lie side by side; whatever else is asked for may have to be looked for.
    let is_page = *filter == Filter::default() && matches!(scope, Scope::Group(_)) && limit <= PAGE;
    let rows: Vec<Row> = if is_page { query } else { query.slow() }.all().await?;
    convert::all(rows)
}

/// A follower is what makes the word of a group elsewhere ours to show, and a membership that of another server: else anybody
/// could have anything said here.
const OF_MANY: Sql = Sql {
    sqlite: select!(
        "LEFT JOIN groups g ON g.id = d.group_id",
        "(($11 = 1 AND d.group_id IS NULL AND (
              NOT EXISTS (SELECT 1 FROM actors b WHERE b.id = d.by_actor_id AND NOT b.is_local)
              OR EXISTS (SELECT 1 FROM memberships p WHERE p.actor_id = d.actor_id AND p.state = 'member')))
          OR ((($12 = 1 AND g.is_local)
               OR ($13 = 1 AND NOT g.is_local AND EXISTS (
                   SELECT 1 FROM memberships m JOIN actors f ON f.id = m.actor_id
                   WHERE m.group_id = g.id AND m.state = 'member' AND f.is_local)))
              AND (g.visibility IN (SELECT value FROM json_each($14)) OR g.id IN (SELECT value FROM json_each($15)))))"
    ),
    postgres: select!(
        "LEFT JOIN groups g ON g.id = d.group_id",
        "(($11 = 1 AND d.group_id IS NULL AND (
              NOT EXISTS (SELECT 1 FROM actors b WHERE b.id = d.by_actor_id AND NOT b.is_local)
              OR EXISTS (SELECT 1 FROM memberships p WHERE p.actor_id = d.actor_id AND p.state = 'member')))
          OR ((($12 = 1 AND g.is_local)
               OR ($13 = 1 AND NOT g.is_local AND EXISTS (
                   SELECT 1 FROM memberships m JOIN actors f ON f.id = m.actor_id
                   WHERE m.group_id = g.id AND m.state = 'member' AND f.is_local)))
              AND (g.visibility = ANY($14) OR g.id = ANY($15))))"
    ),
};

/// The groups that somebody moderates.
pub async fn list_moderated_by(db: &Db, actor: ActorId) -> Result<Vec<GroupId>, StoreError> {
    let query = db.query("SELECT group_id FROM staff WHERE actor_id = $1 ORDER BY group_id").bind(actor.0);
    let rows: Vec<(i64,)> = query.all().await?;
    Ok(rows.into_iter().map(|(id,)| GroupId(id)).collect())
}

/// A span of time, and of the keys that can have been made in it: what an index is walked along.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) first_id: i64,
    pub(crate) last_id: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Bounds {
    pub(crate) fn of(from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        Self {
            first_id: from.map_or(0, |from| IdGenerator::first_at(from.minus(SLACK).0)),
            last_id: to.map_or(i64::MAX, |to| IdGenerator::first_at(to.plus(SLACK).0)),
            from: from.map_or(i64::MIN, |from| from.0),
            to: to.map_or(i64::MAX, |to| to.0),
        }
    }
}

crate::record! {
    struct Row {
        id: i64,
        group_id: Option<i64>,
        action: String,
        entry_id: Option<i64>,
        actor_id: Option<i64>,
        host: Option<String>,
        layer: String,
        rule: Option<String>,
        reason: Option<String>,
        until: Option<i64>,
        by_actor_id: Option<i64>,
        created_at: i64,
        rule_number: Option<i64>,
        rule_title: Option<String>,
        note: Option<String>,
        signed: String,
        case_id: Option<i64>,
        undoes: Option<i64>,
        is_open: bool,
        entry_kind: Option<String>,
        thread_id: Option<i64>,
        author_id: Option<i64>,
        entry_group: Option<i64>,
        entry_state: Option<String>,
        title: Option<String>,
        public_comment: Option<String>,
    }
}

impl TryFrom<Row> for Logged {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let entry = match (
            row.entry_id,
            &row.entry_kind,
            row.thread_id,
            row.author_id,
            row.entry_group,
            &row.entry_state,
        ) {
            (Some(id), Some(kind), Some(thread), Some(author), Some(group), Some(state)) => {
                let state: EntryState = convert::word("entry", id, state)?;
                let is_published = state == EntryState::Published;
                Some(LoggedEntry {
                    id: EntryId(id),
                    kind: convert::word("entry", id, kind)?,
                    thread: EntryId(thread),
                    author: ActorId(author),
                    group: GroupId(group),
                    is_published,
                    title: row.title.filter(|_| is_published),
                })
            }
            _ => None,
        };
        let decision = decision::Row {
            id: row.id,
            group_id: row.group_id,
            action: row.action,
            entry_id: row.entry_id,
            actor_id: row.actor_id,
            host: row.host,
            layer: row.layer,
            rule: row.rule,
            reason: row.reason,
            until: row.until,
            by_actor_id: row.by_actor_id,
            created_at: row.created_at,
            rule_number: row.rule_number,
            rule_title: row.rule_title,
            note: row.note,
            signed: row.signed,
            case_id: row.case_id,
            undoes: row.undoes,
            is_open: row.is_open,
        };
        Ok(Self { decision: decision.try_into()?, entry, public_comment: row.public_comment })
    }
}
