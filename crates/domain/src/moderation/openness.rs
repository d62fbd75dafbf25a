//! What everybody who reads a group may know of what was decided there.

use super::{Decision, DecisionAction};
use crate::admission::{HoldReason, Layer};

/// How far the public learns of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// It is in the log, with whom and what it is about.
    Named,
    /// It is between the group and the person: only figures have it.
    Counted,
}

/// What can be in a log, in the order in which it is offered to choose from.
pub const OPEN_ACTIONS: [DecisionAction; 25] = [
    DecisionAction::Remove,
    DecisionAction::Restore,
    DecisionAction::Ban,
    DecisionAction::Unban,
    DecisionAction::Lock,
    DecisionAction::Unlock,
    DecisionAction::Move,
    DecisionAction::Limit,
    DecisionAction::Unlimit,
    DecisionAction::MarkSensitive,
    DecisionAction::UnmarkSensitive,
    DecisionAction::Feature,
    DecisionAction::Unfeature,
    DecisionAction::Appoint,
    DecisionAction::Dismiss,
    DecisionAction::ChangeRole,
    DecisionAction::TakeIntoCare,
    DecisionAction::EndCare,
    DecisionAction::BlockHost,
    DecisionAction::LimitHost,
    DecisionAction::MuteHost,
    DecisionAction::AllowHost,
    DecisionAction::ClearHost,
    DecisionAction::LinkPartner,
    DecisionAction::UnlinkPartner,
];

/// Decides whether a decision is in the log. `was_published`: the post or comment it is about was read by others before,
/// or is read by them now; true where it is about none.
///
/// What happened before all eyes is explained before all eyes: removals, locks, bans, who moderates, which servers are
/// shut out. What was never seen stays unseen, and so does what is said to one person alone: that they asked to join and
/// were refused, were warned, are muted or on probation. Reports are nobody's business but the moderators'.
pub fn decide_openness(action: DecisionAction, was_published: bool) -> Openness {
    use DecisionAction as Action;
    match action {
        Action::Remove
        | Action::Restore
        | Action::Move
        | Action::Lock
        | Action::Unlock
        | Action::Feature
        | Action::Unfeature
        | Action::Limit
        | Action::Unlimit
        | Action::MarkSensitive
        | Action::UnmarkSensitive => {
            if was_published {
                Openness::Named
            } else {
                Openness::Counted
            }
        }
        Action::Ban
        | Action::Unban
        | Action::Appoint
        | Action::Dismiss
        | Action::ChangeRole
        | Action::TakeIntoCare
        | Action::EndCare
        | Action::BlockHost
        | Action::LimitHost
        | Action::AllowHost
        | Action::MuteHost
        | Action::ClearHost
        | Action::LinkPartner
        | Action::UnlinkPartner => Openness::Named,
        Action::Admit
        | Action::Hold
        | Action::Refuse
        | Action::AskChange
        | Action::Warn
        | Action::Mute
        | Action::Unmute
        | Action::Probation
        | Action::EndProbation
        | Action::DismissReport
        | Action::HandOver
        | Action::ChangeRules
        | Action::GrantPermission
        | Action::WithdrawPermission
        | Action::GiveTrust
        | Action::UngiveTrust
        | Action::AdmitMirror
        | Action::RemoveMirror => Openness::Counted,
    }
}

/// What refusals by groups on other servers are kept as.
const OF_GROUPS_ELSEWHERE: [&str; 3] = ["join", "entry", "edit"];

/// The rule of a decision, by the name that everybody may know it by. What a group calls its automatic rules is for its
/// moderators: else one could try out which of them catches what.
pub fn open_rule(decision: &Decision) -> Option<&str> {
    let rule = decision.rule.as_deref().filter(|_| !decision.action.is_detailed())?;
    let is_open = match decision.layer {
        Layer::Rule => false,
        // By hand, about what an automatic rule had held, or had brought into a case.
        Layer::Moderator => rule.parse::<HoldReason>().is_ok() || OF_GROUPS_ELSEWHERE.contains(&rule),
        _ => true,
    };
    is_open.then_some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{ActorId, DecisionId},
        moderation::Target,
        time::Timestamp,
    };

    #[test]
    fn what_is_offered_to_choose_from_is_what_can_be_in_a_log() {
        for action in DecisionAction::ALL {
            let is_named = decide_openness(*action, true) == Openness::Named;
            assert_eq!(OPEN_ACTIONS.contains(action), is_named, "{action}");
        }
    }

    #[test]
    fn what_nobody_has_seen_is_not_in_a_log() {
        for action in [DecisionAction::Remove, DecisionAction::Restore, DecisionAction::Lock] {
            assert_eq!(decide_openness(action, false), Openness::Counted, "{action}");
        }
        assert_eq!(decide_openness(DecisionAction::Refuse, true), Openness::Counted);
    }

    #[test]
    fn what_a_group_calls_its_automatic_rules_is_told_to_nobody_else() {
        use DecisionAction::{Admit, Appoint, Hold, LimitHost, Refuse, Remove};
        for (action, layer, rule, told) in [
            (Hold, Layer::Rule, "no-links", None),
            (Remove, Layer::Moderator, "no-links", None),
            (Admit, Layer::Moderator, "approval", Some("approval")),
            (Refuse, Layer::Moderator, "join", Some("join")),
            (Refuse, Layer::Trust, "links", Some("links")),
            (
                LimitHost,
                Layer::InstancePeering,
                "block-list https://a.example",
                Some("block-list https://a.example"),
            ),
            (Appoint, Layer::Moderator, "moderator", None),
        ] {
            let target = Target::Actor(ActorId(1));
            let mut decision = Decision::new(DecisionId(1), action, target, layer, Timestamp(0));
            decision.rule = Some(rule.to_owned());
            assert_eq!(open_rule(&decision), told, "{action} by {layer}");
        }
    }
}
