//! Appeals: who may object to which decision, until when, and who decides about that.

use std::time::Duration;

use super::DecisionAction;
use crate::{
    admission::{End, Layer},
    text::closed_enum,
    time::Timestamp,
};

closed_enum! {
    /// What became of an appeal.
    pub enum AppealOutcome {
        /// The decision stands.
        Upheld = "upheld",
        /// The decision is taken back.
        Reversed = "reversed",
        /// Another decision took its place.
        Changed = "changed",
    }
}

/// For how many days a decision can be appealed where a group says nothing else.
pub const APPEAL_DAYS: i64 = 14;
/// The most days a group can set.
pub const MAX_APPEAL_DAYS: i64 = 365;
/// The longest appeal, with all that is added to it, in characters.
pub const MAX_APPEAL_LENGTH: usize = 5_000;

/// What is known of a decision that somebody objects to.
#[derive(Debug, Clone, Copy)]
pub struct AppealFacts {
    /// Whether it was decided about the one who objects.
    pub is_concerned: bool,
    /// What was decided.
    pub action: DecisionAction,
    /// Whether the group is hosted here: another server's decisions are its own.
    pub is_ours: bool,
    /// When it was decided.
    pub at: Timestamp,
    /// For how many days it can be appealed; 0: the group takes no appeals.
    pub days: i64,
    /// Whether an appeal was made, and is it open.
    pub appealed: Option<Appealed>,
}

/// How far an earlier appeal has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appealed {
    /// Nobody has decided about it.
    Open,
    /// It was decided.
    Decided,
}

/// Why an appeal is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppealRefusal {
    /// It was decided about somebody else.
    #[error("only the person whom a decision concerns can appeal against it")]
    NotConcerned,
    /// The group lives elsewhere.
    #[error("this was decided on another server; its moderators answer for it")]
    Elsewhere,
    /// It took nothing away.
    #[error("there is nothing in this decision to appeal against")]
    NothingToAppeal,
    /// The group takes none, or the time is over.
    #[error("the time to appeal against this decision is over")]
    TooLate,
    /// There was one.
    #[error("there is one appeal to a decision, and it was made")]
    AppealedAlready,
}

impl AppealRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotConcerned => "not-concerned",
            Self::Elsewhere => "group-elsewhere",
            Self::NothingToAppeal => "nothing-to-appeal",
            Self::TooLate => "too-late",
            Self::AppealedAlready => "appealed-already",
        }
    }
}

/// Whether there is anything in a decision that could be taken back for the person concerned.
pub fn is_appealable(action: DecisionAction) -> bool {
    use DecisionAction as Action;
    matches!(
        action,
        Action::Refuse
            | Action::Remove
            | Action::Lock
            | Action::Ban
            | Action::Mute
            | Action::Probation
            | Action::Warn
            | Action::Limit
            | Action::MarkSensitive
    )
}

/// The last moment to appeal.
pub fn appeal_until(at: Timestamp, days: i64) -> Timestamp {
    at.plus(Duration::from_hours(24 * u64::try_from(days).unwrap_or(0)))
}

/// Decides whether an appeal is taken. What is said again while it is open is added to it.
///
/// # Errors
/// [`AppealRefusal`].
pub fn decide_appeal(facts: &AppealFacts, now: Timestamp) -> Result<(), AppealRefusal> {
    if !facts.is_concerned {
        return Err(AppealRefusal::NotConcerned);
    }
    if !facts.is_ours {
        return Err(AppealRefusal::Elsewhere);
    }
    if !is_appealable(facts.action) {
        return Err(AppealRefusal::NothingToAppeal);
    }
    match facts.appealed {
        Some(Appealed::Decided) => Err(AppealRefusal::AppealedAlready),
        None if now.is_after(appeal_until(facts.at, facts.days)) || facts.days == 0 => {
            Err(AppealRefusal::TooLate)
        }
        Some(Appealed::Open) | None => Ok(()),
    }
}

/// Who wants to decide an appeal.
#[derive(Debug, Clone, Copy)]
pub struct JudgeFacts {
    /// They made it.
    pub is_appellant: bool,
    /// They decided what it is about, or may be the admin who did so in the name of the group.
    pub decided_it: bool,
    /// They may decide appeals in the group.
    pub moderates: bool,
    /// They administer the instance.
    pub is_admin: bool,
    /// Whether anybody else here could decide, who did not, for all that is known: another moderator of the group who lives
    /// here, or an admin.
    pub has_others: bool,
}

/// Why somebody may not decide an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JudgeRefusal {
    /// Neither permitted to decide appeals in the group, nor an admin.
    #[error("in this group this takes the permission \"appeals\": to decide appeals")]
    NotModerator,
    /// It is their own.
    #[error("nobody decides their own appeal")]
    OwnAppeal,
    /// Somebody else is there to look at it.
    #[error("somebody else than who decided looks at an appeal: another moderator, or an admin")]
    OwnDecision,
}

impl JudgeRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotModerator => "not-moderator",
            Self::OwnAppeal => "own-appeal",
            Self::OwnDecision => "own-decision",
        }
    }
}

/// Decides who decides: somebody else than before, where there is somebody else.
///
/// # Errors
/// [`JudgeRefusal`].
pub fn decide_judge(facts: &JudgeFacts) -> Result<(), JudgeRefusal> {
    match facts {
        JudgeFacts { moderates: false, is_admin: false, .. } => Err(JudgeRefusal::NotModerator),
        JudgeFacts { is_appellant: true, .. } => Err(JudgeRefusal::OwnAppeal),
        JudgeFacts { decided_it: true, has_others: true, .. } => Err(JudgeRefusal::OwnDecision),
        JudgeFacts { .. } => Ok(()),
    }
}

/// What is known of a decision that is to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct ReversalFacts {
    /// What was decided.
    pub action: DecisionAction,
    /// The layer that decided.
    pub layer: Layer,
    /// Whether the one who objects is banned now, from the group or the whole instance.
    pub is_banned: bool,
    /// Whether their server is blocked for the whole instance.
    pub is_host_blocked: bool,
}

/// Why a decision is not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReversalRefusal {
    /// It was not meant for everybody.
    #[error("this was not addressed to the public, and cannot be shown here")]
    NotPublic,
    /// A ban stands before it.
    #[error("its author is banned, and nothing of theirs is let in while that lasts")]
    Banned,
    /// The server is blocked.
    #[error("the server of its author is blocked here, and nothing is let in from there")]
    HostBlocked,
}

impl ReversalRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPublic => "not-public",
            Self::Banned => "author-banned",
            Self::HostBlocked => "host-blocked",
        }
    }
}

/// Decides whether a decision may be taken back. An appeal is no way past what nobody who judges it may set aside: what was
/// refused is let in only where it could come in by another door.
///
/// # Errors
/// [`ReversalRefusal`].
pub fn decide_reversal(facts: &ReversalFacts) -> Result<(), ReversalRefusal> {
    match facts {
        ReversalFacts { action, .. } if *action != DecisionAction::Refuse => Ok(()),
        ReversalFacts { layer: Layer::Audience, .. } => Err(ReversalRefusal::NotPublic),
        ReversalFacts { is_banned: true, .. } => Err(ReversalRefusal::Banned),
        ReversalFacts { is_host_blocked: true, .. } => Err(ReversalRefusal::HostBlocked),
        ReversalFacts { .. } => Ok(()),
    }
}

/// The end that an appeal was to give lies not before the one that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an appeal can shorten what was decided, not lengthen it: give an end before the one that stands")]
pub struct NotSooner;

impl NotSooner {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        "not-sooner"
    }
}

/// Decides about another end for what still holds until `stands`. Nobody fares worse for having objected.
///
/// # Errors
/// [`NotSooner`].
pub fn decide_new_end(stands: End, wanted: Timestamp) -> Result<End, NotSooner> {
    let wanted = End::At(wanted);
    if wanted < stands { Ok(wanted) } else { Err(NotSooner) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn facts() -> AppealFacts {
        AppealFacts {
            is_concerned: true,
            action: DecisionAction::Ban,
            is_ours: true,
            at: Timestamp(0),
            days: 14,
            appealed: None,
        }
    }

    #[test]
    fn each_reason_not_to_take_an_appeal_has_its_name() {
        let now = Timestamp(14 * DAY);
        assert_eq!(decide_appeal(&facts(), now), Ok(()));
        let over = Timestamp(14 * DAY + 1);
        let open = AppealFacts { appealed: Some(Appealed::Open), ..facts() };
        assert_eq!(decide_appeal(&open, over), Ok(()), "added to");
        for (facts, at, refusal) in [
            (AppealFacts { is_concerned: false, ..facts() }, now, AppealRefusal::NotConcerned),
            (AppealFacts { is_ours: false, ..facts() }, now, AppealRefusal::Elsewhere),
            (AppealFacts { action: DecisionAction::Unban, ..facts() }, now, AppealRefusal::NothingToAppeal),
            (facts(), over, AppealRefusal::TooLate),
            (AppealFacts { days: 0, ..facts() }, Timestamp(0), AppealRefusal::TooLate),
            (
                AppealFacts { appealed: Some(Appealed::Decided), ..facts() },
                now,
                AppealRefusal::AppealedAlready,
            ),
        ] {
            assert_eq!(decide_appeal(&facts, at), Err(refusal));
        }
    }

    #[test]
    fn somebody_else_decides_where_there_is_somebody_else() {
        let moderator = JudgeFacts {
            is_appellant: false,
            decided_it: false,
            moderates: true,
            is_admin: false,
            has_others: true,
        };
        assert_eq!(decide_judge(&moderator), Ok(()));
        let same = JudgeFacts { decided_it: true, ..moderator };
        assert_eq!(decide_judge(&same), Err(JudgeRefusal::OwnDecision));
        assert_eq!(decide_judge(&JudgeFacts { has_others: false, ..same }), Ok(()), "nobody else is there");
        let admin = JudgeFacts { moderates: false, is_admin: true, ..moderator };
        assert_eq!(decide_judge(&admin), Ok(()));
        let own = JudgeFacts { is_appellant: true, has_others: false, ..moderator };
        assert_eq!(decide_judge(&own), Err(JudgeRefusal::OwnAppeal));
        let stranger = JudgeFacts { moderates: false, ..moderator };
        assert_eq!(decide_judge(&stranger), Err(JudgeRefusal::NotModerator));
    }

    #[test]
    fn an_appeal_is_no_way_past_a_ban_a_block_or_a_closed_audience() {
        let refused = ReversalFacts {
            action: DecisionAction::Refuse,
            layer: Layer::Rule,
            is_banned: false,
            is_host_blocked: false,
        };
        assert_eq!(decide_reversal(&refused), Ok(()));
        for (facts, refusal) in [
            (ReversalFacts { layer: Layer::Audience, ..refused }, ReversalRefusal::NotPublic),
            (ReversalFacts { is_banned: true, ..refused }, ReversalRefusal::Banned),
            (ReversalFacts { is_host_blocked: true, ..refused }, ReversalRefusal::HostBlocked),
        ] {
            assert_eq!(decide_reversal(&facts), Err(refusal));
            let ban = ReversalFacts { action: DecisionAction::Ban, ..facts };
            assert_eq!(decide_reversal(&ban), Ok(()), "nothing comes in by that");
        }
    }

    #[test]
    fn an_appeal_shortens_and_never_lengthens() {
        let (sooner, later) = (Timestamp(DAY), Timestamp(2 * DAY));
        for (stands, wanted, decided) in [
            (End::At(later), sooner, Ok(End::At(sooner))),
            (End::At(sooner), later, Err(NotSooner)),
            (End::At(sooner), sooner, Err(NotSooner)),
            (End::Open, later, Ok(End::At(later))),
            (End::Open, Timestamp(i64::MAX), Ok(End::At(Timestamp(i64::MAX)))),
        ] {
            assert_eq!(decide_new_end(stands, wanted), decided, "{stands:?} to {wanted:?}");
        }
    }
}
