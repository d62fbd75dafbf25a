//! What decisions come to, in few words: what reports count by.

use super::DecisionAction;
use crate::text::closed_enum;

closed_enum! {
    /// What came of a decision.
    pub enum Effect {
        /// Something was let in that had waited, or somebody.
        Admitted = "admitted",
        /// Something was kept for a moderator, or for its author to change.
        Held = "held",
        /// Something was not let in, or somebody.
        Refused = "refused",
        /// A post or comment was taken out.
        Removed = "removed",
        /// A post or comment was brought back.
        Restored = "restored",
        /// A post or comment is shown in another way or place, or takes no answers.
        Marked = "marked",
        /// Somebody was told not to do that again.
        Warned = "warned",
        /// Somebody was banned, muted, or put on probation.
        Sanctioned = "sanctioned",
        /// That is over.
        Lifted = "lifted",
        /// A report was found to be about nothing.
        Dismissed = "dismissed",
        /// A case was handed to those who run the instance.
        HandedOver = "handed-over",
        /// Who looks after the group changed, or what they may do, or somebody was given a level of trust.
        Appointed = "appointed",
        /// Another server was put on a list, or taken off it.
        Listed = "listed",
        /// Automatic rules, gates or thresholds are others.
        Ruled = "ruled",
    }
}

impl DecisionAction {
    /// What came of it.
    pub fn effect(self) -> Effect {
        match self {
            Self::Admit | Self::AdmitMirror => Effect::Admitted,
            Self::Hold | Self::AskChange => Effect::Held,
            Self::Refuse => Effect::Refused,
            Self::Remove | Self::RemoveMirror => Effect::Removed,
            Self::Restore => Effect::Restored,
            Self::Move
            | Self::Lock
            | Self::Unlock
            | Self::Feature
            | Self::Unfeature
            | Self::Limit
            | Self::Unlimit
            | Self::MarkSensitive
            | Self::UnmarkSensitive => Effect::Marked,
            Self::Warn => Effect::Warned,
            Self::Ban | Self::Mute | Self::Probation => Effect::Sanctioned,
            Self::Unban | Self::Unmute | Self::EndProbation => Effect::Lifted,
            Self::DismissReport => Effect::Dismissed,
            Self::HandOver => Effect::HandedOver,
            Self::Appoint
            | Self::Dismiss
            | Self::ChangeRole
            | Self::GrantPermission
            | Self::WithdrawPermission
            | Self::TakeIntoCare
            | Self::EndCare
            | Self::GiveTrust
            | Self::UngiveTrust => Effect::Appointed,
            Self::BlockHost
            | Self::LimitHost
            | Self::AllowHost
            | Self::MuteHost
            | Self::ClearHost
            | Self::LinkPartner
            | Self::UnlinkPartner => Effect::Listed,
            Self::ChangeRules => Effect::Ruled,
        }
    }
}
