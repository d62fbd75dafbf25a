//! What really became of something that came in, by its state and the decisions about it.

use std::time::Duration;

use guildhall_domain::{
    DecisionId,
    admission::Layer,
    content::EntryState,
    moderation::{Decision, DecisionAction},
};
use guildhall_store::entry::Came;

/// What really happened to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// It was let in, and is there.
    Published,
    /// It was held, and let in by a moderator.
    Admitted,
    /// It waits for a moderator.
    Held,
    /// A rule or a setting refused it.
    Refused,
    /// A moderator refused it.
    RefusedByModerators,
    /// A moderator removed it.
    Removed,
    /// Its author deleted it.
    Deleted,
}

impl Happened {
    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Admitted => "admitted",
            Self::Held => "held",
            Self::Refused => "refused",
            Self::RefusedByModerators => "refused-by-moderators",
            Self::Removed => "removed",
            Self::Deleted => "deleted",
        }
    }

    /// Whether moderators took it out or turned it away.
    pub(super) fn is_against(self) -> bool {
        matches!(self, Self::RefusedByModerators | Self::Removed)
    }

    /// Whether it was left alone.
    pub(super) fn is_for(self) -> bool {
        matches!(self, Self::Published | Self::Admitted)
    }
}

/// What became of something at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// It went in.
    Admitted,
    /// It had to wait.
    Held,
    /// It was turned away; whether automatic rules were asked before.
    Refused { rules_asked: bool },
}

/// What moderators did to it later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Let it in.
    Admit,
    /// Turned it away.
    Refuse,
    /// Took it out.
    Remove,
    /// Brought it back.
    Restore,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Fate {
    pub(super) first: First,
    pub(super) acts: Vec<(DecisionId, Act)>,
    pub(super) happened: Happened,
}

/// A decision at the door is recorded with the entry; what is decided about an edit comes later.
const AT_THE_DOOR: Duration = Duration::from_secs(10);

impl Fate {
    /// `decisions`: all about it, oldest first.
    pub(super) fn of(item: &Came, decisions: &[Decision]) -> Self {
        let first = first(item, decisions);
        let mut waits = first == First::Held;
        let mut acts = Vec::new();
        for decision in decisions.iter().filter(|decision| decision.layer == Layer::Moderator) {
            let act = match decision.action {
                DecisionAction::Admit if waits => Act::Admit,
                DecisionAction::Refuse if waits => Act::Refuse,
                DecisionAction::Remove => Act::Remove,
                DecisionAction::Restore => Act::Restore,
                _ => continue,
            };
            waits = false;
            acts.push((decision.id, act));
        }
        let was_held = first == First::Held;
        let happened = match item.state {
            EntryState::Published | EntryState::Sent if was_held => Happened::Admitted,
            EntryState::Published | EntryState::Sent => Happened::Published,
            EntryState::Held => Happened::Held,
            EntryState::Refused if was_held => Happened::RefusedByModerators,
            EntryState::Refused => Happened::Refused,
            EntryState::Removed => Happened::Removed,
            EntryState::Deleted => Happened::Deleted,
        };
        Self { first, acts, happened }
    }
}

fn first(item: &Came, decisions: &[Decision]) -> First {
    let at_the_door = decisions
        .first()
        .filter(|decision| decision.layer != Layer::Moderator)
        .filter(|decision| item.state == EntryState::Held || decision.at.since(item.at) < AT_THE_DOOR);
    match at_the_door.map(|decision| (decision.action, decision.layer)) {
        Some((DecisionAction::Hold, _)) => First::Held,
        Some((DecisionAction::Refuse, layer)) => First::Refused { rules_asked: layer == Layer::Rule },
        _ if item.state == EntryState::Held => First::Held,
        _ => First::Admitted,
    }
}
