//! The Flags by which moderators elsewhere were told of a case.

use guildhall_domain::{ActorId, ApId, CaseId, EntryId};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A Flag of ours to those elsewhere who moderate a group here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFlag {
    /// Its id.
    pub ap_id: ApId,
    /// What about.
    pub entry: Option<EntryId>,
    /// Whom about.
    pub person: Option<ActorId>,
    /// In whose name; `None`: the instance's.
    pub by: Option<ActorId>,
    /// What it says.
    pub text: String,
}

/// Keeps a Flag, so that those who got it can be told what came of it. Once: a Flag has one event.
pub async fn insert(tx: &mut Tx, case: CaseId, flag: &CaseFlag) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO case_flags (ap_id, case_id, entry_id, person_id, by_actor_id, text)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(flag.ap_id.as_str())
    .bind(case.0)
    .bind(flag.entry.map(|entry| entry.0))
    .bind(flag.person.map(|person| person.0))
    .bind(flag.by.map(|by| by.0))
    .bind(flag.text.as_str())
    .execute()
    .await?;
    Ok(())
}

/// The Flags of a case, in a fixed order.
pub async fn list(db: &Db, case: CaseId, limit: usize) -> Result<Vec<CaseFlag>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT ap_id, entry_id, person_id, by_actor_id, text FROM case_flags WHERE case_id = $1
             ORDER BY ap_id LIMIT $2",
        )
        .bind(case.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(CaseFlag::from).collect())
}

/// The case that a Flag told of.
pub async fn find_case(db: &Db, flag: &ApId) -> Result<Option<CaseId>, StoreError> {
    let row: Option<(i64,)> =
        db.query("SELECT case_id FROM case_flags WHERE ap_id = $1").bind(flag.as_str()).optional().await?;
    Ok(row.map(|(id,)| CaseId(id)))
}

crate::record! {
    struct Row {
        ap_id: String,
        entry_id: Option<i64>,
        person_id: Option<i64>,
        by_actor_id: Option<i64>,
        text: String,
    }
}

impl From<Row> for CaseFlag {
    fn from(row: Row) -> Self {
        Self {
            ap_id: ApId::new(row.ap_id),
            entry: row.entry_id.map(EntryId),
            person: row.person_id.map(ActorId),
            by: row.by_actor_id.map(ActorId),
            text: row.text,
        }
    }
}
