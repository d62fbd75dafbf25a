//! What was decided, in words.

use guildhall_domain::moderation::{DecisionAction, Effect};

/// What was done, before what it was done to: "Removed" a post.
pub(crate) fn deed(action: DecisionAction) -> &'static str {
    use DecisionAction as Action;
    match action {
        Action::Admit => "Let in",
        Action::Hold => "Held for a look",
        Action::Refuse => "Not let in",
        Action::Remove => "Removed",
        Action::Restore => "Brought back",
        Action::Move => "Moved to another group",
        Action::Lock => "Locked",
        Action::Unlock => "Unlocked",
        Action::Feature => "Featured",
        Action::Unfeature => "No longer featured",
        Action::Ban => "Banned",
        Action::Unban => "Ban lifted",
        Action::Mute => "Muted",
        Action::Unmute => "No longer muted",
        Action::Probation => "Put on probation",
        Action::EndProbation => "Probation over",
        Action::Warn => "Warned",
        Action::DismissReport => "Report dismissed",
        Action::Limit => "Taken off lists",
        Action::Unlimit => "Back on lists",
        Action::MarkSensitive => "Marked as sensitive",
        Action::UnmarkSensitive => "No longer marked as sensitive",
        Action::AskChange => "Asked for a change",
        Action::HandOver => "Handed to those who run the server",
        Action::Appoint => "Appointed",
        Action::Dismiss => "No longer on the staff",
        Action::ChangeRole => "Given another role",
        Action::GrantPermission => "Given a permission",
        Action::WithdrawPermission => "Permission taken back",
        Action::TakeIntoCare => "Taken into care by those who run the server",
        Action::EndCare => "Led by its own people again",
        Action::BlockHost => "Server blocked",
        Action::LimitHost => "Server limited",
        Action::AllowHost => "Server allowed",
        Action::LinkPartner => "Made a partner",
        Action::UnlinkPartner => "No longer a partner",
        Action::AdmitMirror => "Let in from a partner",
        Action::RemoveMirror => "Not shown from a partner any more",
        Action::MuteHost => "Pictures of a server left out",
        Action::ClearHost => "Server taken off the list",
        Action::ChangeRules => "Automatic rules changed",
        Action::GiveTrust => "Level of trust given",
        Action::UngiveTrust => "Level of trust taken back",
    }
}

/// What came of it.
pub(crate) fn outcome(effect: Effect) -> &'static str {
    match effect {
        Effect::Admitted => "Let in after a look",
        Effect::Held => "Held for a look",
        Effect::Refused => "Not let in",
        Effect::Removed => "Removed",
        Effect::Restored => "Brought back",
        Effect::Marked => "Locked, featured, marked or moved",
        Effect::Warned => "Warned",
        Effect::Sanctioned => "Banned, muted or put on probation",
        Effect::Lifted => "That lifted",
        Effect::Dismissed => "Reports dismissed",
        Effect::HandedOver => "Handed to those who run the server",
        Effect::Appointed => "Roles and levels of trust",
        Effect::Listed => "Servers blocked, limited or cleared",
        Effect::Ruled => "Automatic rules changed",
    }
}
