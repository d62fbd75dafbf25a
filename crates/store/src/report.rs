//! Reports to a group's moderators.

use guildhall_domain::{ActorId, ApId, EntryId, GroupId, Timestamp};

use crate::{StoreError, db::Tx};

/// A report about an entry, a person, or both.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Our key.
    pub id: i64,
    /// The Flag it came by.
    pub ap_id: Option<ApId>,
    /// The group it concerns.
    pub group: GroupId,
    /// Who reports: a person, or the instance actor of theirs.
    pub reporter: ActorId,
    /// What about.
    pub entry: Option<EntryId>,
    /// Whom about.
    pub actor: Option<ActorId>,
    /// What they say.
    pub text: String,
}

/// Adds a report. `false` when the same Flag was kept before.
pub async fn insert(tx: &mut Tx, report: &NewReport, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO reports (id, ap_id, group_id, reporter_id, entry_id, actor_id, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(report.id)
        .bind(report.ap_id.as_ref().map(|id| id.as_str().to_owned()))
        .bind(report.group.0)
        .bind(report.reporter.0)
        .bind(report.entry.map(|id| id.0))
        .bind(report.actor.map(|id| id.0))
        .bind(report.text.as_str())
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}
