//! Joining and leaving a group.

use crate::{
    admission::{Layer, Standing, peering_verdict},
    group::Admission,
    peering::Peering,
    text::closed_enum,
    time::Timestamp,
};

closed_enum! {
    /// How far a membership has come.
    pub enum MembershipState {
        /// Waits for a moderator, or for the answer of the group's server.
        Pending = "pending",
        /// In.
        Member = "member",
    }
}

/// What [`decide_join`] needs to know.
#[derive(Debug, Clone)]
pub struct JoinFacts {
    /// How the group admits members.
    pub admission: Admission,
    /// The membership so far.
    pub membership: Option<MembershipState>,
    /// Whether the actor moderates this group.
    pub is_moderator: bool,
    /// Bans, of the group and of the instance.
    pub standing: Standing,
    /// What the instance and the group decided about the actor's host.
    pub peering: Peering,
}

/// What becomes of a request to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinOutcome {
    /// In, from now on.
    Joined,
    /// A moderator will decide.
    AwaitingApproval,
    /// Was in already; nothing changes.
    AlreadyMember,
}

/// Why a request to join was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinRefusal {
    /// A ban is in force.
    #[error("you are banned from this group")]
    Banned,
    /// The group takes only who was invited.
    #[error("this group takes members by invitation only")]
    InviteNeeded,
    /// The group or the instance does not federate with the actor's host.
    #[error("this group does not accept members from your server")]
    HostBlocked,
    /// A moderator said no.
    #[error("a moderator declined the request")]
    Declined,
}

impl JoinRefusal {
    /// A fixed name for the API and for records.
    pub fn code(self) -> &'static str {
        match self {
            Self::Banned => "banned",
            Self::InviteNeeded => "invite-needed",
            Self::HostBlocked => "host-blocked",
            Self::Declined => "declined",
        }
    }

    /// Who says so in the pipeline.
    pub fn layer(self) -> Layer {
        match self {
            Self::Banned => Layer::Standing,
            Self::InviteNeeded => Layer::Role,
            Self::HostBlocked => Layer::GroupPeering,
            Self::Declined => Layer::Moderator,
        }
    }
}

/// Decides what happens when an actor asks to join a group.
///
/// A ban outranks all. Asking again as a member changes nothing: a repeated `Follow` is harmless. Members of limited
/// hosts are let in by a moderator only, whatever the group's own setting.
///
/// # Errors
/// A [`JoinRefusal`] when the rules say no.
pub fn decide_join(facts: &JoinFacts, now: Timestamp) -> Result<JoinOutcome, JoinRefusal> {
    if facts.peering == Peering::Blocked {
        return Err(JoinRefusal::HostBlocked);
    }
    if facts.standing.is_banned(now) {
        return Err(JoinRefusal::Banned);
    }
    if facts.membership == Some(MembershipState::Member) {
        return Ok(JoinOutcome::AlreadyMember);
    }
    if facts.is_moderator {
        return Ok(JoinOutcome::Joined);
    }
    match (facts.admission, peering_verdict(facts.peering)) {
        (Admission::Invite, _) => Err(JoinRefusal::InviteNeeded),
        (Admission::Approval, _) | (Admission::Open, Some(_)) => Ok(JoinOutcome::AwaitingApproval),
        (Admission::Open, None) => Ok(JoinOutcome::Joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn facts(admission: Admission) -> JoinFacts {
        JoinFacts {
            admission,
            membership: None,
            is_moderator: false,
            standing: Standing::default(),
            peering: Peering::Open,
        }
    }

    #[test]
    fn each_admission_setting_has_its_answer() {
        assert_eq!(decide_join(&facts(Admission::Open), NOW), Ok(JoinOutcome::Joined));
        assert_eq!(decide_join(&facts(Admission::Approval), NOW), Ok(JoinOutcome::AwaitingApproval));
        assert_eq!(decide_join(&facts(Admission::Invite), NOW), Err(JoinRefusal::InviteNeeded));
    }

    #[test]
    fn a_ban_outranks_membership_until_it_ends() {
        let mut asked = facts(Admission::Open);
        asked.membership = Some(MembershipState::Member);
        asked.standing.group_ban = Some(Some(Timestamp(2_000)));
        assert_eq!(decide_join(&asked, NOW), Err(JoinRefusal::Banned));
        assert_eq!(decide_join(&asked, Timestamp(2_000)), Ok(JoinOutcome::AlreadyMember));
    }

    #[test]
    fn a_moderator_needs_no_invitation() {
        let asked = JoinFacts { is_moderator: true, ..facts(Admission::Invite) };
        assert_eq!(decide_join(&asked, NOW), Ok(JoinOutcome::Joined));
    }

    #[test]
    fn hosts_are_judged_before_people() {
        let limited = JoinFacts { peering: Peering::Limited, ..facts(Admission::Open) };
        assert_eq!(decide_join(&limited, NOW), Ok(JoinOutcome::AwaitingApproval));
        let blocked = JoinFacts { peering: Peering::Blocked, ..facts(Admission::Open) };
        assert_eq!(decide_join(&blocked, NOW), Err(JoinRefusal::HostBlocked));
    }
}
