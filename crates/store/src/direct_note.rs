//! What groups hosted here wrote to people in private: a reply to such a `Note` is known by what it answers.

use guildhall_domain::{ActorId, ApId, GroupId, Timestamp, direct_note::NotePurpose};

use crate::{
    StoreError, convert,
    db::{Db, Tx},
};

/// A `Note` from a group to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectNote {
    /// The id of the `Note`, which replies name.
    pub ap_id: ApId,
    /// Who wrote.
    pub group: GroupId,
    /// To whom.
    pub actor: ActorId,
    /// What for.
    pub purpose: NotePurpose,
    /// What it is about, by its key: of [`NotePurpose::Questions`] the queue item, of [`NotePurpose::Notice`] the decision.
    pub subject: i64,
    /// When.
    pub created_at: Timestamp,
}

/// Adds one; nothing happens when it is known.
pub async fn insert(tx: &mut Tx, note: &DirectNote) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO direct_notes (ap_id, group_id, actor_id, purpose, subject_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (ap_id) DO NOTHING",
    )
    .bind(note.ap_id.as_str())
    .bind(note.group.0)
    .bind(note.actor.0)
    .bind(note.purpose.as_str())
    .bind(note.subject)
    .bind(note.created_at.0)
    .execute()
    .await?;
    Ok(())
}

macro_rules! select {
    () => {
        "SELECT ap_id, group_id, actor_id, purpose, subject_id, created_at FROM direct_notes"
    };
}

/// The one with an id.
pub async fn find(db: &Db, ap_id: &ApId) -> Result<Option<DirectNote>, StoreError> {
    let row: Option<Row> =
        db.query(concat!(select!(), " WHERE ap_id = $1")).bind(ap_id.as_str()).optional().await?;
    row.map(DirectNote::try_from).transpose()
}

/// The latest that a group wrote to somebody for a purpose, inside a transaction that has locked the group.
pub async fn find_latest(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    purpose: NotePurpose,
) -> Result<Option<DirectNote>, StoreError> {
    let row: Option<Row> = tx
        .query(concat!(
            select!(),
            " WHERE actor_id = $1 AND group_id = $2 AND purpose = $3 ORDER BY created_at DESC, ap_id LIMIT 1"
        ))
        .bind(actor.0)
        .bind(group.0)
        .bind(purpose.as_str())
        .optional()
        .await?;
    row.map(DirectNote::try_from).transpose()
}

crate::record! {
    struct Row {
        ap_id: String,
        group_id: i64,
        actor_id: i64,
        purpose: String,
        subject_id: i64,
        created_at: i64,
    }
}

impl TryFrom<Row> for DirectNote {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            purpose: convert::word("direct note", &row.ap_id, &row.purpose)?,
            ap_id: ApId::new(row.ap_id),
            group: GroupId(row.group_id),
            actor: ActorId(row.actor_id),
            subject: row.subject_id,
            created_at: Timestamp(row.created_at),
        })
    }
}
