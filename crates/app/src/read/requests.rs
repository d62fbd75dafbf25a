//! Who waits to become a member, for those who may vouch for them; and what came of vouching, for moderators.

use guildhall_domain::{
    ActorId, GroupId, QueueItemId, Timestamp, admission::Role, staff::Permission, welcome::JoinQuestion,
};
use guildhall_store::{
    StoreError, entry,
    queue::{self, QueueItem, QueueKind},
    welcome::{
        question,
        vouch::{self, Vouch},
    },
};

use crate::{
    App, Viewer,
    queue::QueueError,
    read::{Cursor, Page, PageRequest, PersonRef, names},
    staff,
};

/// The most vouches of one person, or for one, that are shown.
const MOST: usize = 200;

/// Somebody who waits.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// Who.
    pub person: PersonRef,
    /// Since when.
    pub since: Timestamp,
    /// How many vouch for them.
    pub vouches: usize,
    /// Whether the viewer is one of those.
    pub is_vouched_by_viewer: bool,
}

/// That somebody vouched for somebody.
#[derive(Debug, Clone)]
pub struct VouchView {
    /// The other one of the two.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
    /// When the one vouched for was let in.
    pub admitted_at: Option<Timestamp>,
    /// When they were banned, within 30 days of that.
    pub failed_at: Option<Timestamp>,
}

/// What vouching says about somebody.
#[derive(Debug, Clone)]
pub struct VouchHistory {
    /// For whom they vouched, newest first.
    pub vouched_for: Vec<VouchView>,
    /// Who vouched for them, newest first.
    pub vouched_by: Vec<VouchView>,
    /// How many of those whom they vouched for were banned soon after.
    pub failed: usize,
}

/// What a group hosted here asks those who want to join, in order. For everybody: who thinks of joining may know.
pub async fn questions(app: &App, group: GroupId) -> Result<Vec<JoinQuestion>, StoreError> {
    question::list(&app.store, group).await
}

/// Who waits to become a member of a group hosted here, longest first; for its members and moderators. What they answered is
/// for moderators alone, in the queue.
///
/// # Errors
/// [`QueueError::NotPermitted`] for anybody else.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<RequestView>, QueueError> {
    if !is_member(app, viewer, group).await? {
        staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    }
    let after = request.after.map(|cursor| QueueItemId(cursor.id));
    let items =
        queue::list_open(&app.store, group, Some(QueueKind::Join), after, request.limit() + 1).await?;
    let page = request.page(items, |item| Cursor { key: 0, id: item.id.0 });
    let people = names::people(app, page.items.iter().map(|item| item.actor).collect()).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        let person = people.get(&item.actor).ok_or_else(|| StoreError::corrupt("queue item", item.id))?;
        items.push(view(app, viewer, &item, person.clone()).await?);
    }
    Ok(Page { items, next: page.next })
}

async fn view(
    app: &App,
    viewer: &Viewer,
    item: &QueueItem,
    person: PersonRef,
) -> Result<RequestView, StoreError> {
    let by = vouch::list_waiting(&app.store, item.group, item.actor).await?;
    let is_vouched_by_viewer = viewer.actor.is_some_and(|actor| by.contains(&actor));
    Ok(RequestView { person, since: item.received_at, vouches: by.len(), is_vouched_by_viewer })
}

async fn is_member(app: &App, viewer: &Viewer, group: GroupId) -> Result<bool, StoreError> {
    let Some(actor) = viewer.actor else { return Ok(false) };
    let known = entry::find_author_facts_now(&app.store, group, actor).await?;
    Ok(known.is_some_and(|known| known.role >= Role::Member && !known.standing.is_banned(app.now())))
}

/// For whom somebody vouched in a group, and who vouched for them; for moderators.
///
/// # Errors
/// [`QueueError::NotPermitted`] for anybody else.
pub async fn vouches(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    person: ActorId,
) -> Result<VouchHistory, QueueError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let by_them = vouch::list_by(&app.store, group, person, MOST).await?;
    let for_them = vouch::list_for(&app.store, group, person, MOST).await?;
    let failed = by_them.iter().filter(|vouch| vouch.failed_at.is_some()).count();
    let vouched_for = views(app, &by_them, |vouch| vouch.actor).await?;
    let vouched_by = views(app, &for_them, |vouch| vouch.by).await?;
    Ok(VouchHistory { vouched_for, vouched_by, failed })
}

async fn views(
    app: &App,
    vouches: &[Vouch],
    other: impl Fn(&Vouch) -> ActorId,
) -> Result<Vec<VouchView>, StoreError> {
    let people = names::people(app, vouches.iter().map(&other).collect()).await?;
    let view = |vouch: &Vouch| {
        Some(VouchView {
            person: people.get(&other(vouch))?.clone(),
            at: vouch.created_at,
            admitted_at: vouch.admitted_at,
            failed_at: vouch.failed_at,
        })
    };
    Ok(vouches.iter().filter_map(view).collect())
}
