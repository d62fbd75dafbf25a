//! Writing entries.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, ReceivedId, Timestamp,
    content::{EntryKind, EntryState, Form, Tally},
};

use super::Texts;
use crate::{StoreError, db::Tx};

/// A new post or comment.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Our key.
    pub id: EntryId,
    /// Global id.
    pub ap_id: ApId,
    /// Post or comment.
    pub kind: EntryKind,
    /// The group.
    pub group_id: GroupId,
    /// Who wrote it.
    pub author_id: ActorId,
    /// The post that starts its thread; a post's own id.
    pub thread_id: EntryId,
    /// What it answers.
    pub parent_id: Option<EntryId>,
    /// 0 for a post.
    pub depth: i64,
    /// Whether it was written here.
    pub is_local: bool,
    /// Its first state.
    pub state: EntryState,
    /// Why it is held or refused.
    pub state_reason: Option<String>,
    /// What its origin calls it.
    pub wire_type: String,
    /// Its page at its origin.
    pub page_url: Option<String>,
    /// The collection of the thread that a post starts, as its origin names it.
    pub context_url: Option<String>,
    /// What its author wrote.
    pub texts: Texts,
    /// When it was written.
    pub published_at: Timestamp,
    /// When its author last changed it before it came here.
    pub edited_at: Option<Timestamp>,
    /// The activity that brought it.
    pub received_id: Option<ReceivedId>,
}

/// Adds an entry. `false` when its global id is known: the same thing came by two ways.
pub async fn insert(tx: &mut Tx, entry: &NewEntry, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO entries (id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state,
                state_reason, wire_type, page_url, title, content_html, content_source, excerpt, link_url, image_url,
                language, sensitive, published_at, edited_at, received_id, context_url, created_at,
                last_activity_at, media, form)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $26, $27, $28)
             ON CONFLICT DO NOTHING",
        )
        .bind(entry.id.0)
        .bind(entry.ap_id.as_str())
        .bind(entry.kind.as_str())
        .bind(entry.group_id.0)
        .bind(entry.author_id.0)
        .bind(entry.thread_id.0)
        .bind(entry.parent_id.map(|id| id.0))
        .bind(entry.depth)
        .bind(entry.is_local)
        .bind(entry.state.as_str())
        .bind(entry.state_reason.clone())
        .bind(entry.wire_type.as_str())
        .bind(entry.page_url.clone())
        .bind(entry.texts.title.clone())
        .bind(entry.texts.content_html.as_str())
        .bind(entry.texts.content_source.clone())
        .bind(entry.texts.excerpt.as_str())
        .bind(entry.texts.link_url.clone())
        .bind(entry.texts.image_url.clone())
        .bind(entry.texts.language.clone())
        .bind(entry.texts.sensitive)
        .bind(entry.published_at.0)
        .bind(entry.edited_at.map(|at| at.0))
        .bind(entry.received_id.map(|id| id.0))
        .bind(entry.context_url.clone())
        .bind(now.0)
        .bind(entry.texts.media)
        .bind(entry.texts.form.map(Form::as_str))
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Replaces what the author wrote.
pub async fn set_texts(
    tx: &mut Tx,
    id: EntryId,
    texts: &Texts,
    edited_at: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE entries SET title = $2, content_html = $3, content_source = $4, excerpt = $5, link_url = $6,
            image_url = $7, language = $8, sensitive = $9, edited_at = $10, media = $11, form = $12 WHERE id = $1",
    )
    .bind(id.0)
    .bind(texts.title.clone())
    .bind(texts.content_html.as_str())
    .bind(texts.content_source.clone())
    .bind(texts.excerpt.as_str())
    .bind(texts.link_url.clone())
    .bind(texts.image_url.clone())
    .bind(texts.language.clone())
    .bind(texts.sensitive)
    .bind(edited_at.0)
    .bind(texts.media)
    .bind(texts.form.map(Form::as_str))
    .execute()
    .await?;
    Ok(())
}

/// Changes the state of an entry. What is taken away keeps in mind what it was, for [`restore`].
pub async fn set_state(
    tx: &mut Tx,
    id: EntryId,
    state: EntryState,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE entries SET state = $2, state_reason = $3, gone_with = NULL,
            state_before = CASE WHEN $2 NOT IN ('removed', 'deleted') THEN NULL
                WHEN state IN ('removed', 'deleted') THEN state_before ELSE state END,
            reason_before = CASE WHEN $2 NOT IN ('removed', 'deleted') THEN NULL
                WHEN state IN ('removed', 'deleted') THEN reason_before ELSE state_reason END
         WHERE id = $1",
    )
    .bind(id.0)
    .bind(state.as_str())
    .bind(reason.map(str::to_owned))
    .execute()
    .await?;
    Ok(())
}

/// Makes what was removed or deleted what it was before.
pub async fn restore(tx: &mut Tx, id: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE entries SET state = coalesce(state_before, 'published'), state_reason = reason_before,
            state_before = NULL, reason_before = NULL, gone_with = NULL
         WHERE id = $1 AND state IN ('removed', 'deleted')",
    )
    .bind(id.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes what an entry that is gone was before.
pub async fn set_state_before(tx: &mut Tx, id: EntryId, state: EntryState) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET state_before = $2 WHERE id = $1 AND state_before IS NOT NULL")
        .bind(id.0)
        .bind(state.as_str())
        .execute()
        .await?;
    Ok(())
}

/// Locks or opens a thread; `until`: when the lock ends by itself.
pub async fn set_locked(
    tx: &mut Tx,
    id: EntryId,
    locked: bool,
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET locked = $2, locked_until = $3 WHERE id = $1")
        .bind(id.0)
        .bind(locked)
        .bind(until.filter(|_| locked).map(|until| until.0))
        .execute()
        .await?;
    Ok(())
}

/// Shows an entry behind a warning, or no longer.
pub async fn set_sensitive(tx: &mut Tx, id: EntryId, sensitive: bool) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET sensitive = $2 WHERE id = $1").bind(id.0).bind(sensitive).execute().await?;
    Ok(())
}

/// Shows a post first, or no longer.
pub async fn set_featured(tx: &mut Tx, id: EntryId, featured: bool) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET featured = $2 WHERE id = $1").bind(id.0).bind(featured).execute().await?;
    Ok(())
}

/// Adds to the tally.
pub async fn add_votes(tx: &mut Tx, id: EntryId, change: Tally) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET up = up + $2, down = down + $3, score = score + $4 WHERE id = $1")
        .bind(id.0)
        .bind(change.up)
        .bind(change.down)
        .bind(change.score())
        .execute()
        .await?;
    Ok(())
}

/// Adds to the number of comments of a thread, and of the comment answered where it is not the post itself.
pub async fn add_comment_counts(
    tx: &mut Tx,
    thread: EntryId,
    parent: Option<EntryId>,
    change: i64,
) -> Result<(), StoreError> {
    // The post first, always: one order for all transactions, or two of them could wait for each other.
    for id in std::iter::once(thread).chain(parent.filter(|parent| *parent != thread)) {
        tx.query("UPDATE entries SET comment_count = comment_count + $2 WHERE id = $1")
            .bind(id.0)
            .bind(change)
            .execute()
            .await?;
    }
    Ok(())
}

/// Notes that an entry became visible, or that something happened in its thread. Never goes back in time.
pub async fn set_activity(tx: &mut Tx, id: EntryId, at: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET last_activity_at = $2 WHERE id = $1 AND last_activity_at < $2")
        .bind(id.0)
        .bind(at.0)
        .execute()
        .await?;
    Ok(())
}

/// Sets the activity of a thread back to its latest published comment, or to its post, after a comment with the activity
/// `gone` ceased to be published.
pub async fn reset_activity(tx: &mut Tx, thread: EntryId, gone: Timestamp) -> Result<(), StoreError> {
    // Only the latest comment shows in the thread.
    tx.query(
        "UPDATE entries SET last_activity_at = coalesce(
            (SELECT max(c.last_activity_at) FROM entries c
             WHERE c.thread_id = $1 AND c.kind = 'comment' AND c.state = 'published'), created_at)
         WHERE id = $1 AND last_activity_at <= $2",
    )
    .bind(thread.0)
    .bind(gone.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes that the activity which brought an entry no longer says what the entry says.
pub async fn clear_received(tx: &mut Tx, id: EntryId) -> Result<(), StoreError> {
    tx.query("UPDATE entries SET received_id = NULL WHERE id = $1").bind(id.0).execute().await?;
    Ok(())
}
