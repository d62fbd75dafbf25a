//! Posts and comments, as they are shown.

use guildhall_app::read::{EntryView, PersonRef};
use guildhall_domain::content::{EntryKind, Vote};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, Poll, State, rfc3339};

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Post {
    /// Its id.
    id: String,
    /// The global id.
    ap_id: String,
    /// Its page here; for a comment, its place on the page of its post.
    url: String,
    /// Its title; null for a comment.
    #[schema(required = true)]
    title: Option<String>,
    /// Markdown; null where only HTML is known.
    #[schema(required = true)]
    content: Option<String>,
    /// The text as it is shown.
    content_html: String,
    /// The link it is about: the `url` it was made with.
    #[schema(required = true)]
    link_url: Option<String>,
    /// Its picture.
    #[schema(required = true)]
    image_url: Option<String>,
    /// The question it asks.
    #[schema(required = true)]
    poll: Option<Poll>,
    /// Who wrote it.
    author: Person,
    /// The name of its group, as addresses have it.
    group: String,
    /// Where it stands.
    state: State,
    /// Why it is held, refused or removed.
    #[schema(required = true)]
    state_reason: Option<String>,
    /// A BCP 47 tag.
    #[schema(required = true)]
    language: Option<String>,
    /// Shown only after asking.
    sensitive: bool,
    /// Takes no more comments.
    locked: bool,
    /// Shown first.
    featured: bool,
    /// Tags that rules of its group gave it: in lower case without `#`, sorted.
    tags: Vec<String>,
    /// Votes for, less votes against.
    score: i64,
    /// Votes for.
    up: i64,
    /// Votes against.
    down: i64,
    /// What the owner of the token voted: 1, 0 or -1; null without a token.
    #[schema(required = true, minimum = -1, maximum = 1)]
    my_vote: Option<i64>,
    /// Published comments below it.
    comment_count: i64,
    /// When it was written.
    #[schema(format = DateTime)]
    created_at: String,
    /// When its text last changed.
    #[schema(required = true, format = DateTime)]
    edited_at: Option<String>,
    /// When its latest comment was written, or itself.
    #[schema(format = DateTime)]
    last_activity_at: String,
}

/// What is left of a comment that was removed or deleted, where answers to it are shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeletedComment {
    /// Its id.
    id: String,
    /// Always true.
    deleted: bool,
    /// The id of the post.
    post: String,
    /// The id of the comment it answered; null when it answered the post.
    #[schema(required = true)]
    parent: Option<String>,
    /// 1 for an answer to the post, 2 for an answer to that …
    depth: i64,
}

/// What stands in a thread.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum InThread {
    /// A comment.
    Comment(Box<Comment>),
    /// Its trace: `deleted` is true.
    Deleted(DeletedComment),
}

/// A post or a comment, as it is sent.
pub(crate) trait Shown: Serialize + Sized {
    /// Which of the two.
    const KIND: EntryKind;

    /// An entry of this kind, as it is sent; `author` is what [`EntryView::author`] has for a reader who sees the whole
    /// of it.
    fn new(view: EntryView, author: &PersonRef, is_signed_in: bool) -> Self;

    /// An entry as somebody sees it. `None` for what left only a trace.
    fn of(mut view: EntryView, is_signed_in: bool) -> Option<Self> {
        let author = view.author.take()?;
        Some(Self::new(view, &author, is_signed_in))
    }
}

/// A comment: as a post, and its place in the thread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comment {
    #[serde(flatten)]
    entry: Post,
    /// The id of the post.
    post: String,
    /// The id of the comment it answers; null when it answers the post.
    #[schema(required = true)]
    parent: Option<String>,
    /// 1 for an answer to the post, 2 for an answer to that …
    depth: i64,
}

impl Shown for Post {
    const KIND: EntryKind = EntryKind::Post;

    fn new(view: EntryView, author: &PersonRef, is_signed_in: bool) -> Self {
        let my_vote = is_signed_in.then(|| view.my_vote.map_or(0, Vote::value));
        Self {
            id: view.id.to_string(),
            ap_id: view.ap_id.to_string(),
            url: view.url,
            title: view.title,
            content: view.content_source,
            content_html: view.content_html,
            link_url: view.link_url,
            image_url: view.image_url,
            poll: view.poll.map(Poll::from),
            author: author.into(),
            group: view.group.name.clone(),
            state: view.state.into(),
            state_reason: view.state_reason,
            language: view.language,
            sensitive: view.sensitive,
            locked: view.locked,
            featured: view.featured,
            tags: view.tags,
            score: view.score,
            up: view.up,
            down: view.down,
            my_vote,
            comment_count: view.comment_count,
            created_at: rfc3339(view.created_at),
            edited_at: view.edited_at.map(rfc3339),
            last_activity_at: rfc3339(view.last_activity_at),
        }
    }
}

impl Shown for Comment {
    const KIND: EntryKind = EntryKind::Comment;

    fn new(view: EntryView, author: &PersonRef, is_signed_in: bool) -> Self {
        Self {
            post: view.thread_id.to_string(),
            parent: parent(&view),
            depth: view.depth,
            entry: Post::new(view, author, is_signed_in),
        }
    }
}

impl InThread {
    /// A comment, or what is left of it.
    pub(crate) fn new(mut view: EntryView, is_signed_in: bool) -> Self {
        match view.author.take() {
            Some(author) => Self::Comment(Box::new(Comment::new(view, &author, is_signed_in))),
            None => Self::Deleted(DeletedComment {
                id: view.id.to_string(),
                deleted: true,
                post: view.thread_id.to_string(),
                parent: parent(&view),
                depth: view.depth,
            }),
        }
    }
}

/// The comment that a comment answers.
fn parent(view: &EntryView) -> Option<String> {
    view.parent_id.filter(|parent| *parent != view.thread_id).map(|parent| parent.to_string())
}
