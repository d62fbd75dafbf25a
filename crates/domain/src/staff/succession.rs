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
    /// What somebody was who has just left the staff, or has become less.
    pub lost: Option<StaffRole>,
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
/// kept what they did not give. Once they look after it, a helper alone does not take it out of their hands.
pub fn decide_succession(facts: &SuccessionFacts<'_>) -> Succession {
    let SuccessionFacts { staff, lost, is_in_care } = *facts;
    let able = |role| staff.iter().find(|one| one.is_able && one.role == role).map(|one| one.actor);
    let had = |role| lost >= Some(role) || staff.iter().any(|one| one.role >= role);
    match (able(StaffRole::Owner), able(StaffRole::Moderator), able(StaffRole::Helper)) {
        (Some(_), _, _) => Succession::Led,
        (None, Some(_), _) if !had(StaffRole::Owner) => Succession::Led,
        (None, None, _) if is_in_care => Succession::Care,
        (None, None, _) if !had(StaffRole::Moderator) => Succession::Led,
        (None, Some(next), _) | (None, None, Some(next)) => Succession::To(next),
        (None, None, None) => Succession::Care,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(actor: i64, role: StaffRole, is_able: bool) -> Candidate {
        Candidate { actor: ActorId(actor), role, is_able, is_gone: false }
    }

    fn decide(staff: &[Candidate], lost: Option<StaffRole>, is_in_care: bool) -> Succession {
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

    fn any_staff() -> impl Strategy<Value = Vec<Candidate>> {
        let role = proptest::sample::select(StaffRole::ALL);
        let any_one = (1_i64..9, role, any::<bool>());
        proptest::collection::vec(any_one.prop_map(|(actor, role, is_able)| one(actor, role, is_able)), 0..6)
    }

    proptest! {
        #[test]
        fn a_group_is_never_left_to_nobody_nor_to_somebody_who_cannot_act(
            staff in any_staff(),
            lost in proptest::option::of(proptest::sample::select(StaffRole::ALL)),
            is_in_care in any::<bool>(),
        ) {
            let had_lead = is_in_care || lost >= Some(StaffRole::Moderator) || staff.iter().any(|one| one.role.is_listed());
            match decide(&staff, lost, is_in_care) {
                Succession::Led => {
                    prop_assert!(!had_lead || staff.iter().any(|one| one.is_able && one.role.is_listed()));
                }
                Succession::To(next) => prop_assert!(
                    staff.iter().any(|one| one.actor == next && one.is_able && one.role != StaffRole::Owner)
                ),
                Succession::Care => {
                    prop_assert!(!staff.iter().any(|one| one.is_able && one.role.is_listed()));
                }
            }
        }
    }
}
