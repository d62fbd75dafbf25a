//! What waits for a group's moderators, as it would be announced.

use std::collections::HashMap;

use guildhall_domain::{
    ApId, EntryId, GroupId, QueueItemId, ReceivedId, Timestamp, staff::Permission, welcome::Answer,
};
use guildhall_store::{
    StoreError,
    entry::{self, Entry, Texts},
    poll::{self, Poll},
    queue::{self, QueueItem, QueueKind},
    received,
    welcome::{answer, vouch},
};

use crate::{
    App, Viewer,
    queue::QueueError,
    read::{Cursor, Page, PageRequest, PersonRef, names},
    staff,
};

/// The most bytes of original activities on one page. A page that would have more ends early, and `next` leads on.
pub const MAX_ORIGINAL_BYTES: usize = 4 << 20;

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
    /// What is waiting, of an edit the new text; nothing for a join.
    pub texts: Texts,
    /// The question it asks, of an edit the one it brings.
    pub poll: Option<Poll>,
    /// The exact bytes of the activity that is passed on when it is admitted; `None` where we write our own.
    pub original: Option<Vec<u8>>,
    /// What somebody who wants to join said to the group's questions.
    pub answers: Vec<Answer>,
    /// Members who vouch for them.
    pub vouches: Vec<PersonRef>,
    /// When it came in.
    pub received_at: Timestamp,
}

/// The open items of a group, longest waiting first.
///
/// # Errors
/// [`QueueError::NotPermitted`] for anybody but its moderators and the instance's admins.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<QueueItemView>, QueueError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let after = request.after.map(|cursor| QueueItemId(cursor.id));
    let items = queue::list_open(&app.store, group, None, after, request.limit() + 1).await?;
    Ok(views(app, request.page(items, |item| cursor(item.id))).await?)
}

fn cursor(id: QueueItemId) -> Cursor {
    Cursor { key: 0, id: id.0 }
}

async fn views(app: &App, page: Page<QueueItem>) -> Result<Page<QueueItemView>, StoreError> {
    let people = names::people(app, page.items.iter().map(|item| item.actor).collect()).await?;
    let ids: Vec<EntryId> = page.items.iter().filter_map(|item| item.entry).collect();
    let written = entry::list_by_ids(&app.store, &ids).await?;
    let written: HashMap<EntryId, Entry> = written.into_iter().map(|entry| (entry.id, entry)).collect();
    let mut items: Vec<QueueItemView> = Vec::with_capacity(page.items.len());
    let mut bytes = 0;
    for item in page.items {
        let entry = item.entry.and_then(|id| written.get(&id));
        let original = original(app, passed_on(&item, entry)).await?;
        bytes += original.as_ref().map_or(0, Vec::len);
        if let Some(last) = items.last().filter(|_| bytes > MAX_ORIGINAL_BYTES) {
            return Ok(Page { next: Some(cursor(last.id)), items });
        }
        let actor = people.get(&item.actor).ok_or_else(|| StoreError::corrupt("queue item", item.id))?;
        items.push(view(app, item, entry, actor.clone(), original).await?);
    }
    Ok(Page { items, next: page.next })
}

/// The activity that admitting passes on: of an edit its own, of anything else the one that brought the entry. After its
/// author changed a text that was waiting, there is none.
fn passed_on(item: &QueueItem, entry: Option<&Entry>) -> Option<ReceivedId> {
    if item.edit.is_some() { item.received } else { entry.and_then(|entry| entry.received_id) }
}

async fn original(app: &App, id: Option<ReceivedId>) -> Result<Option<Vec<u8>>, StoreError> {
    match id {
        Some(id) => Ok(received::find(&app.store, id).await?.map(|activity| activity.body)),
        None => Ok(None),
    }
}

async fn view(
    app: &App,
    item: QueueItem,
    entry: Option<&Entry>,
    actor: PersonRef,
    original: Option<Vec<u8>>,
) -> Result<QueueItemView, StoreError> {
    let poll = match (&item.edit, item.entry) {
        (Some(_), _) => queue::find_poll(&app.store, item.id).await?,
        (None, Some(entry)) => poll::find(&app.store, entry).await?,
        (None, None) => None,
    };
    let (answers, vouches) = match item.kind {
        QueueKind::Join => of_join(app, &item).await?,
        QueueKind::Post | QueueKind::Comment | QueueKind::Edit => (Vec::new(), Vec::new()),
    };
    Ok(QueueItemView {
        id: item.id,
        kind: item.kind.as_str().to_owned(),
        actor,
        object: item.object,
        entry: item.entry,
        title: item.title,
        reason: item.reason,
        texts: item.edit.or_else(|| entry.map(texts)).unwrap_or_default(),
        poll,
        original,
        answers,
        vouches,
        received_at: item.received_at,
    })
}

async fn of_join(app: &App, item: &QueueItem) -> Result<(Vec<Answer>, Vec<PersonRef>), StoreError> {
    let answers = answer::list(&app.store, item.group, item.actor).await?;
    let by = vouch::list_waiting(&app.store, item.group, item.actor).await?;
    let mut people = names::people(app, by.clone()).await?;
    Ok((answers, by.iter().filter_map(|id| people.remove(id)).collect()))
}

fn texts(entry: &Entry) -> Texts {
    Texts {
        title: entry.title.clone(),
        content_html: entry.content_html.clone(),
        content_source: entry.content_source.clone(),
        excerpt: entry.excerpt.clone(),
        link_url: entry.link_url.clone(),
        image_url: entry.image_url.clone(),
        language: entry.language.clone(),
        sensitive: entry.sensitive,
        media: entry.media,
        form: entry.form,
    }
}
