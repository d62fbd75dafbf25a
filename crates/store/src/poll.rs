//! Polls: the options of a question, and who chose which.

use guildhall_domain::{ActorId, EntryId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A poll as its author's server tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Options in order, with votes as counted by the author's server.
    pub options: Vec<(String, i64)>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
}

/// The poll of an entry.
pub async fn find(db: &Db, entry: EntryId) -> Result<Option<Poll>, StoreError> {
    let head: Option<(bool, Option<i64>)> = db
        .query("SELECT multiple, closes_at FROM polls WHERE entry_id = $1")
        .bind(entry.0)
        .optional()
        .await?;
    let Some((multiple, closes_at)) = head else {
        return Ok(None);
    };
    let options = db
        .query("SELECT name, votes FROM poll_options WHERE entry_id = $1 ORDER BY position")
        .bind(entry.0)
        .all()
        .await?;
    Ok(Some(Poll { options, multiple, closes_at: closes_at.map(Timestamp) }))
}

/// Writes a poll, or its new counts. Options that are no longer named go.
pub async fn set(tx: &mut Tx, entry: EntryId, poll: &Poll) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO polls (entry_id, multiple, closes_at) VALUES ($1, $2, $3)
         ON CONFLICT (entry_id) DO UPDATE SET multiple = excluded.multiple, closes_at = excluded.closes_at",
    )
    .bind(entry.0)
    .bind(poll.multiple)
    .bind(poll.closes_at.map(|at| at.0))
    .execute()
    .await?;
    tx.query("DELETE FROM poll_options WHERE entry_id = $1 AND position >= $2")
        .bind(entry.0)
        .bind(i64::try_from(poll.options.len()).unwrap_or(i64::MAX))
        .execute()
        .await?;
    for (position, (name, votes)) in (0_i64..).zip(&poll.options) {
        tx.query(
            "INSERT INTO poll_options (entry_id, position, name, votes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (entry_id, position) DO UPDATE SET name = excluded.name, votes = excluded.votes",
        )
        .bind(entry.0)
        .bind(position)
        .bind(name.as_str())
        .bind(*votes)
        .execute()
        .await?;
    }
    Ok(())
}

/// Records a choice by the exact name of an option. `false`: no such option, closed, or chosen before.
pub async fn insert_vote(
    tx: &mut Tx,
    entry: EntryId,
    actor: ActorId,
    option: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO poll_votes (entry_id, actor_id, position, created_at)
             SELECT o.entry_id, $2, o.position, $4 FROM poll_options o JOIN polls p ON p.entry_id = o.entry_id
             WHERE o.entry_id = $1 AND o.name = $3 AND (p.closes_at IS NULL OR p.closes_at > $4)
               AND (p.multiple OR NOT EXISTS
                    (SELECT 1 FROM poll_votes v WHERE v.entry_id = $1 AND v.actor_id = $2))
             ORDER BY o.position LIMIT 1
             ON CONFLICT DO NOTHING",
        )
        .bind(entry.0)
        .bind(actor.0)
        .bind(option)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}
