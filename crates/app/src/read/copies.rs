//! Which servers hold copies of what is said in a group here, for its members.

use guildhall_domain::{
    GroupId, Timestamp,
    admission::Role,
    peering::{Peering, combine, covering_names, decide_peering},
};
use guildhall_store::{
    StoreError, group,
    group_host::{self, GroupHost},
    peering,
};

use super::place::standing_of;
use crate::{App, Viewer};

/// A server that holds copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiesView {
    /// Its name.
    pub host: String,
    /// Whether it is this one.
    pub is_here: bool,
    /// Its members in the group.
    pub members: i64,
    /// Since when it is sent what is said.
    pub since: Timestamp,
    /// Since when it is sent nothing more: its last member left, or it was blocked. What it had, it may still have.
    pub until: Option<Timestamp>,
    /// Whether it is blocked, here or by the group.
    pub is_blocked: bool,
}

/// Why servers are not told.
#[derive(Debug, thiserror::Error)]
pub enum CopiesError {
    /// Where one's words are is for those who say them.
    #[error("only members of this group see which servers hold copies")]
    MembersOnly,
    /// Reading failed.
    #[error("reading the servers of the group failed")]
    Store(#[from] StoreError),
}

/// The servers that hold copies of what is said in a group hosted here: this one first, then by their names, from the one
/// after `after` on. With the name after which the next page begins.
///
/// Of a group that everybody may read others may have fetched what they liked; nobody knows them.
///
/// # Errors
/// [`CopiesError::MembersOnly`] for anybody but members, moderators and the instance's admins.
pub async fn list(
    app: &App,
    viewer: &Viewer,
    id: GroupId,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<CopiesView>, Option<String>), CopiesError> {
    if standing_of(app, viewer, id).await?.role < Role::Member {
        return Err(CopiesError::MembersOnly);
    }
    let mut views = Vec::new();
    if after.is_none() {
        views.extend(own(app, id).await?);
    }
    let mut found = group_host::list(&app.store, id, after.unwrap_or_default(), limit + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| last.host.clone());
    for host in found {
        views.push(view(app, id, host).await?);
    }
    Ok((views, next))
}

async fn own(app: &App, id: GroupId) -> Result<Option<CopiesView>, StoreError> {
    let members = group_host::count_members_here(&app.store, id).await?;
    Ok(group::find(&app.store, id).await?.map(|group| CopiesView {
        host: app.site.host.clone(),
        is_here: true,
        members,
        since: group.created_at,
        until: None,
        is_blocked: false,
    }))
}

async fn view(app: &App, id: GroupId, found: GroupHost) -> Result<CopiesView, StoreError> {
    let (of_instance, of_group) = peering::list_covering(&app.store, Some(id), &found.host).await?;
    let of_instance = decide_peering(&of_instance, &found.host, app.site.allow_list_only, app.now());
    let of_group = decide_peering(&of_group, &found.host, false, app.now());
    let is_blocked = combine(of_instance, of_group) == Peering::Blocked;
    let blocked_since = if is_blocked {
        let names = covering_names(&found.host).map(str::to_owned).collect();
        // In allow-list mode, a server that is on no list is blocked without a day; from now on at least.
        Some(group_host::find_blocked_since(&app.store, id, names).await?.unwrap_or(app.now()))
    } else {
        None
    };
    Ok(CopiesView {
        is_here: false,
        members: found.members,
        since: found.since,
        until: found.until.into_iter().chain(blocked_since).min(),
        is_blocked,
        host: found.host,
    })
}
