//! Vouching: members who know somebody that waits.

use std::time::Duration;

use crate::{
    admission::{Role, Sanction, Standing},
    time::Timestamp,
    trust::Trust,
};

/// The most members that a group can ask to vouch for somebody.
pub const MAX_VOUCHES_NEEDED: u8 = 5;
/// For how long after somebody was let in a ban is counted for those who vouched for them.
pub const VOUCH_COUNTS_FOR: Duration = Duration::from_hours(30 * 24);

/// What is known of somebody who vouches.
#[derive(Debug, Clone, Copy)]
pub struct VouchFacts {
    /// How many the group asks for.
    pub needed: u8,
    /// What the one who vouches is in the group.
    pub role: Role,
    /// How far they are trusted there.
    pub trust: Trust,
    /// What was decided about them.
    pub standing: Standing,
    /// Whether it is themselves whom they vouch for.
    pub is_self: bool,
    /// Whether there is a request that waits.
    pub is_waiting: bool,
}

/// Why somebody may not vouch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VouchRefusal {
    /// The group does not go by it.
    #[error("this group does not ask members to vouch for anybody")]
    NotAsked,
    /// Only members.
    #[error("only members of this group can vouch for somebody")]
    NotMember,
    /// Banned, muted or on probation.
    #[error("you cannot vouch for anybody in this group at the moment")]
    Standing,
    /// Not known here well enough.
    #[error("this group wants to know you a little longer before you vouch for others")]
    NotTrusted,
    /// One's own request.
    #[error("nobody vouches for themselves")]
    Oneself,
    /// No request waits.
    #[error("no request of this person waits")]
    NotWaiting,
}

impl VouchRefusal {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAsked => "vouching-off",
            Self::NotMember => "members-only",
            Self::Standing => "standing",
            Self::NotTrusted => "not-trusted",
            Self::Oneself => "oneself",
            Self::NotWaiting => "not-waiting",
        }
    }
}

/// Decides whether somebody may vouch for somebody.
///
/// # Errors
/// [`VouchRefusal`].
pub fn decide_vouch(facts: &VouchFacts, now: Timestamp) -> Result<(), VouchRefusal> {
    let sanctions = [Sanction::Ban, Sanction::Mute, Sanction::Probation];
    if facts.needed == 0 {
        Err(VouchRefusal::NotAsked)
    } else if facts.is_self {
        Err(VouchRefusal::Oneself)
    } else if sanctions.iter().any(|kind| facts.standing.is_under(*kind, now)) {
        Err(VouchRefusal::Standing)
    } else if facts.role == Role::Outsider {
        Err(VouchRefusal::NotMember)
    } else if facts.trust < Trust::Known && facts.role != Role::Moderator {
        Err(VouchRefusal::NotTrusted)
    } else if facts.is_waiting {
        Ok(())
    } else {
        Err(VouchRefusal::NotWaiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{End, Sanctions};

    #[test]
    fn members_who_are_known_vouch_for_others_who_wait() {
        let facts = VouchFacts {
            needed: 2,
            role: Role::Member,
            trust: Trust::Known,
            standing: Standing::default(),
            is_self: false,
            is_waiting: true,
        };
        let watched = Sanctions { probation: Some(End::Open), ..Sanctions::default() };
        let decide = |facts: VouchFacts| decide_vouch(&facts, Timestamp(1));
        assert_eq!(decide(facts), Ok(()));
        for (facts, refusal) in [
            (VouchFacts { needed: 0, ..facts }, VouchRefusal::NotAsked),
            (VouchFacts { role: Role::Outsider, ..facts }, VouchRefusal::NotMember),
            (VouchFacts { trust: Trust::New, ..facts }, VouchRefusal::NotTrusted),
            (VouchFacts { is_self: true, ..facts }, VouchRefusal::Oneself),
            (VouchFacts { is_waiting: false, ..facts }, VouchRefusal::NotWaiting),
            (
                VouchFacts { standing: Standing { group: watched, ..Standing::default() }, ..facts },
                VouchRefusal::Standing,
            ),
        ] {
            assert_eq!(decide(facts), Err(refusal));
        }
    }
}
