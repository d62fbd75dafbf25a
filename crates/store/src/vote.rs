//! Votes and reactions.

use guildhall_domain::{ActorId, EntryId, Timestamp, content::Vote};

use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
};

/// The vote of an actor, inside a transaction that has locked the entry.
pub async fn find_locked(tx: &mut Tx, entry: EntryId, actor: ActorId) -> Result<Option<Vote>, StoreError> {
    let row: Option<(i64,)> = tx
        .query("SELECT value FROM votes WHERE entry_id = $1 AND actor_id = $2")
        .bind(entry.0)
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.and_then(|(value,)| Vote::from_value(value).flatten()))
}

/// The votes of one actor on several entries.
pub async fn list_of_actor(
    db: &Db,
    actor: ActorId,
    entries: &[EntryId],
) -> Result<Vec<(EntryId, Vote)>, StoreError> {
    const OF_ACTOR: Sql = Sql {
        sqlite: "SELECT entry_id, value FROM votes
                 WHERE actor_id = $1 AND entry_id IN (SELECT value FROM json_each($2))",
        postgres: "SELECT entry_id, value FROM votes WHERE actor_id = $1 AND entry_id = ANY($2)",
    };
    let ids: List<i64> = entries.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, i64)> = db.query(OF_ACTOR).bind(actor.0).bind(ids).all().await?;
    Ok(rows
        .into_iter()
        .filter_map(|(entry, value)| Some((EntryId(entry), Vote::from_value(value).flatten()?)))
        .collect())
}

/// Writes or withdraws a vote. The tally is changed beside it.
pub async fn set(
    tx: &mut Tx,
    entry: EntryId,
    actor: ActorId,
    vote: Option<Vote>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(vote) = vote else {
        tx.query("DELETE FROM votes WHERE entry_id = $1 AND actor_id = $2")
            .bind(entry.0)
            .bind(actor.0)
            .execute()
            .await?;
        return Ok(());
    };
    tx.query(
        "INSERT INTO votes (entry_id, actor_id, value, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (entry_id, actor_id) DO UPDATE SET value = excluded.value, created_at = excluded.created_at",
    )
    .bind(entry.0)
    .bind(actor.0)
    .bind(vote.value())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Adds a reaction; the same one again changes nothing.
pub async fn insert_reaction(
    tx: &mut Tx,
    entry: EntryId,
    actor: ActorId,
    emoji: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO reactions (entry_id, actor_id, emoji, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(entry.0)
    .bind(actor.0)
    .bind(emoji)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Takes the reactions of an actor back: one, or all when none is named.
pub async fn delete_reactions(
    tx: &mut Tx,
    entry: EntryId,
    actor: ActorId,
    emoji: Option<&str>,
) -> Result<(), StoreError> {
    tx.query("DELETE FROM reactions WHERE entry_id = $1 AND actor_id = $2 AND emoji = coalesce($3, emoji)")
        .bind(entry.0)
        .bind(actor.0)
        .bind(emoji.map(str::to_owned))
        .execute()
        .await?;
    Ok(())
}
