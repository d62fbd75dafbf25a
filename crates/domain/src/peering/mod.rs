//! What an instance or a group has decided about other hosts.

pub mod block_list;
#[cfg(test)]
mod tests;

use crate::{text::closed_enum, time::Timestamp};

closed_enum! {
    /// One entry of a peering list.
    pub enum PeeringAction {
        /// Nothing comes in and nothing goes out.
        Block = "block",
        /// What comes in waits for a moderator.
        Limit = "limit",
        /// Explicitly welcome: outranks a block or limit of a parent domain, and is what counts in allow-list mode.
        Allow = "allow",
        /// What comes in is let in without its pictures, and that is all; for a host that is limited as well the entry
        /// says `limit` with [`PeeringEntry::mute_media`].
        MuteMedia = "mute-media",
    }
}

/// What the lists say about one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peering {
    /// No restriction.
    Open,
    /// Held for review.
    Limited,
    /// Refused.
    Blocked,
}

/// One entry of a list as the rule needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeeringEntry {
    /// A host (`example.org`, which covers its subdomains) or an authority with port (`127.0.0.1:8081`).
    pub host: String,
    /// What was decided.
    pub action: PeeringAction,
    /// Whether what comes from there is let in without its pictures.
    pub mute_media: bool,
    /// When it ceases by itself.
    pub until: Option<Timestamp>,
    /// Whether a block list that the instance subscribes to wants it, rather than somebody here.
    pub is_from_list: bool,
}

impl PeeringEntry {
    /// What somebody here decided, for good.
    pub fn new(host: impl Into<String>, action: PeeringAction) -> Self {
        let mute_media = action == PeeringAction::MuteMedia;
        Self { host: host.into(), action, mute_media, until: None, is_from_list: false }
    }

    /// Whether it has ceased: at its end it counts no more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| !until.is_after(now))
    }
}

/// Decides what one list says about `authority`, a host with or without a port, in lower case.
///
/// The most specific entry made here wins: the exact authority, then the host, then its parent domains. In allow-list mode
/// a host without an `allow` entry is blocked. Entries of block lists only add to that: the strictest of them counts,
/// unless somebody here decided about the same name or a more specific one. Entries that are over count no more.
pub fn decide_peering(
    entries: &[PeeringEntry],
    authority: &str,
    allow_list_only: bool,
    now: Timestamp,
) -> Peering {
    let mut of_lists = Peering::Open;
    for name in covering_names(authority) {
        let named = || entries.iter().filter(move |entry| entry.host == name && !entry.is_over(now));
        let made_here = named().filter(|entry| !entry.is_from_list).find_map(of_entry);
        match made_here {
            Some(Peering::Open) => return of_lists,
            Some(_) if allow_list_only => return Peering::Blocked,
            Some(decided) => return combine(decided, of_lists),
            None => of_lists = named().filter_map(of_entry).fold(of_lists, combine),
        }
    }
    if allow_list_only { Peering::Blocked } else { of_lists }
}

/// What an entry says about what may come in; `None` for one that is about pictures alone.
fn of_entry(entry: &PeeringEntry) -> Option<Peering> {
    match entry.action {
        PeeringAction::Block => Some(Peering::Blocked),
        PeeringAction::Limit => Some(Peering::Limited),
        PeeringAction::Allow => Some(Peering::Open),
        PeeringAction::MuteMedia => None,
    }
}

/// Decides whether what comes from `authority` is let in without its pictures, by one list.
///
/// Every entry that covers it may say so, up to the most specific `allow` made here, which speaks for itself.
pub fn decide_media_muted(entries: &[PeeringEntry], authority: &str, now: Timestamp) -> bool {
    for name in covering_names(authority) {
        let named = || entries.iter().filter(move |entry| entry.host == name && !entry.is_over(now));
        let made_here = named().find(|entry| !entry.is_from_list);
        let is_muted = match made_here {
            Some(entry) => entry.mute_media,
            None => named().any(|entry| entry.mute_media),
        };
        if is_muted || made_here.is_some_and(|entry| entry.action == PeeringAction::Allow) {
            return is_muted;
        }
    }
    false
}

/// The stricter of the instance's and the group's decision: a group never opens what the instance restricts.
pub fn combine(instance: Peering, group: Peering) -> Peering {
    instance.max(group)
}

/// Whether an entry for `listed` is about `authority`: the same, or a domain that it belongs to.
pub fn covers(listed: &str, authority: &str) -> bool {
    covering_names(authority).any(|name| name == listed)
}

/// The names under which an entry may cover `authority`, most specific first.
///
/// Address literals have no parent domains.
pub fn covering_names(authority: &str) -> impl Iterator<Item = &str> {
    let host = host_of(authority);
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let parents = std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, parent)| parent))
        .take_while(move |name| !is_address || *name == host)
        .filter(|name| !name.is_empty());
    (authority != host).then_some(authority).into_iter().chain(parents)
}

fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) && !port.is_empty() => host,
        _ => authority,
    }
}
