//! Partners, and what is shown of them.

use std::collections::{HashMap, HashSet};

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    content::Sort,
    partner::{MirrorReason, MirrorState, PartnerPolicy, PartnerState},
    staff::Permission,
};
use guildhall_store::{
    StoreError, actor,
    entry::{self, Entry},
    partner,
};

use super::PartnerError;
use crate::{
    App, Viewer,
    read::{Cursor, EntryView, GroupRef, Page, PageRequest, PersonRef, entries, may_read, names},
    staff,
};

/// Groups that follow a group, named at most.
const MAX_FOLLOWERS: usize = 200;

/// A partner of a group.
#[derive(Debug, Clone)]
pub struct PartnerView {
    /// Which.
    pub group: GroupRef,
    /// What for.
    pub policy: PartnerPolicy,
    /// How far that has come.
    pub state: PartnerState,
    /// Why; for those who keep the list.
    pub reason: Option<String>,
    /// What everybody may read about it.
    pub public_comment: Option<String>,
    /// Who decided it; for those who keep the list.
    pub by: Option<PersonRef>,
    /// Since when.
    pub since: Timestamp,
}

/// A post of a partner's, for moderators.
#[derive(Debug, Clone)]
pub struct MirrorView {
    /// The post.
    pub entry: EntryView,
    /// Where it stands.
    pub state: MirrorState,
    /// Why it is not shown.
    pub reason: Option<MirrorReason>,
    /// Since when it has been known.
    pub since: Timestamp,
}

/// The partners of a group, oldest first; nobody's where the viewer may not read in it.
///
/// # Errors
/// Reading failed.
pub async fn list(app: &App, viewer: &Viewer, group: GroupId) -> Result<Vec<PartnerView>, StoreError> {
    if !may_read(app, viewer, group).await? {
        return Ok(Vec::new());
    }
    let links = partner::list(&app.store, group).await?;
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let keeps_list = staff::may(app, viewer, group, Permission::Peering).await?;
    let ids: Vec<GroupId> = links.iter().map(|(link, _)| link.partner).collect();
    let keys: Vec<ActorId> = ids.iter().map(|id| id.actor()).collect();
    let actors = actor::list_by_ids(&app.store, &keys).await?;
    let local: HashSet<GroupId> =
        actors.iter().filter(|actor| actor.is_local).map(|actor| GroupId(actor.id.0)).collect();
    let mut groups = names::groups(app, ids).await?;
    let people = names::people(app, links.iter().filter_map(|(link, _)| link.by).collect()).await?;
    let views = links.into_iter().filter_map(|(link, asked)| {
        Some(PartnerView {
            group: groups.remove(&link.partner)?,
            policy: link.policy,
            state: PartnerState::of(link.policy, local.contains(&link.partner), asked),
            reason: link.reason.filter(|_| keeps_list),
            public_comment: link.public_comment,
            by: link.by.filter(|_| keeps_list).and_then(|by| people.get(&by).cloned()),
            since: link.created_at,
        })
    });
    Ok(views.collect())
}

/// The groups elsewhere that follow a group, in the order in which they were first seen; nobody's where the viewer may not
/// read in it.
///
/// # Errors
/// Reading failed.
pub async fn followers(app: &App, viewer: &Viewer, group: GroupId) -> Result<Vec<GroupRef>, StoreError> {
    if !may_read(app, viewer, group).await? {
        return Ok(Vec::new());
    }
    let followers = partner::list_followers(&app.store, group, MAX_FOLLOWERS).await?;
    let mut named = names::groups(app, followers.clone()).await?;
    Ok(followers.iter().filter_map(|id| named.remove(id)).collect())
}

/// Published posts of a group, with those of partners that are shown there, for those who may read in the group.
///
/// # Errors
/// Reading failed.
pub async fn posts(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    sort: Sort,
    request: PageRequest,
) -> Result<Page<EntryView>, StoreError> {
    let after = request.after.map(|cursor| (cursor.key, EntryId(cursor.id)));
    let limit = request.limit() + 1;
    let mut found = entry::list_posts(&app.store, group, sort, after, limit).await?;
    if may_read(app, viewer, group).await? {
        found.extend(partner::list_posts(&app.store, group, sort, after, limit).await?);
    }
    let key = |entry: &Entry| match sort {
        Sort::New => 0,
        Sort::Active => entry.last_activity_at.0,
        Sort::Top => entry.tally.score(),
    };
    found.sort_by_key(|entry| std::cmp::Reverse((key(entry), entry.id)));
    let page = request.page(found, |entry| Cursor { key: key(entry), id: entry.id.0 });
    Ok(Page { items: entries::views(app, viewer, page.items).await?, next: page.next })
}

/// Posts of partners in some state, latest first; for those who decide what waits.
///
/// # Errors
/// [`PartnerError::NotPermitted`].
pub async fn mirrors(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    state: MirrorState,
    request: PageRequest,
) -> Result<Page<MirrorView>, PartnerError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Queue)?;
    let before = request.after.map(|cursor| EntryId(cursor.id));
    let found = partner::list_mirrors(&app.store, group, state, before, request.limit() + 1).await?;
    let page = request.page(found, |mirror| Cursor { key: 0, id: mirror.entry.0 });
    let ids: Vec<EntryId> = page.items.iter().map(|mirror| mirror.entry).collect();
    let shown = entries::views(app, viewer, entry::list_by_ids(&app.store, &ids).await?).await?;
    let mut shown: HashMap<EntryId, EntryView> = shown.into_iter().map(|view| (view.id, view)).collect();
    let items = page.items.into_iter().filter_map(|mirror| {
        let entry = shown.remove(&mirror.entry)?;
        Some(MirrorView { entry, state: mirror.state, reason: mirror.reason, since: mirror.created_at })
    });
    Ok(Page { items: items.collect(), next: page.next })
}
