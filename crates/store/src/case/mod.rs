//! Cases, with their lanes, evidence and history.

mod flag;
mod history;
mod item;
mod lane;

pub use flag::{CaseFlag, find_case as find_by_flag, insert as insert_flag, list as list_flags};
pub use history::{Happening, HappeningKind, add as add_happening, list as list_happenings};
pub use item::{
    Counts, Item, NewItem, count as count_items, insert as insert_item, list as list_items, list_in_state,
};
pub use lane::{
    CaseLane, close as close_lane, list as list_lanes, list_of as list_lanes_of, open as open_lane,
};

use guildhall_domain::{ActorId, CaseId, GroupId, Timestamp, moderation::case::Subject};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

macro_rules! select {
    () => {
        "SELECT c.id, c.group_id, c.subject, c.subject_key, c.title, c.person_id, c.assignee_id, c.opened_at, c.closed_at
         FROM cases c"
    };
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Our key.
    pub id: CaseId,
    /// The group whose moderators look at it.
    pub group: Option<GroupId>,
    /// What it is about.
    pub subject: Subject,
    /// A line to recognise it by.
    pub title: String,
    /// Whom it concerns: the author of an entry, the person it is about.
    pub person: Option<ActorId>,
    /// Who looks after it.
    pub assignee: Option<ActorId>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the last lane of ours was closed.
    pub closed_at: Option<Timestamp>,
}

/// What cases are listed.
#[derive(Debug, Clone, Copy)]
pub struct Which {
    /// Of a group; `None`: what those who run this instance look at.
    pub group: Option<GroupId>,
    /// Those still open there, or those that are not.
    pub is_open: bool,
    /// Only those that somebody looks after.
    pub assignee: Option<ActorId>,
    /// But those about this person.
    pub but_about: Option<ActorId>,
}

/// Opens a case, unless one about the same is open. `false`: there is one, see [`share_open`].
pub async fn insert(tx: &mut Tx, case: &Case) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO cases (id, group_id, subject, subject_key, title, person_id, opened_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(case.id.0)
        .bind(scope(case.group))
        .bind(case.subject.kind().as_str())
        .bind(case.subject.key())
        .bind(case.title.as_str())
        .bind(case.person.map(|person| person.0))
        .bind(case.opened_at.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// The open case about something. It stays open until `tx` ends; others may join it meanwhile.
pub async fn share_open(
    tx: &mut Tx,
    group: Option<GroupId>,
    subject: &Subject,
) -> Result<Option<CaseId>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT id FROM cases WHERE group_id = $1 AND subject = $2 AND subject_key = $3 AND closed_at IS NULL",
        postgres: "SELECT id FROM cases WHERE group_id = $1 AND subject = $2 AND subject_key = $3 AND closed_at IS NULL
                   FOR SHARE",
    };
    let query = tx.query(sql).bind(scope(group)).bind(subject.kind().as_str()).bind(subject.key());
    let row: Option<(i64,)> = query.optional().await?;
    Ok(row.map(|(id,)| CaseId(id)))
}

/// The case with a key.
pub async fn find(db: &Db, id: CaseId) -> Result<Option<Case>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE c.id = $1")).bind(id.0).optional().await?;
    row.map(Case::try_from).transpose()
}

/// Reads a case and keeps it from changing until `tx` ends. After the entries it is about, and after its group.
pub async fn lock(tx: &mut Tx, id: CaseId) -> Result<Option<Case>, StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: concat!(select!(), " WHERE c.id = $1"),
        postgres: concat!(select!(), " WHERE c.id = $1 FOR NO KEY UPDATE OF c"),
    };
    let row: Option<Row> = tx.query(sql).bind(id.0).optional().await?;
    row.map(Case::try_from).transpose()
}

/// Cases, newest first, from the one before `before` on.
pub async fn list_before(
    db: &Db,
    which: Which,
    before: Option<CaseId>,
    limit: usize,
) -> Result<Vec<Case>, StoreError> {
    let of_group = concat!(
        select!(),
        " WHERE c.group_id = $1 AND c.id < $2 AND ($3 = 0 OR c.assignee_id = $3) AND coalesce(c.person_id, 0) <> $6
          AND EXISTS (SELECT 1 FROM case_lanes l WHERE l.case_id = c.id AND l.lane = 'group'
            AND CASE WHEN l.closed_at IS NULL THEN 1 ELSE 0 END = $4)
          ORDER BY c.id DESC LIMIT $5"
    );
    // Open where one of the lanes is.
    let of_instance = concat!(
        select!(),
        " WHERE $1 = 0 AND c.id < $2 AND ($3 = 0 OR c.assignee_id = $3) AND coalesce(c.person_id, 0) <> $6
          AND EXISTS (SELECT 1 FROM case_lanes l WHERE l.case_id = c.id AND l.lane <> 'group' AND l.is_ours)
          AND CASE WHEN EXISTS (SELECT 1 FROM case_lanes l WHERE l.case_id = c.id AND l.lane <> 'group' AND l.is_ours
            AND l.closed_at IS NULL) THEN 1 ELSE 0 END = $4
          ORDER BY c.id DESC LIMIT $5"
    );
    let rows: Vec<Row> = db
        .query(if which.group.is_some() { of_group } else { of_instance })
        .bind(scope(which.group))
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(which.assignee.map_or(0, |actor| actor.0))
        .bind(i64::from(which.is_open))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        // Nobody's key is negative.
        .bind(which.but_about.map_or(-1, |actor| actor.0))
        .all()
        .await?;
    convert::all(rows)
}

/// Sets who looks after a case.
pub async fn set_assignee(tx: &mut Tx, id: CaseId, assignee: Option<ActorId>) -> Result<(), StoreError> {
    tx.query("UPDATE cases SET assignee_id = $2 WHERE id = $1")
        .bind(id.0)
        .bind(assignee.map(|actor| actor.0))
        .execute()
        .await?;
    Ok(())
}

/// Notes that a case is closed as soon as no lane of ours is open any more, and that it is not while one is. `false`: it
/// cannot be open, since another case about the same is.
pub async fn settle(tx: &mut Tx, case: &Case, now: Timestamp) -> Result<bool, StoreError> {
    let is_open = list_lanes(tx, case.id).await?.iter().any(|lane| lane.is_ours && lane.closed_at.is_none());
    if is_open && case.closed_at.is_some() && share_open(tx, case.group, &case.subject).await?.is_some() {
        return Ok(false);
    }
    tx.query("UPDATE cases SET closed_at = CASE WHEN $2 = 1 THEN NULL ELSE coalesce(closed_at, $3) END WHERE id = $1")
        .bind(case.id.0)
        .bind(i64::from(is_open))
        .bind(now.0)
        .execute()
        .await?;
    Ok(true)
}

/// 0 stands for the whole instance.
fn scope(group: Option<GroupId>) -> i64 {
    group.map_or(0, |group| group.0)
}

crate::record! {
    struct Row {
        id: i64,
        group_id: i64,
        subject: String,
        subject_key: String,
        title: String,
        person_id: Option<i64>,
        assignee_id: Option<i64>,
        opened_at: i64,
        closed_at: Option<i64>,
    }
}

impl TryFrom<Row> for Case {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let kind = convert::word("case", row.id, &row.subject)?;
        Ok(Self {
            id: CaseId(row.id),
            group: Some(GroupId(row.group_id)).filter(|group| group.0 != 0),
            subject: Subject::read(kind, &row.subject_key)
                .ok_or_else(|| StoreError::corrupt("case", row.id))?,
            title: row.title,
            person: row.person_id.map(ActorId),
            assignee: row.assignee_id.map(ActorId),
            opened_at: Timestamp(row.opened_at),
            closed_at: convert::time(row.closed_at),
        })
    }
}
