//! An entry as it is kept.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, ReceivedId, Timestamp,
    content::{EntryKind, EntryState, Form, Tally},
};

use super::tags;
use crate::{StoreError, convert};

macro_rules! select {
    () => {
        "SELECT id, ap_id, kind, group_id, author_id, thread_id, parent_id, depth, is_local, state, wire_type, title,
                content_html, content_source, excerpt, page_url, link_url, image_url, language, sensitive, locked,
                featured, up, down, score, comment_count, published_at, created_at, edited_at, last_activity_at,
                state_reason, state_before, received_id, limited, locked_until, media, form, tags
         FROM entries"
    };
}
pub(super) use select;

/// A post or comment.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Our key.
    pub id: EntryId,
    /// Global id.
    pub ap_id: ApId,
    /// Post or comment.
    pub kind: EntryKind,
    /// The group it belongs to.
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
    /// Its state.
    pub state: EntryState,
    /// What its origin calls it: `Page`, `Note` …
    pub wire_type: String,
    /// A post's title.
    pub title: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// Markdown, where it is known.
    pub content_source: Option<String>,
    /// Plain text, at most 300 characters.
    pub excerpt: String,
    /// Its page at its origin.
    pub page_url: Option<String>,
    /// A link it is about.
    pub link_url: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Shown only after asking.
    pub sensitive: bool,
    /// Takes no more comments.
    pub locked: bool,
    /// When the lock ends by itself.
    pub locked_until: Option<Timestamp>,
    /// Shown first.
    pub featured: bool,
    /// Votes.
    pub tally: Tally,
    /// Of a post: published comments in its thread; of a comment: its published direct answers.
    pub comment_count: i64,
    /// When it was written, by its author's clock.
    pub published_at: Timestamp,
    /// When it came in.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub edited_at: Option<Timestamp>,
    /// The latest comment, or the post itself.
    pub last_activity_at: Timestamp,
    /// Why it is held, refused or removed; of a deleted one the state before, where it was not published.
    pub state_reason: Option<String>,
    /// What it was before it was removed or deleted.
    pub state_before: Option<EntryState>,
    /// The activity that brought it.
    pub received_id: Option<ReceivedId>,
    /// Neither listed nor told to followers: who has its address may read it.
    pub limited: bool,
    /// How many pictures and other media its author's server says it has.
    pub media: i64,
    /// What its author's server says it is.
    pub form: Option<Form>,
    /// Tags that rules gave it, in lower case without `#`, sorted.
    pub tags: Vec<String>,
}

crate::record! {
    pub(super) struct Row {
        id: i64,
        ap_id: String,
        kind: String,
        group_id: i64,
        author_id: i64,
        thread_id: i64,
        parent_id: Option<i64>,
        depth: i64,
        is_local: bool,
        state: String,
        wire_type: String,
        title: Option<String>,
        content_html: String,
        content_source: Option<String>,
        excerpt: String,
        page_url: Option<String>,
        link_url: Option<String>,
        image_url: Option<String>,
        language: Option<String>,
        sensitive: bool,
        locked: bool,
        featured: bool,
        up: i64,
        down: i64,
        comment_count: i64,
        published_at: i64,
        created_at: i64,
        edited_at: Option<i64>,
        last_activity_at: i64,
        state_reason: Option<String>,
        state_before: Option<String>,
        received_id: Option<i64>,
        limited: bool,
        locked_until: Option<i64>,
        media: i64,
        form: Option<String>,
        tags: Option<String>,
    }
}

impl Entry {
    /// Whether it takes no more comments at `now`.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked && self.locked_until.is_none_or(|until| until.is_after(now))
    }

    /// Whether it is out, or was before it was taken away: then other servers may have heard of it.
    pub fn was_out(&self) -> bool {
        self.state_before.unwrap_or(self.state).is_out()
    }
}

impl TryFrom<Row> for Entry {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: EntryId(row.id),
            kind: convert::word("entry", row.id, &row.kind)?,
            state: convert::word("entry", row.id, &row.state)?,
            ap_id: ApId::new(row.ap_id),
            group_id: GroupId(row.group_id),
            author_id: ActorId(row.author_id),
            thread_id: EntryId(row.thread_id),
            parent_id: row.parent_id.map(EntryId),
            depth: row.depth,
            is_local: row.is_local,
            wire_type: row.wire_type,
            title: row.title,
            content_html: row.content_html,
            content_source: row.content_source,
            excerpt: row.excerpt,
            page_url: row.page_url,
            link_url: row.link_url,
            image_url: row.image_url,
            language: row.language,
            sensitive: row.sensitive,
            locked: row.locked,
            locked_until: convert::time(row.locked_until),
            featured: row.featured,
            tally: Tally { up: row.up, down: row.down },
            comment_count: row.comment_count,
            published_at: Timestamp(row.published_at),
            created_at: Timestamp(row.created_at),
            edited_at: convert::time(row.edited_at),
            last_activity_at: Timestamp(row.last_activity_at),
            state_reason: row.state_reason,
            state_before: row.state_before.map(|state| convert::word("entry", row.id, &state)).transpose()?,
            received_id: row.received_id.map(ReceivedId),
            limited: row.limited,
            media: row.media,
            form: row.form.map(|form| convert::word("entry", row.id, &form)).transpose()?,
            tags: row.tags.as_deref().map(tags::read).unwrap_or_default(),
        })
    }
}
