//! Invitations: who may make one out, and what one is still worth.

use crate::{
    admission::{Role, Sanction, Standing},
    id::ActorId,
    text::closed_enum,
    time::Timestamp,
};

/// The highest limit of uses that can be set.
pub const MAX_INVITATION_USES: i64 = 100_000;
/// The longest note on an invitation, in characters.
pub const MAX_INVITATION_NOTE: usize = 300;
/// The most invitations of one person to one group that are open at a time.
pub const MAX_OPEN_INVITATIONS: i64 = 50;
/// The most people whom one person invites by name to one group in 24 hours, those included whose invitation was taken back.
pub const MAX_INVITATIONS_A_DAY: i64 = 50;
/// Days after an invitation to one person in which they are not invited to the same group again, even if it was taken back
/// or declined.
pub const DAYS_BETWEEN_INVITATIONS: u32 = 7;

closed_enum! {
    /// Who may invite people into a group.
    pub enum Invites {
        /// Its moderators.
        Moderators = "moderators",
        /// Its members too.
        Members = "members",
        /// Nobody: what was made out before has no effect.
        Nobody = "nobody",
    }
}

/// Why somebody may not invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteRefusal {
    /// The group takes no invitations.
    #[error("this group lets nobody invite")]
    Nobody,
    /// Only moderators.
    #[error("in this group this takes the permission \"invite\": to invite people")]
    NotModerator,
    /// Only members.
    #[error("only members of this group can invite")]
    NotMember,
    /// Banned, muted or on probation.
    #[error("you cannot invite anybody to this group at the moment")]
    Standing,
    /// Over [`MAX_OPEN_INVITATIONS`].
    #[error("you have {MAX_OPEN_INVITATIONS} open invitations to this group; revoke one first")]
    TooMany,
    /// Over [`MAX_INVITATIONS_A_DAY`].
    #[error("you have invited {MAX_INVITATIONS_A_DAY} people to this group today; go on tomorrow")]
    TooManyToday,
    /// Within [`DAYS_BETWEEN_INVITATIONS`].
    #[error("this person was invited to this group in the last {DAYS_BETWEEN_INVITATIONS} days")]
    Invited,
}

impl InviteRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nobody => "no-invitations",
            Self::NotModerator => "not-moderator",
            Self::NotMember => "members-only",
            Self::Standing => "standing",
            Self::TooMany | Self::TooManyToday => "too-many-invitations",
            Self::Invited => "invited",
        }
    }
}

/// Decides whether somebody may invite into a group; asked when the invitation is made out, and again when it is used.
///
/// # Errors
/// [`InviteRefusal`].
pub fn decide_invite(
    invites: Invites,
    role: Role,
    standing: &Standing,
    now: Timestamp,
) -> Result<(), InviteRefusal> {
    if [Sanction::Ban, Sanction::Mute, Sanction::Probation].iter().any(|kind| standing.is_under(*kind, now)) {
        return Err(InviteRefusal::Standing);
    }
    match (invites, role) {
        (Invites::Nobody, _) => Err(InviteRefusal::Nobody),
        (Invites::Moderators | Invites::Members, Role::Moderator) | (Invites::Members, Role::Member) => {
            Ok(())
        }
        (Invites::Moderators, Role::Member | Role::Outsider) => Err(InviteRefusal::NotModerator),
        (Invites::Members, Role::Outsider) => Err(InviteRefusal::NotMember),
    }
}

/// What is known of an invitation when somebody comes with it.
#[derive(Debug, Clone, Copy)]
pub struct InvitationFacts {
    /// How often it was used.
    pub uses: i64,
    /// How often it can be; `None` without limit.
    pub max_uses: Option<i64>,
    /// Until when; the moment itself is outside.
    pub until: Option<Timestamp>,
    /// Whether it was taken back.
    pub is_revoked: bool,
    /// The one person whom it is for.
    pub only_for: Option<ActorId>,
    /// Whether who made it out could do so now.
    pub inviter: Result<(), InviteRefusal>,
}

/// Why an invitation has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationVoid {
    /// There is none with this code.
    #[error("there is no such invitation to this group")]
    Unknown,
    /// It was taken back.
    #[error("this invitation was taken back")]
    Revoked,
    /// Its time is over.
    #[error("this invitation has expired")]
    Expired,
    /// As many have come with it as could.
    #[error("this invitation has been used up")]
    UsedUp,
    /// It is made out to somebody else.
    #[error("this invitation is for somebody else")]
    ForSomebodyElse,
    /// Who made it out may invite nobody any more.
    #[error("whoever made out this invitation cannot invite people any more")]
    InviterGone,
}

impl InvitationVoid {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "invitation-unknown",
            Self::Revoked => "invitation-revoked",
            Self::Expired => "invitation-expired",
            Self::UsedUp => "invitation-used-up",
            Self::ForSomebodyElse => "invitation-for-somebody-else",
            Self::InviterGone => "invitation-void",
        }
    }
}

/// Decides whether an invitation lets somebody in; `actor`: `None` for anybody.
///
/// # Errors
/// [`InvitationVoid`].
pub fn decide_use(
    invitation: &InvitationFacts,
    actor: Option<ActorId>,
    now: Timestamp,
) -> Result<(), InvitationVoid> {
    if invitation.is_revoked {
        return Err(InvitationVoid::Revoked);
    }
    if invitation.until.is_some_and(|until| !until.is_after(now)) {
        return Err(InvitationVoid::Expired);
    }
    if invitation.max_uses.is_some_and(|most| invitation.uses >= most) {
        return Err(InvitationVoid::UsedUp);
    }
    if actor.is_some() && invitation.only_for.is_some() && invitation.only_for != actor {
        return Err(InvitationVoid::ForSomebodyElse);
    }
    invitation.inviter.map_err(|_| InvitationVoid::InviterGone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{End, Sanctions};

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn who_may_invite_is_the_groups_to_say() {
        let fine = Standing::default();
        for (invites, role, want) in [
            (Invites::Moderators, Role::Moderator, Ok(())),
            (Invites::Moderators, Role::Member, Err(InviteRefusal::NotModerator)),
            (Invites::Members, Role::Member, Ok(())),
            (Invites::Members, Role::Outsider, Err(InviteRefusal::NotMember)),
            (Invites::Nobody, Role::Moderator, Err(InviteRefusal::Nobody)),
        ] {
            assert_eq!(decide_invite(invites, role, &fine, NOW), want, "{invites} {role:?}");
        }
        for group in [
            Sanctions { ban: Some(End::Open), ..Sanctions::default() },
            Sanctions { probation: Some(End::At(Timestamp(2_000))), ..Sanctions::default() },
        ] {
            let standing = Standing { group, ..Standing::default() };
            let refused = decide_invite(Invites::Members, Role::Moderator, &standing, NOW);
            assert_eq!(refused, Err(InviteRefusal::Standing));
        }
    }

    #[test]
    fn an_invitation_ends_in_many_ways() {
        let open = InvitationFacts {
            uses: 1,
            max_uses: Some(2),
            until: Some(Timestamp(1_001)),
            is_revoked: false,
            only_for: Some(ActorId(7)),
            inviter: Ok(()),
        };
        let used = |facts: InvitationFacts| decide_use(&facts, Some(ActorId(7)), NOW);
        assert_eq!(used(open), Ok(()));
        assert_eq!(used(InvitationFacts { is_revoked: true, ..open }), Err(InvitationVoid::Revoked));
        assert_eq!(used(InvitationFacts { until: Some(NOW), ..open }), Err(InvitationVoid::Expired));
        assert_eq!(used(InvitationFacts { uses: 2, ..open }), Err(InvitationVoid::UsedUp));
        assert_eq!(used(InvitationFacts { uses: 99, max_uses: None, ..open }), Ok(()));
        let gone = InvitationFacts { inviter: Err(InviteRefusal::Standing), ..open };
        assert_eq!(used(gone), Err(InvitationVoid::InviterGone));
        assert_eq!(decide_use(&open, Some(ActorId(8)), NOW), Err(InvitationVoid::ForSomebodyElse));
        assert_eq!(decide_use(&open, None, NOW), Ok(()), "whoever only looks at it");
    }
}
