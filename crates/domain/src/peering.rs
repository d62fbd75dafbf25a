//! What an instance or a group has decided about other hosts.

use crate::text::closed_enum;

closed_enum! {
    /// One entry of a peering list.
    pub enum PeeringAction {
        /// Nothing comes in and nothing goes out.
        Block = "block",
        /// What comes in waits for a moderator.
        Limit = "limit",
        /// Explicitly welcome: outranks a block or limit of a parent domain, and is what counts in allow-list mode.
        Allow = "allow",
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
}

/// Decides what one list says about `authority`, a host with or without a port, in lower case.
///
/// The most specific entry wins: the exact authority, then the host, then its parent domains. In allow-list mode a
/// host without an `allow` entry is blocked.
pub fn decide_peering(entries: &[PeeringEntry], authority: &str, allow_list_only: bool) -> Peering {
    let found = covering_names(authority).find_map(|name| entries.iter().find(|entry| entry.host == name));
    match found.map(|entry| entry.action) {
        Some(PeeringAction::Block) => Peering::Blocked,
        Some(PeeringAction::Allow) => Peering::Open,
        _ if allow_list_only => Peering::Blocked,
        Some(PeeringAction::Limit) => Peering::Limited,
        None => Peering::Open,
    }
}

/// The stricter of the instance's and the group's decision.
pub fn combine(instance: Peering, group: Peering) -> Peering {
    instance.max(group)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(&str, PeeringAction)]) -> Vec<PeeringEntry> {
        entries.iter().map(|(host, action)| PeeringEntry { host: (*host).into(), action: *action }).collect()
    }

    #[test]
    fn a_block_covers_subdomains_and_every_port() {
        let entries = list(&[("bad.example", PeeringAction::Block)]);
        for authority in ["bad.example", "a.b.bad.example", "bad.example:8443"] {
            assert_eq!(decide_peering(&entries, authority, false), Peering::Blocked, "{authority}");
        }
        assert_eq!(decide_peering(&entries, "notbad.example", false), Peering::Open);
    }

    #[test]
    fn the_most_specific_entry_wins() {
        let entries = list(&[
            ("example", PeeringAction::Limit),
            ("good.example", PeeringAction::Allow),
            ("127.0.0.1:2", PeeringAction::Block),
        ]);
        assert_eq!(decide_peering(&entries, "x.good.example", false), Peering::Open);
        assert_eq!(decide_peering(&entries, "other.example", false), Peering::Limited);
        assert_eq!(decide_peering(&entries, "127.0.0.1:2", false), Peering::Blocked);
        assert_eq!(decide_peering(&entries, "127.0.0.1:3", false), Peering::Open);
    }

    #[test]
    fn in_allow_list_mode_only_allowed_hosts_pass() {
        let entries = list(&[("good.example", PeeringAction::Allow), ("soso.example", PeeringAction::Limit)]);
        assert_eq!(decide_peering(&entries, "good.example", true), Peering::Open);
        assert_eq!(decide_peering(&entries, "soso.example", true), Peering::Blocked);
        assert_eq!(decide_peering(&entries, "other.example", true), Peering::Blocked);
    }

    #[test]
    fn an_address_has_no_parent_domain() {
        let names: Vec<_> = covering_names("127.0.0.1:80").collect();
        assert_eq!(names, ["127.0.0.1:80", "127.0.0.1"]);
        assert_eq!(covering_names("[::1]:80").collect::<Vec<_>>(), ["[::1]:80", "[::1]"]);
    }
}
