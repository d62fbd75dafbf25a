//! What waits for a group's moderators.

use guildhall_domain::{ApId, EntryId, GroupId, QueueItemId, Timestamp};
use guildhall_store::{StoreError, entry, queue};

use crate::{
    App, Viewer,
    queue::{QueueError, may_see},
    read::{Cursor, Page, PageRequest, PersonRef, names},
};

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

/// The open items of a group, longest waiting first.
///
/// # Errors
/// [`QueueError::NotModerator`] for anybody but its moderators and the instance's admins.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<QueueItemView>, QueueError> {
    if !may_see(app, viewer, group).await? {
        return Err(guildhall_domain::moderation::NotModerator.into());
    }
    let after = request.after.map(|cursor| QueueItemId(cursor.id));
    let items = queue::list_open(&app.store, group, after, request.limit() + 1).await?;
    let page = request.page(items, |item| Cursor { key: 0, id: item.id.0 });
    let people = names::people(app, page.items.iter().map(|item| item.actor).collect()).await?;
    let entry_ids: Vec<EntryId> = page.items.iter().filter_map(|item| item.entry).collect();
    let entries = entry::list_by_ids(&app.store, &entry_ids).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        let actor =
            people.get(&item.actor).ok_or_else(|| StoreError::corrupt("queue item", item.id))?.clone();
        let written = entries.iter().find(|entry| Some(entry.id) == item.entry);
        let content_html = match (&item.edit, written) {
            (Some(edit), _) => edit.content_html.clone(),
            (None, Some(entry)) => entry.content_html.clone(),
            (None, None) => String::new(),
        };
        items.push(QueueItemView {
            id: item.id,
            kind: item.kind.as_str().to_owned(),
            actor,
            object: item.object,
            entry: item.entry,
            title: item.title,
            reason: item.reason,
            content_html,
            received_at: item.received_at,
        });
    }
    Ok(Page { items, next: page.next })
}
