//! `guildhall instance list`

use std::collections::HashMap;
use std::fmt;

use guildhall_app::instance::list_peering;
use guildhall_app::peering::{ListedHost, parse_host};
use guildhall_app::read::groups as groups_read;
use guildhall_domain::peering::{PeeringAction, covers};
use guildhall_domain::{BlockListId, GroupId};
use guildhall_store::block_list;
use serde::Serialize;

use super::scope;
use crate::cli::list::Listing;
use crate::cli::output::{Output, rfc3339};
use crate::cli::session::Session;

pub(super) async fn list(
    session: &Session,
    host: Option<&str>,
    group: Option<&str>,
    output: Output,
) -> anyhow::Result<()> {
    let host = host.map(parse_host).transpose()?;
    let scope = scope(session, group).await?;
    let (mut listed, now) = (list_peering(session.app()).await?, session.app().now());
    listed.retain(|listed| !listed.entry.is_over(now) && (scope.is_none() || listed.group == scope));
    if let Some(host) = &host {
        listed.retain(|listed| covers(&listed.entry.host, host));
    }
    let names = group_names(session, &listed).await?;
    let lists = block_list::list(&session.app().store).await?;
    let urls = lists.into_iter().map(|list| (list.id, list.url)).collect();
    let items = listed.into_iter().map(|listed| Item::new(listed, &names, &urls)).collect();
    output.print(&Listing::new(items, "Nothing was decided."))?;
    Ok(())
}

async fn group_names(session: &Session, listed: &[ListedHost]) -> anyhow::Result<HashMap<GroupId, String>> {
    let mut names = HashMap::new();
    for group in listed.iter().filter_map(|listed| listed.group) {
        if names.contains_key(&group) {
            continue;
        }
        let found = groups_read::find_by_id(session.app(), group).await?;
        names.insert(group, found.map_or_else(|| group.to_string(), |found| found.group.handle));
    }
    Ok(names)
}

/// An entry of a list; no group: of the whole instance.
#[derive(Debug, Serialize)]
struct Item {
    host: String,
    action: &'static str,
    group: Option<String>,
    reason: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mute_media: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_comment: Option<String>,
    /// The block list that wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    block_list: Option<String>,
    created_at: String,
}

impl Item {
    fn new(
        listed: ListedHost,
        names: &HashMap<GroupId, String>,
        urls: &HashMap<BlockListId, String>,
    ) -> Self {
        let action = listed.entry.action;
        Self {
            host: listed.entry.host,
            action: action.as_str(),
            group: listed.group.and_then(|group| names.get(&group).cloned()),
            reason: listed.reason,
            mute_media: listed.entry.mute_media && action != PeeringAction::MuteMedia,
            until: listed.entry.until.map(rfc3339),
            public_comment: listed.public_comment,
            private_comment: listed.private_comment,
            block_list: listed.list.and_then(|list| urls.get(&list).cloned()),
            created_at: rfc3339(listed.created_at),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {:<5}", self.host, self.action)?;
        if self.mute_media {
            f.write_str("  without pictures")?;
        }
        if let Some(group) = &self.group {
            write!(f, "  by {group}")?;
        }
        if let Some(until) = &self.until {
            write!(f, "  until {until}")?;
        }
        for text in [&self.reason, &self.public_comment, &self.private_comment].into_iter().flatten() {
            write!(f, "  {text}")?;
        }
        if let Some(url) = &self.block_list {
            write!(f, "  from {url}")?;
        }
        write!(f, "  ({})", self.created_at)
    }
}
