//! What waits for a group's moderators.

use guildhall_domain::{ApId, EntryId, QueueItemId, Timestamp};

use crate::read::PersonRef;

/// An open item of a group's queue.
#[derive(Debug, Clone)]
pub struct QueueItemView {
    /// Our key; what `admit` and `refuse` take.
    pub id: QueueItemId,
    /// `join`, `post`, `comment` or `edit`.
    pub kind: String,
    /// Who asks.
    pub actor: PersonRef,
    /// The entry, or for a join the request.
    pub object: Option<ApId>,
    /// The entry, where there is one.
    pub entry: Option<EntryId>,
    /// A post's title, a comment's first words, or who wants to join.
    pub title: String,
    /// Why it is held: the fixed name of a [`guildhall_domain::admission::HoldReason`], or `approval`.
    pub reason: String,
    /// Sanitised HTML of what is waiting; empty for a join.
    pub content_html: String,
    /// When it came in.
    pub received_at: Timestamp,
}
