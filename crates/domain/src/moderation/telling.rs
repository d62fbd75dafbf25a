//! Whom a decision is told to, besides those who read the record.

use super::DecisionAction;
use crate::{admission::Layer, text::closed_enum};

closed_enum! {
    /// What somebody is told for.
    pub enum NoticeKind {
        /// Something was decided about them, or about what they wrote.
        Decision = "decision",
        /// What became of their appeal.
        Outcome = "outcome",
        /// To a moderator: somebody appeals against a decision.
        Appeal = "appeal",
        /// To a moderator: an automatic rule fitted.
        Rule = "rule",
        /// To the author: the prepared text of an automatic rule.
        Answer = "answer",
        /// To those who look after a group, or the instance: who leads a group has changed.
        Staff = "staff",
    }
}

/// How far the news of a decision goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// The record says it all: nobody is concerned, or the answer to what they asked for has told them already.
    Nobody,
    /// To people here alone. Elsewhere the activity that carries it out says it.
    Here,
    /// To people elsewhere too, in private words.
    Everywhere,
}

/// Decides how far a decision is told to the person whom it concerns.
///
/// What the pipeline does by itself, but for refusals, is no more than the way in.
pub fn decide_telling(action: DecisionAction, layer: Layer) -> Telling {
    use DecisionAction as Action;
    match action {
        Action::Hold | Action::Admit if layer != Layer::Moderator => Telling::Nobody,
        Action::Admit | Action::Feature | Action::Unfeature => Telling::Here,
        Action::Hold
        | Action::Refuse
        | Action::Remove
        | Action::Restore
        | Action::Move
        | Action::Lock
        | Action::Unlock
        | Action::Ban
        | Action::Unban
        | Action::Mute
        | Action::Unmute
        | Action::Probation
        | Action::EndProbation
        | Action::Warn
        | Action::Limit
        | Action::Unlimit
        | Action::MarkSensitive
        | Action::UnmarkSensitive
        | Action::AskChange
        | Action::Appoint
        | Action::Dismiss
        | Action::ChangeRole
        | Action::GrantPermission
        | Action::WithdrawPermission => Telling::Everywhere,
        Action::DismissReport
        | Action::HandOver
        | Action::MuteHost
        | Action::ChangeRules
        | Action::GiveTrust
        | Action::UngiveTrust
        | Action::BlockHost
        | Action::LimitHost
        | Action::AllowHost
        | Action::ClearHost
        | Action::LinkPartner
        | Action::UnlinkPartner
        | Action::AdmitMirror
        | Action::RemoveMirror
        | Action::TakeIntoCare
        | Action::EndCare => Telling::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_something_away_is_told_everywhere_and_the_way_in_to_nobody() {
        for action in
            [DecisionAction::Ban, DecisionAction::Remove, DecisionAction::Warn, DecisionAction::Mute]
        {
            assert_eq!(decide_telling(action, Layer::Moderator), Telling::Everywhere, "{action:?}");
        }
        assert_eq!(decide_telling(DecisionAction::Refuse, Layer::Rule), Telling::Everywhere);
        assert_eq!(decide_telling(DecisionAction::Hold, Layer::Review), Telling::Nobody);
        assert_eq!(decide_telling(DecisionAction::Admit, Layer::Default), Telling::Nobody);
        assert_eq!(decide_telling(DecisionAction::Admit, Layer::Moderator), Telling::Here);
        assert_eq!(decide_telling(DecisionAction::BlockHost, Layer::Moderator), Telling::Nobody);
    }
}
