//! Posts and comments, as shown.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Timestamp,
    content::{EntryKind, EntryState, Sort, Vote},
    visibility::{Reader, Sight, decide_showing_limited, decide_sight},
};
use guildhall_store::{
    StoreError,
    entry::{self, Entry},
    poll::{self, Poll},
    vote,
};

use crate::{
    App, Viewer,
    read::{Cursor, GroupRef, Page, PageRequest, names, place::Places, thread::MAX_COMMENTS},
};

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
    /// The group; shared by the entries of one answer.
    pub group: Arc<GroupRef>,
    /// The author, shared likewise; `None` with [`Sight::Trace`].
    pub author: Option<Arc<PersonRef>>,
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
    /// The question it asks, with the votes so far.
    pub poll: Option<Poll>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Shown only after asking.
    pub sensitive: bool,
    /// Takes no more comments.
    pub locked: bool,
    /// Shown first.
    pub featured: bool,
    /// Tags that rules of its group gave it, in lower case without `#`, sorted.
    pub tags: Vec<String>,
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

/// Published posts of a group.
pub async fn posts(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    sort: Sort,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| (cursor.key, EntryId(cursor.id)));
    let entries = entry::list_posts(&app.store, group, sort, after, request.limit() + 1).await?;
    let key = |entry: &Entry| match sort {
        Sort::New => 0,
        Sort::Active => entry.last_activity_at.0,
        Sort::Top => entry.tally.score(),
    };
    let page = request.page(entries, |entry| Cursor { key: key(entry), id: entry.id.0 });
    Ok(Page { items: views(app, viewer, page.items).await?, next: page.next })
}

/// The newest of the published posts of a group that are shown first: as many as pages have above all others, 20.
pub async fn featured(app: &App, viewer: &Viewer, group: GroupId) -> Result<Vec<EntryView>, StoreError> {
    Ok(all_featured(app, viewer, group, PageRequest::default()).await?.items)
}

/// All published posts of a group that are shown first, newest first.
pub async fn all_featured(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| EntryId(cursor.id));
    let entries = entry::list_featured(&app.store, group, after, request.limit() + 1).await?;
    let page = request.page(entries, by_id);
    Ok(Page { items: views(app, viewer, page.items).await?, next: page.next })
}

/// The entry with a key; `None` where the viewer sees nothing of it.
pub async fn find(app: &App, viewer: &Viewer, id: EntryId) -> Result<Option<EntryView>, StoreError> {
    match entry::find(&app.store, id).await? {
        Some(found) => Ok(views(app, viewer, vec![found]).await?.pop()),
        None => Ok(None),
    }
}

/// Comments of a thread, oldest first. Of one that is gone a trace is left where something shown hangs on it, for as far
/// as a thread is shown at once: [`MAX_COMMENTS`] further on.
pub async fn comments(
    app: &App,
    viewer: &Viewer,
    post: EntryId,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| EntryId(cursor.id));
    let entries = entry::list_thread(&app.store, post, after, request.limit() + 1).await?;
    let page = request.page(entries, by_id);
    let carrying = carrying_in(app, viewer, post, &page.items).await?;
    let shown = shown_in_thread(app, viewer, post, page.items).await?;
    let mut items = views(app, viewer, shown).await?;
    items.retain(|comment| comment.sight == Sight::Whole || carrying.contains(&comment.id));
    Ok(Page { items, next: page.next })
}

/// Comments of a thread without those that are limited, as far as they are not shown to this viewer there.
pub(super) async fn shown_in_thread(
    app: &App,
    viewer: &Viewer,
    post: EntryId,
    mut comments: Vec<Entry>,
) -> Result<Vec<Entry>, StoreError> {
    if !comments.iter().any(|comment| comment.limited) {
        return Ok(comments);
    }
    let Some(post) = entry::find(&app.store, post).await? else { return Ok(Vec::new()) };
    let (_, reader) = Places::default().of(app, viewer, post.group_id).await?;
    comments.retain(|comment| {
        let is_author = viewer.actor == Some(comment.author_id);
        !comment.limited || decide_showing_limited(post.limited, Reader { is_author, ..reader })
    });
    Ok(comments)
}

/// What in a thread something shown hangs on, as far as it matters for the comments of one page.
async fn carrying_in(
    app: &App,
    viewer: &Viewer,
    post: EntryId,
    page: &[Entry],
) -> Result<HashSet<EntryId>, StoreError> {
    let Some(first) = page.iter().find(|entry| entry.state != EntryState::Published) else {
        return Ok(HashSet::new());
    };
    let later = entry::list_thread(&app.store, post, Some(first.id), MAX_COMMENTS as usize).await?;
    let later = shown_in_thread(app, viewer, post, later).await?;
    let seen = sights(app, viewer, later).await?;
    Ok(carrying(seen.iter().map(|(entry, sight)| (entry.id, entry.parent_id, *sight))))
}

/// What something shown hangs on, itself shown or a trace. Answers come after what they answer, as their ids grow.
pub(super) fn carrying(
    thread: impl DoubleEndedIterator<Item = (EntryId, Option<EntryId>, Sight)>,
) -> HashSet<EntryId> {
    let mut carrying = HashSet::new();
    for (id, parent, sight) in thread.rev() {
        if sight == Sight::Whole || carrying.contains(&id) {
            carrying.extend(parent);
        }
    }
    carrying
}

/// Published direct answers to an entry, oldest first.
pub async fn replies(
    app: &App,
    viewer: &Viewer,
    parent: EntryId,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| EntryId(cursor.id));
    let entries = entry::list_replies(&app.store, parent, after, request.limit() + 1).await?;
    let page = request.page(entries, by_id);
    Ok(Page { items: views(app, viewer, page.items).await?, next: page.next })
}

/// What somebody published, newest first.
pub async fn by_author(
    app: &App,
    viewer: &Viewer,
    author: ActorId,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| EntryId(cursor.id));
    let entries = entry::list_by_author(&app.store, author, after, request.limit() + 1).await?;
    let page = request.page(entries, by_id);
    Ok(Page { items: views(app, viewer, page.items).await?, next: page.next })
}

fn by_id(entry: &Entry) -> Cursor {
    Cursor { key: 0, id: entry.id.0 }
}

/// Entries as a viewer sees them; those they see nothing of are left out. The one way out of the store for entries.
pub(crate) async fn views(
    app: &App,
    viewer: &Viewer,
    entries: Vec<Entry>,
) -> Result<Vec<EntryView>, StoreError> {
    let seen = sights(app, viewer, entries).await?;
    dress(app, viewer, seen).await
}

/// How much of each entry a viewer sees, without those they see nothing of.
async fn sights(app: &App, viewer: &Viewer, entries: Vec<Entry>) -> Result<Vec<(Entry, Sight)>, StoreError> {
    let mut places = Places::default();
    let mut seen = Vec::with_capacity(entries.len());
    for entry in entries {
        let (visibility, reader) = places.of(app, viewer, entry.group_id).await?;
        let reader = Reader { is_author: viewer.actor == Some(entry.author_id), ..reader };
        match decide_sight(entry.state, entry.was_out(), visibility, reader) {
            Sight::Nothing => {}
            sight => seen.push((entry, sight)),
        }
    }
    Ok(seen)
}

async fn dress(app: &App, viewer: &Viewer, seen: Vec<(Entry, Sight)>) -> Result<Vec<EntryView>, StoreError> {
    let authors = names::people(app, seen.iter().map(|(entry, _)| entry.author_id).collect()).await?;
    let authors = shared(authors);
    let groups = names::groups(app, seen.iter().map(|(entry, _)| entry.group_id).collect()).await?;
    let groups = shared(groups);
    let votes: HashMap<EntryId, Vote> = match viewer.actor {
        Some(actor) => {
            let ids: Vec<EntryId> = seen.iter().map(|(entry, _)| entry.id).collect();
            vote::list_of_actor(&app.store, actor, &ids).await?.into_iter().collect()
        }
        None => HashMap::new(),
    };
    let whole: Vec<EntryId> =
        seen.iter().filter(|(_, sight)| *sight == Sight::Whole).map(|(entry, _)| entry.id).collect();
    let mut polls: HashMap<EntryId, Poll> =
        poll::list_of_entries(&app.store, &whole).await?.into_iter().collect();
    seen.into_iter()
        .map(|(entry, sight)| {
            let group =
                groups.get(&entry.group_id).ok_or_else(|| StoreError::corrupt("entry", entry.id))?.clone();
            let (author, poll) = (authors.get(&entry.author_id).cloned(), polls.remove(&entry.id));
            let my_vote = votes.get(&entry.id).copied();
            Ok(EntryView { poll, ..EntryView::of(app, entry, sight, group, author, my_vote) })
        })
        .collect()
}

/// For many entries to have at once.
fn shared<K: Eq + Hash, V>(named: HashMap<K, V>) -> HashMap<K, Arc<V>> {
    named.into_iter().map(|(key, value)| (key, Arc::new(value))).collect()
}

impl EntryView {
    /// Without its poll.
    fn of(
        app: &App,
        entry: Entry,
        sight: Sight,
        group: Arc<GroupRef>,
        author: Option<Arc<PersonRef>>,
        my_vote: Option<Vote>,
    ) -> Self {
        let whole = sight == Sight::Whole;
        let text = |text: String| if whole { text } else { String::new() };
        let locked = entry.is_locked(app.now());
        Self {
            id: entry.id,
            url: page_url(app, &entry),
            ap_id: entry.ap_id,
            kind: entry.kind,
            sight,
            state: entry.state,
            state_reason: entry.state_reason.filter(|_| whole),
            group,
            author: author.filter(|_| whole),
            thread_id: entry.thread_id,
            parent_id: entry.parent_id,
            depth: entry.depth,
            title: entry.title.filter(|_| whole),
            content_html: text(entry.content_html),
            content_source: entry.content_source.filter(|_| whole),
            excerpt: text(entry.excerpt),
            link_url: entry.link_url.filter(|_| whole),
            image_url: entry.image_url.filter(|_| whole),
            origin_url: entry.page_url.filter(|_| whole),
            poll: None,
            language: entry.language,
            sensitive: entry.sensitive,
            locked,
            featured: entry.featured,
            tags: if whole { entry.tags } else { Vec::new() },
            up: entry.tally.up,
            down: entry.tally.down,
            score: entry.tally.score(),
            comment_count: entry.comment_count,
            my_vote,
            created_at: entry.published_at,
            edited_at: entry.edited_at,
            last_activity_at: entry.last_activity_at,
        }
    }
}

fn page_url(app: &App, entry: &Entry) -> String {
    let base = &app.site.base_url;
    match entry.kind {
        EntryKind::Post => format!("{base}/posts/{}", entry.id),
        EntryKind::Comment => format!("{base}/posts/{}#comment-{}", entry.thread_id, entry.id),
    }
}
