//! Cases: what was reported about one thing, and who is to look at it.

mod action;

pub use action::{CaseAction, EntryAction, PersonAction};

use crate::{
    id::{ActorId, EntryId, GroupId},
    text::closed_enum,
};

closed_enum! {
    /// Who looks at a case. Each closes for itself: what the moderators have settled may still be of concern to others.
    pub enum Lane {
        /// The moderators of the group.
        Group = "group",
        /// Those who run the server of whoever reported.
        Home = "home",
        /// Those who run the server of whom it is about.
        Target = "target",
        /// Those who run the server that hosts the group.
        Instance = "instance",
    }
}

closed_enum! {
    /// What kind of thing a case is about.
    pub enum SubjectKind {
        /// A post or comment.
        Entry = "entry",
        /// A person.
        Person = "person",
        /// A whole group.
        Group = "group",
        /// Another server.
        Host = "host",
        /// All that one automatic rule reports: a wave of spam is one case.
        Rule = "rule",
    }
}

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A post or comment.
    Entry(EntryId),
    /// A person.
    Person(ActorId),
    /// A whole group.
    Group(GroupId),
    /// Another server, in lower case.
    Host(String),
    /// An automatic rule, by its name in the group.
    Rule(String),
}

impl Subject {
    /// Its kind.
    pub fn kind(&self) -> SubjectKind {
        match self {
            Self::Entry(_) => SubjectKind::Entry,
            Self::Person(_) => SubjectKind::Person,
            Self::Group(_) => SubjectKind::Group,
            Self::Host(_) => SubjectKind::Host,
            Self::Rule(_) => SubjectKind::Rule,
        }
    }

    /// What tells it from others of its kind.
    pub fn key(&self) -> String {
        match self {
            Self::Entry(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
            Self::Group(id) => id.to_string(),
            Self::Host(name) | Self::Rule(name) => name.clone(),
        }
    }

    /// The inverse of [`kind`](Self::kind) and [`key`](Self::key). `None`: the key is none of that kind.
    pub fn read(kind: SubjectKind, key: &str) -> Option<Self> {
        Some(match kind {
            SubjectKind::Entry => Self::Entry(key.parse().ok()?),
            SubjectKind::Person => Self::Person(key.parse().ok()?),
            SubjectKind::Group => Self::Group(key.parse().ok()?),
            SubjectKind::Host => Self::Host(key.to_owned()),
            SubjectKind::Rule => Self::Rule(key.to_owned()),
        })
    }
}

/// Where somebody or something lives: here, or on the server of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// On this server.
    Here,
    /// On another.
    Elsewhere(String),
}

/// What decides who is to look at a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaneFacts {
    /// Where the group lives; `None`: it concerns no group, or is about the group itself.
    pub group: Option<Home>,
    /// Whether somebody here moderates that group, wherever it lives.
    pub is_moderated_here: bool,
    /// Whether nobody but whom it is about could look at it for the group.
    pub has_nobody_else: bool,
    /// Where whom it is about lives.
    pub person: Option<Home>,
    /// Where whoever reports lives; `None` for a rule.
    pub reporter: Option<Home>,
    /// Whether the server of whom it is about is told.
    pub is_forwarded: bool,
}

/// The lanes of a case, each with where it is looked at. One of them at least is ours, or looked at by somebody here.
pub fn decide_lanes(facts: &LaneFacts) -> Vec<(Lane, Home)> {
    let is_here = |home: &Option<Home>| *home == Some(Home::Here);
    let settled_here = is_here(&facts.group);
    let mut lanes = Vec::new();
    if let Some(group) = &facts.group {
        lanes.push((Lane::Group, group.clone()));
    }
    match &facts.reporter {
        Some(Home::Here) if settled_here => {}
        Some(home) => lanes.push((Lane::Home, home.clone())),
        None => {}
    }
    match &facts.person {
        Some(Home::Here) if !settled_here => lanes.push((Lane::Target, Home::Here)),
        Some(home @ Home::Elsewhere(_)) if facts.is_forwarded => lanes.push((Lane::Target, home.clone())),
        Some(_) | None => {}
    }
    let is_looked_at = facts.is_moderated_here || lanes.iter().any(|(_, home)| *home == Home::Here);
    if !is_looked_at || (settled_here && facts.has_nobody_else) {
        lanes.push((Lane::Instance, Home::Here));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn far() -> Home {
        Home::Elsewhere("far.example".to_owned())
    }

    #[test]
    fn who_looks_at_a_case_follows_from_where_everybody_lives() {
        let none = LaneFacts::default;
        let here = || Some(Home::Here);
        let cases = [
            (
                "a member here about another",
                LaneFacts { group: here(), person: here(), reporter: here(), ..none() },
                vec![(Lane::Group, Home::Here)],
            ),
            (
                "a member here about the only moderator",
                LaneFacts {
                    group: here(),
                    is_moderated_here: true,
                    has_nobody_else: true,
                    person: here(),
                    reporter: here(),
                    ..none()
                },
                vec![(Lane::Group, Home::Here), (Lane::Instance, Home::Here)],
            ),
            (
                "a rule",
                LaneFacts { group: here(), person: Some(far()), ..none() },
                vec![(Lane::Group, Home::Here)],
            ),
            (
                "somebody elsewhere, told on",
                LaneFacts {
                    group: here(),
                    person: Some(far()),
                    reporter: Some(far()),
                    is_forwarded: true,
                    ..none()
                },
                vec![(Lane::Group, Home::Here), (Lane::Home, far()), (Lane::Target, far())],
            ),
            (
                "our member about our member, in a group elsewhere",
                LaneFacts { group: Some(far()), person: here(), reporter: here(), ..none() },
                vec![(Lane::Group, far()), (Lane::Home, Home::Here), (Lane::Target, Home::Here)],
            ),
            (
                "a microblog about one of ours",
                LaneFacts { person: here(), reporter: Some(far()), ..none() },
                vec![(Lane::Home, far()), (Lane::Target, Home::Here)],
            ),
            (
                "about a group or a host",
                LaneFacts { reporter: Some(far()), ..none() },
                vec![(Lane::Home, far()), (Lane::Instance, Home::Here)],
            ),
        ];
        for (what, facts, lanes) in cases {
            assert_eq!(decide_lanes(&facts), lanes, "{what}");
        }
    }

    #[test]
    fn a_subject_is_read_back_from_its_kind_and_key() {
        let subjects = [
            Subject::Entry(EntryId(1)),
            Subject::Person(ActorId(2)),
            Subject::Group(GroupId(3)),
            Subject::Host("far.example".to_owned()),
            Subject::Rule("instance:links".to_owned()),
        ];
        for subject in subjects {
            assert_eq!(Subject::read(subject.kind(), &subject.key()), Some(subject));
        }
        assert_eq!(Subject::read(SubjectKind::Entry, "x"), None);
    }
}
