//! Who looks at a case, each for themselves.

use guildhall_domain::{ActorId, CaseId, Timestamp, moderation::case::Lane};

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

/// A lane of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLane {
    /// Which.
    pub lane: Lane,
    /// The server where it is looked at.
    pub host: String,
    /// Whether that is this one.
    pub is_ours: bool,
    /// When it was opened, or opened again.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How it ended: `decided`, `dismissed`, `handed-over`, `withdrawn`, `resolved`, `rejected`, `closed`.
    pub outcome: Option<String>,
    /// Who closed it.
    pub closed_by: Option<ActorId>,
}

/// Opens a lane, or opens it again.
pub async fn open(
    tx: &mut Tx,
    case: CaseId,
    lane: Lane,
    host: &str,
    is_ours: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO case_lanes (case_id, lane, host, is_ours, opened_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (case_id, lane) DO UPDATE SET opened_at = excluded.opened_at, closed_at = NULL, outcome = NULL,
            closed_by = NULL
         WHERE case_lanes.closed_at IS NOT NULL",
    )
    .bind(case.0)
    .bind(lane.as_str())
    .bind(host)
    .bind(is_ours)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Closes a lane. `false`: it was not open.
pub async fn close(
    tx: &mut Tx,
    case: CaseId,
    lane: Lane,
    outcome: &str,
    by: Option<ActorId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE case_lanes SET closed_at = $3, outcome = $4, closed_by = $5
             WHERE case_id = $1 AND lane = $2 AND closed_at IS NULL",
        )
        .bind(case.0)
        .bind(lane.as_str())
        .bind(now.0)
        .bind(outcome)
        .bind(by.map(|actor| actor.0))
        .execute()
        .await?;
    Ok(rows == 1)
}

macro_rules! select {
    () => {
        "SELECT lane, host, is_ours, opened_at, closed_at, outcome, closed_by FROM case_lanes WHERE case_id = $1
         ORDER BY opened_at, lane"
    };
}

/// The lanes of a case, inside a transaction.
pub async fn list(tx: &mut Tx, case: CaseId) -> Result<Vec<CaseLane>, StoreError> {
    let rows: Vec<Row> = tx.query(select!()).bind(case.0).all().await?;
    convert::all(rows)
}

/// The lanes of a case.
pub async fn list_of(db: &Db, case: CaseId) -> Result<Vec<CaseLane>, StoreError> {
    let rows: Vec<Row> = db.query(select!()).bind(case.0).all().await?;
    convert::all(rows)
}

crate::record! {
    struct Row {
        lane: String,
        host: String,
        is_ours: bool,
        opened_at: i64,
        closed_at: Option<i64>,
        outcome: Option<String>,
        closed_by: Option<i64>,
    }
}

impl TryFrom<Row> for CaseLane {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            lane: convert::word("lane", &row.lane, &row.lane)?,
            host: row.host,
            is_ours: row.is_ours,
            opened_at: Timestamp(row.opened_at),
            closed_at: convert::time(row.closed_at),
            outcome: row.outcome,
            closed_by: row.closed_by.map(ActorId),
        })
    }
}
