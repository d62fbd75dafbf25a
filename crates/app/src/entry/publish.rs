//! What changes around an entry when it becomes visible, or ceases to be.

use guildhall_domain::{Timestamp, content::EntryKind};
use guildhall_store::{
    StoreError, Tx,
    entry::{self, Entry},
    group::{self, Counts},
};

/// Counts an entry that has just been published.
pub(crate) async fn count_in(tx: &mut Tx, entry: &Entry, now: Timestamp) -> Result<(), StoreError> {
    count(tx, entry, 1).await?;
    if entry.kind == EntryKind::Comment {
        entry::set_parent_activity(tx, entry.thread_id, now).await?;
    }
    Ok(())
}

/// Counts out an entry that was published until now.
pub(crate) async fn count_out(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    count(tx, entry, -1).await
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
