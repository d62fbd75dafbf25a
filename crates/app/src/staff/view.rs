//! The staff of a group, as shown.

use guildhall_domain::{
    GroupId, Timestamp,
    staff::{Office, Permission},
};
use guildhall_store::{StoreError, staff, succession};

use super::{powers_of, succession::PROPOSED};
use crate::{
    App, Viewer,
    read::{PersonRef, may_read, names},
};

/// Somebody on the staff of a group.
#[derive(Debug, Clone)]
pub struct StaffView {
    /// Who.
    pub person: PersonRef,
    /// Their role, and what was granted and withdrawn besides.
    pub office: Office,
    /// Since when they have been on the staff.
    pub since: Timestamp,
    /// Who made them what they are; for the staff alone.
    pub by: Option<PersonRef>,
    /// Why, where that was said; for those who may read in the group, as in its log.
    pub reason: Option<String>,
}

/// Who looks after a group.
#[derive(Debug, Clone)]
pub struct StaffList {
    /// Its staff, longest in office first.
    pub staff: Vec<StaffView>,
    /// Since when those who run the instance have looked after it, because nobody of its own was left.
    pub in_care_since: Option<Timestamp>,
    /// Whom they could make its owner; for them alone.
    pub proposed: Vec<PersonRef>,
}

/// Who looks after a group; its helpers for those who may read in it. Of a group elsewhere: whom its server lists.
pub async fn list(app: &App, viewer: &Viewer, group: GroupId) -> Result<StaffList, StoreError> {
    let found = staff::list(&app.store, group).await?;
    let reads = may_read(app, viewer, group).await?;
    let sees_all = powers_of(app, viewer, group).await?.may(Permission::Cases);
    let in_care_since = succession::find_care(&app.store, group).await?;
    let proposed = if viewer.is_admin && in_care_since.is_some() {
        succession::list_proposed_now(&app.store, group, app.now(), PROPOSED).await?
    } else {
        Vec::new()
    };
    let found: Vec<_> = found.into_iter().filter(|one| reads || one.office.role.is_listed()).collect();
    let named = found.iter().flat_map(|one| std::iter::once(one.actor).chain(one.by));
    let mut people = names::people(app, named.chain(proposed.iter().copied()).collect()).await?;
    let staff = found.into_iter().filter_map(|one| {
        Some(StaffView {
            person: people.get(&one.actor)?.clone(),
            office: one.office,
            since: one.since,
            by: one.by.filter(|by| sees_all && *by != group.actor()).and_then(|by| people.get(&by).cloned()),
            reason: one.reason.filter(|_| reads || sees_all),
        })
    });
    let staff = staff.collect();
    let proposed = proposed.into_iter().filter_map(|id| people.remove(&id)).collect();
    Ok(StaffList { staff, in_care_since, proposed })
}
