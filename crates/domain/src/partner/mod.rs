//! Partner groups: what of a group that ours is linked to is shown in ours, too.
//!
//! A mirrored post stays what it is: one entry of the partner's, shown in a second place.

use crate::{
    actor::ActorKind,
    admission::{Decided, HoldReason, Layer, Sanction, Standing, Verdict},
    content::{EntryKind, EntryState},
    group::Visibility,
    membership::MembershipState,
    peering::Peering,
    text::closed_enum,
    time::Timestamp,
};

closed_enum! {
    /// What a link to a partner is for.
    pub enum PartnerPolicy {
        /// All that the partner says to everybody is shown in our group as well.
        Mirror = "mirror",
        /// It waits until a moderator of our group lets it in.
        Review = "review",
        /// The partner is only named on our group's page.
        List = "list",
    }
}

impl PartnerPolicy {
    /// Whether what the partner announces is wanted.
    pub fn wants_posts(self) -> bool {
        match self {
            Self::Mirror | Self::Review => true,
            Self::List => false,
        }
    }
}

closed_enum! {
    /// How far a link has come.
    pub enum PartnerState {
        /// Nothing is asked of the partner.
        Listed = "listed",
        /// The partner was asked, and has not answered.
        Asked = "asked",
        /// What the partner announces comes here.
        Accepted = "accepted",
        /// The partner said no, or no longer yes.
        Refused = "refused",
    }
}

impl PartnerState {
    /// Of a link; `asked`: the partner's answer, as far as it is known. Nobody is asked about a group on this server.
    pub fn of(policy: PartnerPolicy, is_local: bool, asked: Option<MembershipState>) -> Self {
        match asked {
            _ if !policy.wants_posts() => Self::Listed,
            Some(MembershipState::Member) => Self::Accepted,
            Some(MembershipState::Pending) => Self::Asked,
            None if is_local => Self::Accepted,
            None => Self::Refused,
        }
    }
}

closed_enum! {
    /// Where a mirrored post stands.
    pub enum MirrorState {
        /// Nobody has looked at it yet.
        New = "new",
        /// A moderator is to look at it.
        Waiting = "waiting",
        /// It is shown.
        Shown = "shown",
        /// Not let in.
        Refused = "refused",
        /// A moderator took it away.
        Removed = "removed",
        /// It is gone at its source, and our followers have not heard of it yet.
        Leaving = "leaving",
        /// It is gone at its source.
        Gone = "gone",
    }
}

closed_enum! {
    /// Why a post of a partner's is not shown, or not at once.
    pub enum MirrorReason {
        /// The partner is not read by everybody, or its post is listed nowhere.
        NotPublic = "not-public",
        /// The server of its author or of the partner is blocked.
        HostBlocked = "host-blocked",
        /// The author is banned here.
        Banned = "banned",
        /// The author is muted here.
        Muted = "muted",
        /// An automatic rule.
        Rule = "rule",
        /// What comes from this server is looked at first.
        HostLimited = "host-limited",
        /// What this author writes is looked at first.
        Probation = "probation",
        /// All that this partner says is looked at first.
        Review = "review",
    }
}

/// What becomes of a post of a partner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirroring {
    /// It is shown.
    Show,
    /// A moderator is to look at it.
    Wait(MirrorReason),
    /// It is not shown.
    Refuse(MirrorReason),
}

impl Mirroring {
    /// Where it stands by that, and why.
    pub fn state(self) -> (MirrorState, Option<MirrorReason>) {
        match self {
            Self::Show => (MirrorState::Shown, None),
            Self::Wait(reason) => (MirrorState::Waiting, Some(reason)),
            Self::Refuse(reason) => (MirrorState::Refused, Some(reason)),
        }
    }
}

/// What is known of a post of a partner's.
#[derive(Debug, Clone, Copy)]
pub struct MirrorFacts {
    /// What the link is for.
    pub policy: PartnerPolicy,
    /// Who may read in the partner.
    pub visibility: Visibility,
    /// Whether it is listed nowhere.
    pub is_limited: bool,
    /// The stricter of what the instance decided about the servers of author and partner, and our group did.
    pub peering: Peering,
    /// What was decided here about the author.
    pub standing: Standing,
    /// Whether an automatic rule of ours refuses it.
    pub rule_refuses: bool,
    /// Whether one holds it.
    pub rule_holds: bool,
    /// Whether it was shown before its author changed it.
    pub was_shown: bool,
}

/// Whether something that is out now is to be mirrored by those who are linked to its group, once all else is asked.
///
/// Posts alone: answers belong to their thread. What itself came by a mirror (`is_passed_on`) goes no further, so that
/// partners of partners, and those that mirror each other, come to an end.
pub fn is_for_partners(kind: EntryKind, state: EntryState, is_passed_on: bool) -> bool {
    kind == EntryKind::Post && state == EntryState::Published && !is_passed_on
}

/// Whether a post of a partner's is for everybody, so that it may be shown in another place and told to its followers:
/// `visibility` is the partner's; `is_limited`: whether the post is listed nowhere.
pub fn is_open(visibility: Visibility, is_limited: bool) -> bool {
    visibility == Visibility::Public && !is_limited
}

/// Decides what becomes of a post of a partner's. What the partner's door let in is not judged once more by ours, as its
/// author need be no member: but whom our moderators shut out does not come in by another door, and our rules hold.
///
/// That all of a partner is looked at first asks nobody again about what was shown already; everything else does.
pub fn decide_mirror(facts: &MirrorFacts, now: Timestamp) -> Mirroring {
    use MirrorReason as Reason;
    let is_under = |sanction| facts.standing.is_under(sanction, now);
    let refusals = [
        (!is_open(facts.visibility, facts.is_limited), Reason::NotPublic),
        (facts.peering == Peering::Blocked, Reason::HostBlocked),
        (is_under(Sanction::Ban), Reason::Banned),
        (is_under(Sanction::Mute), Reason::Muted),
        (facts.rule_refuses, Reason::Rule),
    ];
    let holds = [
        (facts.policy != PartnerPolicy::Mirror && !facts.was_shown, Reason::Review),
        (facts.peering == Peering::Limited, Reason::HostLimited),
        (is_under(Sanction::Probation), Reason::Probation),
        (facts.rule_holds, Reason::Rule),
    ];
    let first =
        |reasons: &[(bool, Reason)]| reasons.iter().find(|(fits, _)| *fits).map(|(_, reason)| *reason);
    match (first(&refusals), first(&holds)) {
        (Some(reason), _) => Mirroring::Refuse(reason),
        (None, Some(reason)) => Mirroring::Wait(reason),
        (None, None) => Mirroring::Show,
    }
}

/// Decides about a group that wants to follow ours. It would pass on to its own members what ours is told: where that is
/// for members, a moderator decides.
pub fn decide_follower(kind: ActorKind, visibility: Visibility, decided: Decided) -> Decided {
    let is_told_to_others = kind == ActorKind::Group && visibility == Visibility::Members;
    if is_told_to_others && decided.verdict.is_admitted() {
        return Decided { verdict: Verdict::Hold(HoldReason::Approval), layer: Layer::Role, ..decided };
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{End, Sanctions};

    const NOW: Timestamp = Timestamp(1_000);

    fn facts() -> MirrorFacts {
        MirrorFacts {
            policy: PartnerPolicy::Mirror,
            visibility: Visibility::Public,
            is_limited: false,
            peering: Peering::Open,
            standing: Standing::default(),
            rule_refuses: false,
            rule_holds: false,
            was_shown: false,
        }
    }

    fn under(sanction: Sanction) -> Standing {
        let of = |one: Sanction| (one == sanction).then_some(End::Open);
        let group = Sanctions {
            ban: of(Sanction::Ban),
            mute: of(Sanction::Mute),
            probation: of(Sanction::Probation),
        };
        Standing { group, ..Standing::default() }
    }

    #[test]
    fn each_reason_has_its_outcome() {
        use MirrorReason as Reason;
        use Mirroring::{Refuse, Show, Wait};
        let table = [
            (facts(), Show),
            (MirrorFacts { policy: PartnerPolicy::Review, ..facts() }, Wait(Reason::Review)),
            (MirrorFacts { visibility: Visibility::Members, ..facts() }, Refuse(Reason::NotPublic)),
            (MirrorFacts { visibility: Visibility::Local, ..facts() }, Refuse(Reason::NotPublic)),
            (MirrorFacts { visibility: Visibility::Unlisted, ..facts() }, Refuse(Reason::NotPublic)),
            (MirrorFacts { is_limited: true, ..facts() }, Refuse(Reason::NotPublic)),
            (MirrorFacts { peering: Peering::Blocked, ..facts() }, Refuse(Reason::HostBlocked)),
            (MirrorFacts { peering: Peering::Limited, ..facts() }, Wait(Reason::HostLimited)),
            (MirrorFacts { standing: under(Sanction::Ban), ..facts() }, Refuse(Reason::Banned)),
            (MirrorFacts { standing: under(Sanction::Mute), ..facts() }, Refuse(Reason::Muted)),
            (MirrorFacts { standing: under(Sanction::Probation), ..facts() }, Wait(Reason::Probation)),
            (MirrorFacts { rule_refuses: true, ..facts() }, Refuse(Reason::Rule)),
            (MirrorFacts { rule_holds: true, ..facts() }, Wait(Reason::Rule)),
            // What is to wait anyway is refused all the same.
            (
                MirrorFacts { policy: PartnerPolicy::Review, rule_refuses: true, ..facts() },
                Refuse(Reason::Rule),
            ),
            // What was let in once and has changed.
            (MirrorFacts { policy: PartnerPolicy::Review, was_shown: true, ..facts() }, Show),
            (MirrorFacts { rule_holds: true, was_shown: true, ..facts() }, Wait(Reason::Rule)),
            (MirrorFacts { rule_refuses: true, was_shown: true, ..facts() }, Refuse(Reason::Rule)),
            (
                MirrorFacts { peering: Peering::Limited, was_shown: true, ..facts() },
                Wait(Reason::HostLimited),
            ),
        ];
        for (known, want) in table {
            assert_eq!(decide_mirror(&known, NOW), want, "{known:?}");
        }
    }

    #[test]
    fn a_link_has_come_as_far_as_the_partner_answered() {
        use PartnerPolicy::{List, Mirror};
        let table = [
            (List, false, Some(MembershipState::Member), PartnerState::Listed),
            (Mirror, false, Some(MembershipState::Member), PartnerState::Accepted),
            (Mirror, false, Some(MembershipState::Pending), PartnerState::Asked),
            (Mirror, false, None, PartnerState::Refused),
            (Mirror, true, None, PartnerState::Accepted),
        ];
        for (policy, is_local, asked, want) in table {
            assert_eq!(PartnerState::of(policy, is_local, asked), want, "{policy:?} {is_local} {asked:?}");
        }
    }

    #[test]
    fn only_posts_that_are_out_and_came_by_no_mirror_are_for_partners() {
        assert!(is_for_partners(EntryKind::Post, EntryState::Published, false));
        assert!(!is_for_partners(EntryKind::Post, EntryState::Published, true));
        assert!(!is_for_partners(EntryKind::Comment, EntryState::Published, false));
        assert!(!is_for_partners(EntryKind::Post, EntryState::Held, false));
    }

    #[test]
    fn a_group_waits_at_the_door_of_what_is_for_members_and_a_person_does_not() {
        let admitted = || Decided::by(Layer::Default, Verdict::Admit);
        let hold = Verdict::Hold(HoldReason::Approval);
        let of = |kind, visibility| decide_follower(kind, visibility, admitted()).verdict;
        assert_eq!(of(ActorKind::Group, Visibility::Members), hold);
        assert_eq!(of(ActorKind::Group, Visibility::Public), Verdict::Admit);
        assert_eq!(of(ActorKind::Person, Visibility::Members), Verdict::Admit);
    }
}
