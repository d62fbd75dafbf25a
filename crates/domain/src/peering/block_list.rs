//! Block lists of others: what one offers, what of it is wanted here, and what has to change for that.

use std::collections::HashMap;

use super::{PeeringAction, covers};
use crate::text::closed_enum;

closed_enum! {
    /// How severe a block list takes a host to be, in Mastodon's words.
    pub enum Severity {
        /// Nothing by itself; the other columns may say something.
        Noop = "noop",
        /// Not shown to those who do not ask for it.
        Silence = "silence",
        /// Nothing is taken and nothing is sent.
        Suspend = "suspend",
    }
}

closed_enum! {
    /// What becomes here of a severity.
    pub enum ListEffect {
        /// The host is blocked.
        Block = "block",
        /// What comes from the host is held.
        Limit = "limit",
        /// What comes from the host is let in without its pictures.
        MuteMedia = "mute-media",
        /// Nothing.
        Ignore = "ignore",
    }
}

closed_enum! {
    /// Whether the changes of a source wait.
    pub enum ListMode {
        /// For an admin's yes.
        Draft = "draft",
        /// They are made as soon as they are seen.
        Automatic = "automatic",
    }
}

/// What becomes here of what a list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// Of `suspend`.
    pub suspend: ListEffect,
    /// Of `silence`.
    pub silence: ListEffect,
    /// Whether `reject_media` mutes media here.
    pub media: bool,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { suspend: ListEffect::Block, silence: ListEffect::Limit, media: true }
    }
}

/// One host as a list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name, as the lists here have it.
    pub host: String,
    /// How severe.
    pub severity: Severity,
    /// Whether its media are refused.
    pub reject_media: bool,
    /// Why, for everybody.
    pub public_comment: Option<String>,
}

impl Offer {
    /// Takes over of another offer about the same host what is stricter.
    pub fn merge(&mut self, other: Self) {
        self.severity = self.severity.max(other.severity);
        self.reject_media |= other.reject_media;
        self.public_comment = self.public_comment.take().or(other.public_comment);
    }
}

/// What a list, as it is taken here, wants about a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The host.
    pub host: String,
    /// What about it; never `allow`.
    pub action: PeeringAction,
    /// Whether its media are muted.
    pub mute_media: bool,
    /// Why, for everybody.
    pub public_comment: Option<String>,
}

/// What has to be done to go with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// The list names a host that it did not name before.
    Add(Wanted),
    /// It says something else about a host.
    Change {
        /// What it said.
        before: Wanted,
        /// What it says.
        after: Wanted,
    },
    /// It names a host no more, or that is no longer taken over from it.
    Remove(Wanted),
}

impl ListChange {
    /// The host that it is about.
    pub fn host(&self) -> &str {
        match self {
            Self::Add(wanted) | Self::Remove(wanted) | Self::Change { after: wanted, .. } => &wanted.host,
        }
    }

    /// What is to be there afterwards.
    pub fn after(&self) -> Option<&Wanted> {
        match self {
            Self::Add(wanted) | Self::Change { after: wanted, .. } => Some(wanted),
            Self::Remove(_) => None,
        }
    }
}

/// What of a list is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRules {
    /// What becomes of what it says.
    pub mapping: Mapping,
    /// Hosts about which it is not asked, with their subdomains.
    pub exceptions: Vec<String>,
    /// This instance, which no list is asked about.
    pub own_host: String,
}

impl ListRules {
    /// What an offer comes to here; `None`: nothing.
    pub fn wanted(&self, offer: &Offer) -> Option<Wanted> {
        let is_excepted = |host: &String| covers(host, &offer.host);
        if covers(&self.own_host, &offer.host) || self.exceptions.iter().any(is_excepted) {
            return None;
        }
        let rejects_media = self.mapping.media && offer.reject_media;
        let effect = match offer.severity {
            Severity::Suspend => self.mapping.suspend,
            Severity::Silence => self.mapping.silence,
            Severity::Noop if rejects_media => ListEffect::MuteMedia,
            Severity::Noop => ListEffect::Ignore,
        };
        let action = match effect {
            ListEffect::Block => PeeringAction::Block,
            ListEffect::Limit => PeeringAction::Limit,
            ListEffect::MuteMedia => PeeringAction::MuteMedia,
            ListEffect::Ignore => return None,
        };
        let mute_media = rejects_media || action == PeeringAction::MuteMedia;
        Some(Wanted {
            host: offer.host.clone(),
            action,
            mute_media,
            public_comment: offer.public_comment.clone(),
        })
    }
}

/// Decides what has to change so that `applied`, what is there because of a list, becomes what it offers now. In the order
/// of the hosts' names.
pub fn decide_list_changes(offers: &[Offer], applied: &[Wanted], rules: &ListRules) -> Vec<ListChange> {
    let mut gone: HashMap<&str, &Wanted> =
        applied.iter().map(|wanted| (wanted.host.as_str(), wanted)).collect();
    let mut changes: Vec<ListChange> = Vec::new();
    for wanted in offers.iter().filter_map(|offer| rules.wanted(offer)) {
        match gone.remove(wanted.host.as_str()) {
            None => changes.push(ListChange::Add(wanted)),
            Some(before) if *before != wanted => {
                changes.push(ListChange::Change { before: before.clone(), after: wanted });
            }
            Some(_) => {}
        }
    }
    changes.extend(gone.into_values().cloned().map(ListChange::Remove));
    changes.sort_by(|one, other| one.host().cmp(other.host()));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(host: &str, severity: Severity, reject_media: bool) -> Offer {
        Offer { host: host.to_owned(), severity, reject_media, public_comment: None }
    }

    fn rules(exceptions: &[&str]) -> ListRules {
        ListRules {
            mapping: Mapping::default(),
            exceptions: exceptions.iter().map(|host| (*host).to_owned()).collect(),
            own_host: "here.example".to_owned(),
        }
    }

    #[test]
    fn severities_become_what_the_subscription_says() {
        use ListEffect as To;
        use PeeringAction::{Block, Limit, MuteMedia};
        let cases = [
            (To::Block, To::Limit, Severity::Suspend, false, Some((Block, false))),
            (To::Limit, To::Limit, Severity::Suspend, true, Some((Limit, true))),
            (To::Ignore, To::Limit, Severity::Suspend, true, None),
            (To::Block, To::Limit, Severity::Silence, false, Some((Limit, false))),
            (To::Block, To::Ignore, Severity::Silence, false, None),
            (To::Block, To::MuteMedia, Severity::Silence, false, Some((MuteMedia, true))),
            (To::Block, To::Limit, Severity::Noop, true, Some((MuteMedia, true))),
            (To::Block, To::Limit, Severity::Noop, false, None),
        ];
        for (suspend, silence, severity, reject_media, expected) in cases {
            let rules = ListRules { mapping: Mapping { suspend, silence, media: true }, ..rules(&[]) };
            let wanted = rules.wanted(&offer("bad.example", severity, reject_media));
            assert_eq!(
                wanted.map(|wanted| (wanted.action, wanted.mute_media)),
                expected,
                "{severity} {suspend} {silence}"
            );
        }
        let deaf = ListRules { mapping: Mapping { media: false, ..Mapping::default() }, ..rules(&[]) };
        assert_eq!(deaf.wanted(&offer("bad.example", Severity::Noop, true)), None);
        assert!(!deaf.wanted(&offer("bad.example", Severity::Silence, true)).unwrap().mute_media);
    }

    #[test]
    fn what_is_excepted_and_this_instance_are_left_alone() {
        let rules = rules(&["friend.example"]);
        for host in ["friend.example", "a.friend.example", "here.example"] {
            assert_eq!(rules.wanted(&offer(host, Severity::Suspend, true)), None, "{host}");
        }
        assert!(rules.wanted(&offer("notfriend.example", Severity::Suspend, true)).is_some());
    }

    #[test]
    fn a_change_is_made_for_each_difference_and_for_nothing_else() {
        let rules = rules(&["friend.example"]);
        let applied = |host: &str, action| Wanted {
            host: host.into(),
            action,
            mute_media: false,
            public_comment: None,
        };
        let before = [
            applied("same.example", PeeringAction::Block),
            applied("milder.example", PeeringAction::Block),
            applied("gone.example", PeeringAction::Limit),
            applied("friend.example", PeeringAction::Block),
        ];
        let offers = [
            offer("same.example", Severity::Suspend, false),
            offer("milder.example", Severity::Silence, false),
            offer("new.example", Severity::Suspend, false),
            offer("friend.example", Severity::Suspend, false),
        ];
        let changes = decide_list_changes(&offers, &before, &rules);
        assert_eq!(
            changes,
            [
                ListChange::Remove(before[3].clone()),
                ListChange::Remove(before[2].clone()),
                ListChange::Change {
                    before: before[1].clone(),
                    after: applied("milder.example", PeeringAction::Limit)
                },
                ListChange::Add(applied("new.example", PeeringAction::Block)),
            ]
        );
        let after: Vec<Wanted> = offers.iter().filter_map(|offer| rules.wanted(offer)).collect();
        assert_eq!(decide_list_changes(&offers, &after, &rules), []);
    }

    #[test]
    fn of_two_lines_about_one_host_the_stricter_is_taken() {
        let mut first = offer("bad.example", Severity::Silence, true);
        first.merge(Offer {
            public_comment: Some("spam".into()),
            ..offer("bad.example", Severity::Suspend, false)
        });
        let expected =
            Offer { public_comment: Some("spam".into()), ..offer("bad.example", Severity::Suspend, true) };
        assert_eq!(first, expected);
    }
}
