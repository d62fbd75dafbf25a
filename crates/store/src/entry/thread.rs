//! A thread as a whole: found by the name its origin has for it, taken away, brought back and moved with its comments.

use guildhall_domain::{EntryId, GroupId, Timestamp};

use super::row::{Entry, Row, select};
use crate::{
    StoreError,
    db::{Db, Tx},
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
        "UPDATE received_activities SET state = 'queued', waits_for = NULL, reason = NULL, due_at = $2
         WHERE waits_for IN (SELECT id FROM entries WHERE gone_with = $1)",
    )
    .bind(thread.0)
    .bind(now.0)
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

/// Moves a thread with all its comments to another group, where it is not shown first; gives how many of its comments
/// are published. The caller has locked the post.
pub async fn set_group(tx: &mut Tx, thread: EntryId, group: GroupId) -> Result<i64, StoreError> {
    tx.query("UPDATE entries SET group_id = $2, featured = false WHERE thread_id = $1")
        .bind(thread.0)
        .bind(group.0)
        .execute()
        .await?;
    count_comments(tx, thread).await
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
