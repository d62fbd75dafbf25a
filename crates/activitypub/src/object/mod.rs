//! Objects: what people write, of all the types that mean a post or a comment somewhere.

mod attachment;
mod event;
mod kind;
mod poll;
mod read;
mod tag;

pub use attachment::Attachment;
pub use event::EventFacts;
pub use kind::ObjectKind;
pub use poll::{Poll, PollOption};
pub(crate) use read::source_markdown;
pub use tag::Mention;

use serde_json::Value;

use crate::{Addressing, FieldError, Iri};

/// An object as its author's server describes it. Texts are not sanitised.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its global id.
    pub id: Iri,
    /// Its type.
    pub kind: ObjectKind,
    /// Its authors; a person before a group (PeerTube names both).
    pub attributed_to: Vec<Iri>,
    /// The title, plain text.
    pub name: Option<String>,
    /// The text, HTML unless `media_type` says otherwise.
    pub content_html: Option<String>,
    /// An excerpt or a content warning, plain text or HTML.
    pub summary: Option<String>,
    /// What the author typed, where that was Markdown.
    pub source_markdown: Option<String>,
    /// The type of `content`, if given.
    pub media_type: Option<String>,
    /// What it answers.
    pub in_reply_to: Option<Iri>,
    /// The thread (FEP-7888).
    pub context: Option<Iri>,
    /// Whom it is meant for.
    pub addressing: Addressing,
    /// The wall it is posted to (FEP-400e).
    pub target: Option<Iri>,
    /// The page for people.
    pub url: Option<Iri>,
    /// The page that a link post is about.
    pub link_url: Option<Iri>,
    /// The picture shown with it.
    pub image: Option<Iri>,
    /// Links, pictures and files.
    pub attachments: Vec<Attachment>,
    /// Whom it mentions.
    pub mentions: Vec<Mention>,
    /// Its hashtags, without `#`.
    pub hashtags: Vec<String>,
    /// When it was published.
    pub published: Option<i64>,
    /// When it was last changed.
    pub updated: Option<i64>,
    /// The language, a BCP 47 tag.
    pub language: Option<String>,
    /// It should be hidden behind a warning.
    pub sensitive: bool,
    /// The answers, if it asks something.
    pub poll: Option<Poll>,
    /// When and where, if it is an event.
    pub event: Option<EventFacts>,
    /// The collection of its replies.
    pub replies: Option<Iri>,
    /// The JSON it was read from.
    pub raw: Value,
}

impl Object {
    /// Reads any object.
    ///
    /// # Errors
    /// `id` or `type` is missing.
    pub fn read(value: &Value) -> Result<Self, FieldError> {
        read::object(value)
    }

    /// Whether it has a title of its own: in a group it starts a thread.
    ///
    /// Answers have none, whatever their `name`: NodeBB and Discourse repeat the thread's title in each.
    pub fn is_titled(&self) -> bool {
        self.name.is_some() && self.in_reply_to.is_none()
    }

    /// The first author.
    pub fn author(&self) -> Option<&Iri> {
        self.attributed_to.first()
    }

    /// The chosen answer, if this is a vote in a poll: a `Note` with a name, no content, in reply to the question.
    pub fn as_poll_vote(&self) -> Option<&str> {
        let is_vote = self.kind == ObjectKind::Note
            && self.content_html.is_none()
            && self.in_reply_to.is_some()
            && self.attachments.is_empty();
        self.name.as_deref().filter(|_| is_vote)
    }

    /// Whether `iri` is mentioned.
    pub fn mentions(&self, iri: &Iri) -> bool {
        self.mentions.iter().any(|mention| mention.href == *iri)
    }
}
