//! Posts and comments, as shown.

use guildhall_domain::{
    ActorId, ApId, EntryId, Timestamp,
    content::{EntryKind, EntryState, Vote},
    visibility::Sight,
};

use crate::read::GroupRef;

/// A person, wherever one is only named.
#[derive(Debug, Clone)]
pub struct PersonRef {
    /// Our key.
    pub id: ActorId,
    /// `@name@host`, always with the host.
    pub handle: String,
    /// `name` for a person here, `name@host` for one elsewhere: what pages use in paths.
    pub name: String,
    /// The display name, or the name.
    pub display_name: String,
    /// Global id.
    pub ap_id: ApId,
    /// Their page, at home.
    pub url: String,
    /// Their picture.
    pub icon_url: Option<String>,
}

/// A post or comment.
///
/// With [`Sight::Trace`] the texts are empty, author and links absent: only its place in the thread is left.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// Our key.
    pub id: EntryId,
    /// Global id.
    pub ap_id: ApId,
    /// Where a person reads it here: `{base}/posts/{id}`, or the thread with an anchor for a comment.
    pub url: String,
    /// Post or comment.
    pub kind: EntryKind,
    /// How much of it the viewer sees.
    pub sight: Sight,
    /// Its state.
    pub state: EntryState,
    /// Why it is held, refused or removed, for those who may know.
    pub state_reason: Option<String>,
    /// The group.
    pub group: GroupRef,
    /// The author; `None` with [`Sight::Trace`].
    pub author: Option<PersonRef>,
    /// The post that starts the thread; itself for a post.
    pub thread_id: EntryId,
    /// What it answers.
    pub parent_id: Option<EntryId>,
    /// Answers to the post have depth 1.
    pub depth: i64,
    /// A post's title.
    pub title: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// Markdown, where it is known.
    pub content_source: Option<String>,
    /// Plain text, at most 300 characters.
    pub excerpt: String,
    /// A link the post is about.
    pub link_url: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
    /// The page at its origin, for entries from elsewhere.
    pub origin_url: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Shown only after asking.
    pub sensitive: bool,
    /// Takes no more comments.
    pub locked: bool,
    /// Shown first.
    pub featured: bool,
    /// Votes for.
    pub up: i64,
    /// Votes against.
    pub down: i64,
    /// For less against.
    pub score: i64,
    /// Published comments below it.
    pub comment_count: i64,
    /// The viewer's own vote.
    pub my_vote: Option<Vote>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub edited_at: Option<Timestamp>,
    /// The latest comment, or the post itself.
    pub last_activity_at: Timestamp,
}
