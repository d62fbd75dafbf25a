//! Showing the lists of hosts.

use std::collections::HashMap;

use guildhall_domain::{BlockListId, GroupId, staff::Permission};
use guildhall_store::{
    StoreError, block_list,
    peering::{self, ListedHost},
};

use super::{PeeringError, write_csv};
use crate::{
    App, Viewer,
    read::{PersonRef, names},
    staff,
};

/// An entry of a list, for those who keep it.
#[derive(Debug, Clone)]
pub struct PeeringView {
    /// The entry.
    pub listed: ListedHost,
    /// Who decided it.
    pub by: Option<PersonRef>,
    /// Where the block list is published that wants it.
    pub list_url: Option<String>,
}

/// Where in a list a page ends: its last host, and the block list that wants it (0: none).
pub type Position = (String, i64);

/// The entries of a list by host, `limit` at most, from the one after `after` on; those that are over are left out.
///
/// # Errors
/// [`PeeringError::NotPermitted`], [`PeeringError::NotAdmin`].
pub async fn list(
    app: &App,
    viewer: &Viewer,
    group: Option<GroupId>,
    after: Option<&Position>,
    limit: usize,
) -> Result<(Vec<PeeringView>, Option<Position>), PeeringError> {
    allow(app, viewer, group).await?;
    let after = after.map(|(host, list)| (host.as_str(), *list));
    let mut found = peering::list_page(&app.store, group, after, limit + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let position = |listed: &ListedHost| (listed.entry.host.clone(), listed.list.map_or(0, |list| list.0));
    let next = found.last().filter(|_| has_more).map(position);
    found.retain(|listed| !listed.entry.is_over(app.now()));
    Ok((views(app, found).await?, next))
}

/// A list in Mastodon's columns: what is blocked, limited and muted. What is allowed has no place there.
///
/// # Errors
/// [`PeeringError::NotPermitted`], [`PeeringError::NotAdmin`].
pub async fn export(app: &App, viewer: &Viewer, group: Option<GroupId>) -> Result<String, PeeringError> {
    allow(app, viewer, group).await?;
    let mut listed = peering::list_of(&app.store, group).await?;
    listed.retain(|listed| !listed.entry.is_over(app.now()));
    Ok(write_csv(listed))
}

/// What groups decide is for those who keep their lists, and what the instance decides for its admins.
async fn allow(app: &App, viewer: &Viewer, group: Option<GroupId>) -> Result<(), PeeringError> {
    match group {
        Some(group) => Ok(staff::powers_of(app, viewer, group).await?.demand(Permission::Peering)?),
        None if viewer.is_admin => Ok(()),
        None => Err(PeeringError::NotAdmin),
    }
}

async fn views(app: &App, found: Vec<ListedHost>) -> Result<Vec<PeeringView>, StoreError> {
    let people = names::people(app, found.iter().filter_map(|listed| listed.by).collect()).await?;
    let has_lists = found.iter().any(|listed| listed.list.is_some());
    let lists = if has_lists { block_list::list(&app.store).await? } else { Vec::new() };
    let urls: HashMap<BlockListId, String> = lists.into_iter().map(|list| (list.id, list.url)).collect();
    let view = |listed: ListedHost| PeeringView {
        by: listed.by.and_then(|by| people.get(&by).cloned()),
        list_url: listed.list.and_then(|list| urls.get(&list).cloned()),
        listed,
    };
    Ok(found.into_iter().map(view).collect())
}
