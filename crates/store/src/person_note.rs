//! What the moderators of a group note on people, for each other alone.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A note on a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonNote {
    /// Our key.
    pub id: i64,
    /// The moderator.
    pub by: ActorId,
    /// What they noted.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// Adds a note.
pub async fn insert(
    tx: &mut Tx,
    group: GroupId,
    person: ActorId,
    note: &PersonNote,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO person_notes (id, group_id, actor_id, by_actor_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(note.id)
    .bind(group.0)
    .bind(person.0)
    .bind(note.by.0)
    .bind(note.text.as_str())
    .bind(note.at.0)
    .execute()
    .await?;
    Ok(())
}

/// The notes on a person, newest first.
pub async fn list(
    db: &Db,
    group: GroupId,
    person: ActorId,
    limit: usize,
) -> Result<Vec<PersonNote>, StoreError> {
    let rows: Vec<(i64, i64, String, i64)> = db
        .query(
            "SELECT id, by_actor_id, text, created_at FROM person_notes WHERE group_id = $1 AND actor_id = $2
             ORDER BY id DESC LIMIT $3",
        )
        .bind(group.0)
        .bind(person.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let note = |(id, by, text, at)| PersonNote { id, by: ActorId(by), text, at: Timestamp(at) };
    Ok(rows.into_iter().map(note).collect())
}
