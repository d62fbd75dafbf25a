//! What waits for a group's moderators.

use guildhall_app::read::QueueItemView;
use guildhall_domain::{QueueItemId, moderation::DecisionAction};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// Something that waits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueItem {
    /// Its id.
    id: String,
    /// What it is: `join` (a person who wants to become a member), `post`, `comment` or `edit` (a new text for one).
    #[schema(pattern = "^(join|post|comment|edit)$")]
    kind: String,
    /// Who asks.
    actor: Person,
    /// The global id of the post, comment or request; null for a request made here.
    #[schema(required = true)]
    object: Option<String>,
    /// The id of the post or comment; null for a request.
    #[schema(required = true)]
    entry: Option<String>,
    /// A post's title, a comment's first words, or the handle of who wants to join.
    title: String,
    /// Why it waits: `host-limited`, `first-post`, `review-all` or `approval`.
    reason: String,
    /// The text as it would be shown; empty for a request.
    content_html: String,
    /// When it came in.
    #[schema(format = DateTime)]
    received_at: String,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedItem {
    /// The id of the item.
    id: String,
    /// `admit` or `refuse`.
    #[schema(pattern = "^(admit|refuse)$")]
    decision: &'static str,
}

impl DecidedItem {
    /// An item that has just been decided.
    pub(crate) fn new(item: QueueItemId, decision: DecisionAction) -> Self {
        Self { id: item.to_string(), decision: decision.as_str() }
    }
}

impl From<QueueItemView> for QueueItem {
    fn from(item: QueueItemView) -> Self {
        Self {
            id: item.id.to_string(),
            kind: item.kind,
            actor: item.actor.into(),
            object: item.object.map(|object| object.to_string()),
            entry: item.entry.map(|entry| entry.to_string()),
            title: item.title,
            reason: item.reason,
            content_html: item.content_html,
            received_at: rfc3339(item.received_at),
        }
    }
}
