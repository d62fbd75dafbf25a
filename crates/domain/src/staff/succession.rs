//! Who follows when nobody is left to lead a group.

use super::StaffRole;
use crate::id::ActorId;

/// Somebody on the staff of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub actor: ActorId,
    /// What they are.
    pub role: StaffRole,
    /// Whether they could act: their actor is there, nobody has banned them, and they were present lately.
    pub is_able: bool,
    /// Whether their actor is gone for good.
    pub is_gone: bool,
}

/// What [`decide_succession`] needs to know.
#[derive(Debug, Clone, Copy)]
pub struct SuccessionFacts<'a> {
    /// Who is on the staff, longest in office first.
    pub staff: &'a [Candidate],
    /// Who has just left the staff, or has become less, and what they were.
    pub lost: Option<(ActorId, StaffRole)>,
    /// Whether those who run the instance look after the group already.
    pub is_in_care: bool,
}

/// What becomes of the lead of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// Somebody leads it, or nobody ever did.
    Led,
    /// It goes to somebody, who becomes its owner.
    To(ActorId),
    /// Nobody is left: those who run the instance look after it.
    Care,
}

/// Decides who leads a group from now on: an owner, else the longest-serving moderator, else the longest-serving helper, else
/// those who run the instance.
///
/// A group that never had an owner is led by its moderators, and one that had neither by those who run the instance: they
/// kept what they did not give. Once they look after it, a helper alone does not take it out of their hands. Whoever has just
/// become less is not made more again by that: an owner who is the only moderator from now on leads the group as one.
pub fn decide_succession(facts: &SuccessionFacts<'_>) -> Succession {
    let SuccessionFacts { staff, lost, is_in_care } = *facts;
    let is_able = |role| staff.iter().any(|one| one.is_able && one.role == role);
    let had = |role| lost.is_some_and(|(_, was)| was >= role) || staff.iter().any(|one| one.role >= role);
    if is_able(StaffRole::Owner) || (is_able(StaffRole::Moderator) && !had(StaffRole::Owner)) {
        return Succession::Led;
    }
    let may_follow = |one: &&Candidate| one.is_able && lost.is_none_or(|(who, _)| who != one.actor);
    let next = |role| staff.iter().filter(may_follow).find(|one| one.role == role).map(|one| one.actor);
    match next(StaffRole::Moderator) {
        Some(next) => Succession::To(next),
        None if is_able(StaffRole::Moderator) => Succession::Led,
        None if is_in_care => Succession::Care,
        None if !had(StaffRole::Moderator) => Succession::Led,
        None => next(StaffRole::Helper).map_or(Succession::Care, Succession::To),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(actor: i64, role: StaffRole, is_able: bool) -> Candidate {
        Candidate { actor: ActorId(actor), role, is_able, is_gone: false }
    }

    /// Somebody else has gone, who was `lost`.
    fn decide(staff: &[Candidate], lost: Option<StaffRole>, is_in_care: bool) -> Succession {
        let lost = lost.map(|role| (ActorId(0), role));
        decide_succession(&SuccessionFacts { staff, lost, is_in_care })
    }

    #[test]
    fn the_lead_goes_to_the_longest_serving_moderator_then_to_a_helper_then_to_the_instance() {
        use StaffRole::{Helper, Moderator, Owner};
        use Succession::{Care, Led, To};
        let (gone, here) = (one(1, Owner, false), one(1, Owner, true));
        let (second, third) = (one(2, Moderator, true), one(3, Moderator, true));
        let (away, helper) = (one(4, Moderator, false), one(5, Helper, true));
        for (staff, lost, expected) in [
            (vec![here, second], None, Led),
            (vec![gone, second, third], None, To(ActorId(2))),
            (vec![gone, away, third], None, To(ActorId(3))),
            (vec![gone, helper, second], None, To(ActorId(2))),
            (vec![gone, away, helper], None, To(ActorId(5))),
            (vec![gone, away], None, Care),
            (vec![second], Some(Owner), To(ActorId(2))),
            (vec![second], Some(Moderator), Led),
            (vec![helper], Some(Moderator), To(ActorId(5))),
            (vec![away, helper], None, To(ActorId(5))),
            (vec![], Some(Owner), Care),
            (vec![], Some(Moderator), Care),
            (vec![second], None, Led),
            (vec![helper], None, Led),
            (vec![], Some(Helper), Led),
            (vec![], None, Led),
        ] {
            assert_eq!(decide(&staff, lost, false), expected, "{staff:?} {lost:?}");
        }
        for (staff, expected) in
            [(vec![], Care), (vec![helper], Care), (vec![second], Led), (vec![gone, second], To(ActorId(2)))]
        {
            assert_eq!(decide(&staff, None, true), expected, "in care: {staff:?}");
        }
    }

    #[test]
    fn who_has_just_become_less_is_not_made_more_again() {
        use StaffRole::{Helper, Moderator, Owner};
        use Succession::{Care, Led, To};
        let (moderator, helper) = (one(1, Moderator, true), one(1, Helper, true));
        let (second, away, other) = (one(2, Moderator, true), one(3, Moderator, false), one(4, Helper, true));
        for (staff, was, expected) in [
            (vec![moderator], Owner, Led),
            (vec![moderator, second], Owner, To(ActorId(2))),
            (vec![moderator, away], Owner, Led),
            (vec![moderator, other], Owner, Led),
            (vec![moderator, one(5, Owner, true)], Owner, Led),
            (vec![helper], Owner, Care),
            (vec![helper], Moderator, Care),
            (vec![helper, other], Moderator, To(ActorId(4))),
            (vec![helper, second], Owner, To(ActorId(2))),
            (vec![helper, second], Moderator, Led),
        ] {
            let facts = SuccessionFacts { staff: &staff, lost: Some((ActorId(1), was)), is_in_care: false };
            assert_eq!(decide_succession(&facts), expected, "{staff:?} {was:?}");
        }
    }

    fn any_staff() -> impl Strategy<Value = Vec<Candidate>> {
        let role = proptest::sample::select(StaffRole::ALL);
        let any_one = (1_i64..9, role, any::<bool>());
        proptest::collection::vec(any_one.prop_map(|(actor, role, is_able)| one(actor, role, is_able)), 0..6)
    }

    proptest! {
        #[test]
        fn a_group_is_never_left_to_nobody_nor_to_somebody_who_cannot_act(
            staff in any_staff(),
            lost in proptest::option::of((1_i64..9, proptest::sample::select(StaffRole::ALL))),
            is_in_care in any::<bool>(),
        ) {
            let lost = lost.map(|(who, was)| (ActorId(who), was));
            let lost_lead = lost.is_some_and(|(_, was)| was.is_listed());
            let had_lead = is_in_care || lost_lead || staff.iter().any(|one| one.role.is_listed());
            match decide_succession(&SuccessionFacts { staff: &staff, lost, is_in_care }) {
                Succession::Led => {
                    prop_assert!(!had_lead || staff.iter().any(|one| one.is_able && one.role.is_listed()));
                }
                Succession::To(next) => {
                    prop_assert!(lost.is_none_or(|(who, _)| who != next));
                    prop_assert!(
                        staff.iter().any(|one| one.actor == next && one.is_able && one.role != StaffRole::Owner)
                    );
                }
                Succession::Care => {
                    prop_assert!(!staff.iter().any(|one| one.is_able && one.role.is_listed()));
                }
            }
        }
    }
}
