//! What changes around an entry when it becomes visible, or ceases to be.

use std::collections::BTreeMap;

use guildhall_domain::{
    GroupId, Timestamp,
    content::{EntryKind, EntryState},
    partner::is_for_partners,
};
use guildhall_store::{
    StoreError, Tx,
    entry::{self, Entry, NewEntry},
    group::{self, Counts},
    partner, received,
};

/// Counts an entry that has just been published; `at`: when it became visible.
pub(crate) async fn count_in(tx: &mut Tx, entry: &Entry, at: Timestamp) -> Result<(), StoreError> {
    count(tx, entry, 1).await?;
    if is_for_partners(entry.kind, EntryState::Published, false) {
        // Also what was only held meanwhile: partners may have looked at it before.
        partner::revive(tx, entry.id).await?;
        // What comes back after a removal was promised before, or was not for partners.
        if !matches!(entry.state, EntryState::Removed | EntryState::Deleted) {
            partner::promise(tx, entry.id, entry.group_id, at).await?;
        }
    }
    if entry.kind == EntryKind::Comment {
        entry::set_activity(tx, entry.thread_id, at).await?;
        // Admitted later than it came in: its own mark is what the thread is set back to when others go.
        if at.is_after(entry.last_activity_at) {
            entry::set_activity(tx, entry.id, at).await?;
        }
    }
    Ok(())
}

/// Counts entries that are being added as published at `at`.
pub(super) async fn count_new(tx: &mut Tx, entries: &[&NewEntry], at: Timestamp) -> Result<(), StoreError> {
    let is_comment = |entry: &&&NewEntry| entry.kind == EntryKind::Comment;
    let comments: Vec<&NewEntry> = entries.iter().filter(is_comment).copied().collect();
    entry::count_comments(tx, &comments, at).await?;
    let mut of_groups: BTreeMap<GroupId, Counts> = BTreeMap::new();
    for entry in entries {
        let counts = of_groups.entry(entry.group_id).or_default();
        match entry.kind {
            EntryKind::Post => counts.posts += 1,
            EntryKind::Comment => counts.comments += 1,
        }
    }
    group::add_all_counts(tx, &of_groups).await
}

/// Lets go on what waited for an entry to be decided: answers to it, votes on it. Called where it is held no longer.
pub(crate) async fn resume_waiting(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    if entry.state == EntryState::Held {
        received::resume_waiting(tx, entry.id).await?;
    }
    Ok(())
}

/// Counts out an entry that was published until now. Its new state has been written already.
pub(crate) async fn count_out(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    count(tx, entry, -1).await?;
    if entry.kind == EntryKind::Post {
        partner::withdraw(tx, entry.id).await?;
    }
    if entry.kind == EntryKind::Comment {
        entry::reset_activity(tx, entry.thread_id, entry.last_activity_at).await?;
    }
    Ok(())
}

// Entries first, then the group: one order for all transactions.
async fn count(tx: &mut Tx, entry: &Entry, change: i64) -> Result<(), StoreError> {
    let counts = match entry.kind {
        EntryKind::Post => Counts { posts: change, ..Counts::default() },
        EntryKind::Comment => {
            entry::add_comment_counts(tx, entry.thread_id, entry.parent_id, change).await?;
            Counts { comments: change, ..Counts::default() }
        }
    };
    group::add_counts(tx, entry.group_id, counts).await
}
