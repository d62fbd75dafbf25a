//! Reports to a group's moderators.

use guildhall_domain::{ActorId, ApId, CaseId, EntryId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Source, Tx},
};

/// A report about an entry, a person, or both.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Our key.
    pub id: i64,
    /// The Flag it came by.
    pub ap_id: Option<ApId>,
    /// The group it concerns; `None`: those who run the instance.
    pub group: Option<GroupId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// Who reports: a person, or the instance actor of theirs.
    pub reporter: ActorId,
    /// What about.
    pub entry: Option<EntryId>,
    /// Whom about.
    pub actor: Option<ActorId>,
    /// What they say.
    pub text: String,
    /// Whether other servers are told who reports.
    pub is_named: bool,
}

/// A report as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Our key.
    pub id: i64,
    /// The Flag it came by, or by which it was told on.
    pub ap_id: Option<ApId>,
    /// Who reports.
    pub reporter: ActorId,
    /// What about.
    pub entry: Option<EntryId>,
    /// Whom about.
    pub actor: Option<ActorId>,
    /// What they say.
    pub text: String,
    /// When it came in.
    pub at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
}

macro_rules! select {
    () => {
        "SELECT id, ap_id, reporter_id, entry_id, actor_id, text, created_at, withdrawn_at, case_id FROM reports"
    };
}

/// Adds a report. `false` when the same Flag was kept before.
pub async fn insert(tx: &mut Tx, report: &NewReport, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO reports (id, ap_id, group_id, reporter_id, entry_id, actor_id, text, created_at, named,
                case_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(report.id)
        .bind(report.ap_id.as_ref().map(|id| id.as_str().to_owned()))
        .bind(report.group.map(|group| group.0))
        .bind(report.reporter.0)
        .bind(report.entry.map(|id| id.0))
        .bind(report.actor.map(|id| id.0))
        .bind(report.text.as_str())
        .bind(now.0)
        .bind(report.is_named)
        .bind(report.case.map(|case| case.0))
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Reports to the moderators of a group, newest first, from the one before `before` on; without those about `but_about`.
pub async fn list_of_group_before(
    db: &Db,
    group: GroupId,
    but_about: Option<ActorId>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Report>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE group_id = $1 AND id < $2 AND coalesce(actor_id, 0) <> $4
                AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = case_id AND c.person_id = $4)
              ORDER BY id DESC LIMIT $3"
        ))
        .bind(group.0)
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        // Nobody's key is negative.
        .bind(but_about.map_or(-1, |actor| actor.0))
        .all()
        .await?;
    Ok(rows.into_iter().map(Report::from).collect())
}

/// The latest reports of a case, oldest first.
pub async fn list_of_case(db: &Db, case: CaseId, limit: usize) -> Result<Vec<Report>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE case_id = $1 ORDER BY id DESC LIMIT $2"))
        .bind(case.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().rev().map(Report::from).collect())
}

/// How many reports a case has that were not taken back.
pub async fn count_of_case(db: &Db, case: CaseId) -> Result<i64, StoreError> {
    let (count,): (i64,) = db
        .query("SELECT count(*) FROM reports WHERE case_id = $1 AND withdrawn_at IS NULL")
        .bind(case.0)
        .one()
        .await?;
    Ok(count)
}

/// The report that a Flag made, by the id of the Flag.
pub async fn find_by_ap_id(db: &Db, flag: &ApId) -> Result<Option<Report>, StoreError> {
    let row: Option<Row> =
        db.query(concat!(select!(), " WHERE ap_id = $1")).bind(flag.as_str()).optional().await?;
    Ok(row.map(Report::from))
}

/// Notes that whoever reported takes it back.
pub async fn withdraw(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE reports SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL")
        .bind(id)
        .bind(now.0)
        .execute()
        .await?;
    Ok(())
}

/// How many reports there are about an entry.
pub async fn count_about(source: Source<'_>, entry: EntryId) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        source.query("SELECT count(*) FROM reports WHERE entry_id = $1").bind(entry.0).one().await?;
    Ok(count)
}

crate::record! {
    struct Row {
        id: i64,
        ap_id: Option<String>,
        reporter_id: i64,
        entry_id: Option<i64>,
        actor_id: Option<i64>,
        text: String,
        created_at: i64,
        withdrawn_at: Option<i64>,
        case_id: Option<i64>,
    }
}

impl From<Row> for Report {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            ap_id: row.ap_id.map(ApId::new),
            reporter: ActorId(row.reporter_id),
            entry: row.entry_id.map(EntryId),
            actor: row.actor_id.map(ActorId),
            text: row.text,
            at: Timestamp(row.created_at),
            withdrawn_at: row.withdrawn_at.map(Timestamp),
            case: row.case_id.map(CaseId),
        }
    }
}
