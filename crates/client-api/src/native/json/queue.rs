//! What waits for a group's moderators.

use guildhall_app::read::QueueItemView;
use guildhall_domain::{QueueItemId, moderation::DecisionAction};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    JoinAnswer, Person, Poll,
    original::{self, Attachment},
    rfc3339,
};

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
    /// Markdown; null where only HTML is known, and for a request.
    #[schema(required = true)]
    source: Option<String>,
    /// The text as it would be shown; empty for a request.
    content_html: String,
    /// The link it is about.
    #[schema(required = true)]
    link_url: Option<String>,
    /// Its picture.
    #[schema(required = true)]
    image_url: Option<String>,
    /// A BCP 47 tag.
    #[schema(required = true)]
    language: Option<String>,
    /// Shown only after asking.
    sensitive: bool,
    /// The question it asks.
    #[schema(required = true)]
    poll: Option<Poll>,
    /// The files that hang on the `original`, at most 32.
    attachments: Vec<Attachment>,
    /// Where it came from another server: the object as that server wrote it and as it will be passed on, unchecked. Null
    /// where this server writes it, and for a request.
    #[schema(required = true, value_type = Option<Object>)]
    original: Option<Value>,
    /// What somebody who wants to join answered to the group's questions.
    answers: Vec<JoinAnswer>,
    /// Members who vouch for them.
    vouches: Vec<Person>,
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
        let original = item.original.as_deref().and_then(original::object);
        Self {
            id: item.id.to_string(),
            kind: item.kind,
            actor: item.actor.into(),
            object: item.object.map(|object| object.to_string()),
            entry: item.entry.map(|entry| entry.to_string()),
            title: item.title,
            reason: item.reason,
            source: item.texts.content_source,
            content_html: item.texts.content_html,
            link_url: item.texts.link_url,
            image_url: item.texts.image_url,
            language: item.texts.language,
            sensitive: item.texts.sensitive,
            poll: item.poll.map(Poll::from),
            attachments: original.as_ref().map(original::attachments).unwrap_or_default(),
            original,
            answers: item.answers.into_iter().map(JoinAnswer::from).collect(),
            vouches: item.vouches.into_iter().map(Person::from).collect(),
            received_at: rfc3339(item.received_at),
        }
    }
}
