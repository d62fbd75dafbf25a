//! A thread as a whole: found by the name its origin has for it, taken away, brought back and moved with its comments.

use guildhall_domain::{EntryId, GroupId, Timestamp, content::EntryState};

use super::{
    lock,
    row::{Entry, Row, select},
};
use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

/// The post whose thread its origin names by this URL.
pub async fn find_by_context(db: &Db, url: &str) -> Result<Option<Entry>, StoreError> {
    let row: Option<Row> = db
        .query(concat!(select!(), " WHERE context_url = $1 ORDER BY id LIMIT 1"))
        .bind(url)
        .optional()
        .await?;
    row.map(Entry::try_from).transpose()
}

/// Locks an entry with the post of its thread before it, as [`lock_in_thread`](super::lock_in_thread) does, and gives
/// `(post, entry)`: where it stands when something comes to be written below it.
pub async fn lock_place(tx: &mut Tx, id: EntryId) -> Result<Option<(Entry, Entry)>, StoreError> {
    let sql = Sql {
        sqlite: concat!(select!(), " WHERE id = (SELECT thread_id FROM entries WHERE id = $1)"),
        postgres: concat!(
            select!(),
            " WHERE id = (SELECT thread_id FROM entries WHERE id = $1) FOR NO KEY UPDATE"
        ),
    };
    let Some(row) = tx.query(sql).bind(id.0).optional::<Row>().await? else { return Ok(None) };
    let post = Entry::try_from(row)?;
    let entry = if post.id == id { Some(post.clone()) } else { lock(tx, id).await? };
    Ok(entry.map(|entry| (post, entry)))
}

/// The comments of a thread that [`remove_comments`] would remove, and their states; oldest first.
pub async fn list_present_comments(
    tx: &mut Tx,
    thread: EntryId,
) -> Result<Vec<(EntryId, EntryState)>, StoreError> {
    let rows: Vec<(i64, String)> = tx
        .query(
            "SELECT id, state FROM entries
             WHERE thread_id = $1 AND kind = 'comment' AND state IN ('published', 'sent', 'held') ORDER BY id",
        )
        .bind(thread.0)
        .all()
        .await?;
    states(rows)
}

/// The comments of a thread that [`restore_comments`] would bring back, and the states that they had; oldest first.
pub async fn list_gone_comments(
    tx: &mut Tx,
    thread: EntryId,
) -> Result<Vec<(EntryId, EntryState)>, StoreError> {
    let rows: Vec<(i64, String)> = tx
        .query("SELECT id, coalesce(state_before, 'published') FROM entries WHERE gone_with = $1 ORDER BY id")
        .bind(thread.0)
        .all()
        .await?;
    states(rows)
}

fn states(rows: Vec<(i64, String)>) -> Result<Vec<(EntryId, EntryState)>, StoreError> {
    rows.into_iter().map(|(id, state)| Ok((EntryId(id), convert::word("entry", id, &state)?))).collect()
}

/// Removes the comments of a thread with it, also what is still held, closes what moderators were to say about them and
/// lets go on what waited for that; gives how many were published. The caller has locked the post.
pub async fn remove_comments(
    tx: &mut Tx,
    thread: EntryId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let published = count_comments(tx, thread).await?;
    tx.query(
        "UPDATE entries SET state_before = state, reason_before = state_reason, state = 'removed', state_reason = $2,
            gone_with = $1
         WHERE thread_id = $1 AND kind = 'comment' AND state IN ('published', 'sent', 'held')",
    )
    .bind(thread.0)
    .bind(reason.map(str::to_owned))
    .execute()
    .await?;
    tx.query(
        "UPDATE queue_items SET decided_at = $2
         WHERE decided_at IS NULL AND entry_id IN (SELECT id FROM entries WHERE gone_with = $1)",
    )
    .bind(thread.0)
    .bind(now.0)
    .execute()
    .await?;
    tx.query(
        "UPDATE received_activities SET state = 'queued', waits_for = NULL, reason = NULL, due_at = 0
         WHERE waits_for IN (SELECT id FROM entries WHERE gone_with = $1)",
    )
    .bind(thread.0)
    .execute()
    .await?;
    recount(tx, thread).await?;
    Ok(published)
}

/// Brings back the comments that were removed with their thread; gives how many are published again. The caller has
/// locked the post.
pub async fn restore_comments(tx: &mut Tx, thread: EntryId) -> Result<i64, StoreError> {
    let before = count_comments(tx, thread).await?;
    tx.query(
        "UPDATE queue_items SET decided_at = NULL WHERE id IN (
            SELECT max(q.id) FROM queue_items q JOIN entries e ON e.id = q.entry_id
            WHERE e.gone_with = $1 AND e.state_before = 'held' AND q.kind = 'comment' GROUP BY q.entry_id)",
    )
    .bind(thread.0)
    .execute()
    .await?;
    tx.query(
        "UPDATE entries SET state = coalesce(state_before, 'published'), state_reason = reason_before,
            state_before = NULL, reason_before = NULL, gone_with = NULL
         WHERE gone_with = $1",
    )
    .bind(thread.0)
    .execute()
    .await?;
    recount(tx, thread).await?;
    Ok(count_comments(tx, thread).await? - before)
}

/// Leaves a comment that was removed with its thread where it is when the thread comes back.
pub async fn stay_gone(tx: &mut Tx, id: EntryId) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET gone_with = NULL WHERE id = $1 AND gone_with IS NOT NULL")
        .bind(id.0)
        .execute()
        .await?;
    Ok(())
}

/// Moves a thread with all its comments to another group, where it is not shown first, and what waits of it into that
/// group's queue; gives how many of its comments are published. The caller has locked the post.
pub async fn set_group(tx: &mut Tx, thread: EntryId, group: GroupId) -> Result<i64, StoreError> {
    tx.query("UPDATE entries SET group_id = $2, featured = false WHERE thread_id = $1")
        .bind(thread.0)
        .bind(group.0)
        .execute()
        .await?;
    // Also what is decided: what comes back after a removal waits again.
    tx.query(
        "UPDATE queue_items SET group_id = $2 WHERE entry_id IN (SELECT id FROM entries WHERE thread_id = $1)",
    )
    .bind(thread.0)
    .bind(group.0)
    .execute()
    .await?;
    count_comments(tx, thread).await
}

/// Publishes what waited for the word of a group elsewhere, in a thread that is in a group here now, whose word nobody
/// waits for; gives how many comments that are. The caller has locked the post.
pub async fn publish_sent(tx: &mut Tx, thread: EntryId) -> Result<i64, StoreError> {
    let before = count_comments(tx, thread).await?;
    // Also what is gone: it would come back as what nobody ever publishes.
    tx.query(
        "UPDATE entries SET state = CASE WHEN state = 'sent' THEN 'published' ELSE state END,
            state_before = CASE WHEN state_before = 'sent' THEN 'published' ELSE state_before END
         WHERE thread_id = $1 AND (state = 'sent' OR state_before = 'sent')",
    )
    .bind(thread.0)
    .execute()
    .await?;
    recount(tx, thread).await?;
    Ok(count_comments(tx, thread).await? - before)
}

async fn count_comments(tx: &mut Tx, thread: EntryId) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx
        .query(
            "SELECT count(*) FROM entries WHERE thread_id = $1 AND kind = 'comment' AND state = 'published'",
        )
        .bind(thread.0)
        .one()
        .await?;
    Ok(count)
}

/// Counts the comments of the post and of each comment again, and sets the thread's activity to the latest.
async fn recount(tx: &mut Tx, thread: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE entries SET
            comment_count = (SELECT count(*) FROM entries c
                WHERE c.thread_id = $1 AND c.kind = 'comment' AND c.state = 'published'),
            last_activity_at = coalesce((SELECT max(c.last_activity_at) FROM entries c
                WHERE c.thread_id = $1 AND c.kind = 'comment' AND c.state = 'published'), created_at)
         WHERE id = $1",
    )
    .bind(thread.0)
    .execute()
    .await?;
    tx.query(
        "UPDATE entries SET comment_count = (SELECT count(*) FROM entries c
            WHERE c.parent_id = entries.id AND c.state = 'published')
         WHERE thread_id = $1 AND kind = 'comment'",
    )
    .bind(thread.0)
    .execute()
    .await?;
    Ok(())
}
