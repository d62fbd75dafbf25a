//! Joining and leaving a group.

use crate::{
    admission::{Decided, Layer, Refusal, Role, Verdict},
    text::closed_enum,
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
    /// The group is for people of its own server.
    #[error("this group is for people with an account on its own server")]
    LocalOnly,
    /// An automatic rule of the group or the instance.
    #[error("a rule of this group does not let you in")]
    Rule,
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
            Self::LocalOnly => "local-only",
            Self::Rule => "rule",
            Self::Declined => "declined",
        }
    }

    /// Who says so in the pipeline.
    pub fn layer(self) -> Layer {
        match self {
            Self::Banned => Layer::Standing,
            Self::InviteNeeded => Layer::Role,
            Self::HostBlocked => Layer::GroupPeering,
            Self::LocalOnly => Layer::Audience,
            Self::Rule => Layer::Rule,
            Self::Declined => Layer::Moderator,
        }
    }

    fn of(refusal: Refusal) -> Self {
        match refusal {
            Refusal::HostBlocked | Refusal::HostLimited => Self::HostBlocked,
            Refusal::InviteNeeded => Self::InviteNeeded,
            Refusal::LocalOnly => Self::LocalOnly,
            Refusal::Banned | Refusal::Muted | Refusal::Probation => Self::Banned,
            Refusal::Rule
            | Refusal::NotPublic
            | Refusal::MembersOnly
            | Refusal::ModeratorsOnly
            | Refusal::NotTrusted
            | Refusal::Locked => Self::Rule,
        }
    }
}

/// Decides what happens when an actor asks to join a group, by what the pipeline says to that.
///
/// A ban outranks all. Asking again as a member changes nothing: a repeated `Follow` is harmless. Members of limited
/// hosts are let in by a moderator only, whatever the group's own setting; moderators are let in.
///
/// # Errors
/// A [`JoinRefusal`] when the rules say no.
pub fn decide_join(
    membership: Option<MembershipState>,
    role: Role,
    admission: &Decided,
) -> Result<JoinOutcome, JoinRefusal> {
    let is_member = membership == Some(MembershipState::Member);
    match admission.verdict {
        Verdict::Refuse(refusal @ (Refusal::Banned | Refusal::HostBlocked)) | Verdict::Drop(refusal) => {
            Err(JoinRefusal::of(refusal))
        }
        _ if is_member => Ok(JoinOutcome::AlreadyMember),
        Verdict::Refuse(refusal) => Err(JoinRefusal::of(refusal)),
        Verdict::Hold(_) if role != Role::Moderator => Ok(JoinOutcome::AwaitingApproval),
        Verdict::Admit | Verdict::AdmitAndReport | Verdict::Hold(_) => Ok(JoinOutcome::Joined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::HoldReason;

    fn join(membership: Option<MembershipState>, verdict: Verdict) -> Result<JoinOutcome, JoinRefusal> {
        decide_join(membership, Role::Outsider, &Decided::by(Layer::Default, verdict))
    }

    #[test]
    fn each_answer_of_the_pipeline_has_its_outcome() {
        let refused = |refusal| join(None, Verdict::Refuse(refusal));
        assert_eq!(join(None, Verdict::Admit), Ok(JoinOutcome::Joined));
        assert_eq!(join(None, Verdict::Hold(HoldReason::Approval)), Ok(JoinOutcome::AwaitingApproval));
        assert_eq!(refused(Refusal::InviteNeeded), Err(JoinRefusal::InviteNeeded));
        assert_eq!(refused(Refusal::Rule), Err(JoinRefusal::Rule));
        assert_eq!(join(None, Verdict::Drop(Refusal::HostBlocked)), Err(JoinRefusal::HostBlocked));
    }

    #[test]
    fn asking_again_as_a_member_changes_nothing_but_for_bans() {
        let member = Some(MembershipState::Member);
        for verdict in
            [Verdict::Admit, Verdict::Hold(HoldReason::Approval), Verdict::Refuse(Refusal::InviteNeeded)]
        {
            assert_eq!(join(member, verdict), Ok(JoinOutcome::AlreadyMember), "{verdict:?}");
        }
        assert_eq!(join(member, Verdict::Refuse(Refusal::Banned)), Err(JoinRefusal::Banned));
    }

    #[test]
    fn moderators_wait_for_nobody() {
        let held = Decided::by(Layer::InstancePeering, Verdict::Hold(HoldReason::HostLimited));
        assert_eq!(decide_join(None, Role::Moderator, &held), Ok(JoinOutcome::Joined));
    }
}
