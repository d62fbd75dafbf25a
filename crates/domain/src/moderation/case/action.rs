//! What is done in a case.

use super::super::DecisionAction;
use crate::{id::GroupId, time::Timestamp};

/// What is done in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseAction {
    /// Something to each post and comment that is meant.
    Entry(EntryAction),
    /// Moves the thread to another group.
    Move(GroupId),
    /// Something to the person.
    Person(PersonAction),
    /// Finds that there is nothing in it.
    Dismiss,
    /// Leaves it to those who run the instance.
    HandOver,
}

/// What is done to a post or comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryAction {
    /// Lets in what waits.
    Admit,
    /// Turns away what waits.
    Refuse,
    /// Takes the post or comment out.
    Remove,
    /// Brings it back.
    Restore,
    /// Takes no more comments, until then; `None` without end.
    Lock(Option<Timestamp>),
    /// Takes comments again.
    Unlock,
    /// Takes it off the lists: who has its address may read it.
    Limit,
    /// Shows it in lists again.
    Unlimit,
    /// Shows it behind a warning.
    MarkSensitive,
    /// Shows it without.
    UnmarkSensitive,
    /// Takes it out of sight until its author has changed it.
    AskChange,
}

/// What is done to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonAction {
    /// Tells them not to do that again.
    Warn,
    /// Lets in what they write only after a look, until then; `None` without end.
    Probation(Option<Timestamp>),
    /// No longer.
    EndProbation,
    /// Takes nothing of them, who stay a member, until then.
    Mute(Option<Timestamp>),
    /// No longer.
    Unmute,
    /// Puts them out, until then.
    Ban {
        /// `None`: without end.
        until: Option<Timestamp>,
        /// Whether what they wrote goes too.
        removes_content: bool,
    },
    /// Lets them in again.
    Unban,
}

impl From<EntryAction> for CaseAction {
    fn from(action: EntryAction) -> Self {
        Self::Entry(action)
    }
}

impl From<PersonAction> for CaseAction {
    fn from(action: PersonAction) -> Self {
        Self::Person(action)
    }
}

impl CaseAction {
    /// What it goes on record as, which says which permission it takes.
    pub fn decision(self) -> DecisionAction {
        match self {
            Self::Entry(action) => action.decision(),
            Self::Move(_) => DecisionAction::Move,
            Self::Person(action) => action.decision(),
            Self::Dismiss => DecisionAction::DismissReport,
            Self::HandOver => DecisionAction::HandOver,
        }
    }

    /// Whether it is about posts and comments.
    pub fn is_about_entries(self) -> bool {
        match self {
            Self::Entry(_) | Self::Move(_) => true,
            Self::Person(_) | Self::Dismiss | Self::HandOver => false,
        }
    }

    /// Whether it is in favour of whom the case is about.
    pub fn takes_back(self) -> bool {
        match self {
            Self::Entry(action) => action.takes_back(),
            Self::Person(action) => action.takes_back(),
            Self::Dismiss => true,
            Self::Move(_) | Self::HandOver => false,
        }
    }

    /// When what it does ends by itself; `None` where it has no end.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::Person(
                PersonAction::Probation(until) | PersonAction::Mute(until) | PersonAction::Ban { until, .. },
            )
            | Self::Entry(EntryAction::Lock(until)) => until,
            Self::Entry(_) | Self::Move(_) | Self::Person(_) | Self::Dismiss | Self::HandOver => None,
        }
    }
}

impl EntryAction {
    fn decision(self) -> DecisionAction {
        match self {
            Self::Admit => DecisionAction::Admit,
            Self::Refuse => DecisionAction::Refuse,
            Self::Remove => DecisionAction::Remove,
            Self::Restore => DecisionAction::Restore,
            Self::Lock(_) => DecisionAction::Lock,
            Self::Unlock => DecisionAction::Unlock,
            Self::Limit => DecisionAction::Limit,
            Self::Unlimit => DecisionAction::Unlimit,
            Self::MarkSensitive => DecisionAction::MarkSensitive,
            Self::UnmarkSensitive => DecisionAction::UnmarkSensitive,
            Self::AskChange => DecisionAction::AskChange,
        }
    }

    fn takes_back(self) -> bool {
        match self {
            Self::Admit | Self::Restore | Self::Unlock | Self::Unlimit | Self::UnmarkSensitive => true,
            Self::Refuse
            | Self::Remove
            | Self::Lock(_)
            | Self::Limit
            | Self::MarkSensitive
            | Self::AskChange => false,
        }
    }
}

impl PersonAction {
    fn decision(self) -> DecisionAction {
        match self {
            Self::Warn => DecisionAction::Warn,
            Self::Probation(_) => DecisionAction::Probation,
            Self::EndProbation => DecisionAction::EndProbation,
            Self::Mute(_) => DecisionAction::Mute,
            Self::Unmute => DecisionAction::Unmute,
            Self::Ban { .. } => DecisionAction::Ban,
            Self::Unban => DecisionAction::Unban,
        }
    }

    fn takes_back(self) -> bool {
        match self {
            Self::EndProbation | Self::Unmute | Self::Unban => true,
            Self::Warn | Self::Probation(_) | Self::Mute(_) | Self::Ban { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_back_is_told_from_what_takes_away() {
        for (action, takes_back) in [
            (EntryAction::Restore.into(), true),
            (EntryAction::AskChange.into(), false),
            (PersonAction::Unban.into(), true),
            (PersonAction::Warn.into(), false),
            (CaseAction::Dismiss, true),
            (CaseAction::HandOver, false),
            (CaseAction::Move(GroupId(1)), false),
        ] {
            assert_eq!(CaseAction::takes_back(action), takes_back, "{action:?}");
        }
    }

    #[test]
    fn what_ends_by_itself_says_when() {
        let end = Some(Timestamp(7));
        for action in [
            PersonAction::Probation(end),
            PersonAction::Mute(end),
            PersonAction::Ban { until: end, removes_content: false },
        ] {
            assert_eq!(CaseAction::from(action).until(), end, "{action:?}");
        }
        assert_eq!(CaseAction::from(PersonAction::Mute(None)).until(), None);
        assert_eq!(CaseAction::from(EntryAction::Lock(end)).until(), end);
        assert_eq!(CaseAction::from(EntryAction::Limit).until(), None);
    }
}
