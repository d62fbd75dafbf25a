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
}

/// What becomes of the lead of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// Somebody leads it.
    Led,
    /// It goes to somebody, who becomes its owner.
    To(ActorId),
    /// Nobody is left: those who run the instance look after it.
    Care,
}

/// Decides who leads a group from now on. `staff`: longest in office first; `lost_owner`: an owner has just laid it down, or
/// was dismissed.
///
/// A group that never had an owner is led by its moderators: those who run the instance gave it to them, and kept the rest.
pub fn decide_succession(staff: &[Candidate], lost_owner: bool) -> Succession {
    let able = |role| staff.iter().find(|one| one.is_able && one.role == role).map(|one| one.actor);
    if able(StaffRole::Owner).is_some() {
        return Succession::Led;
    }
    let had_owner = lost_owner || staff.iter().any(|one| one.role == StaffRole::Owner);
    match (able(StaffRole::Moderator), able(StaffRole::Helper)) {
        (Some(_), _) if !had_owner => Succession::Led,
        (Some(next), _) | (None, Some(next)) => Succession::To(next),
        (None, None) => Succession::Care,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(actor: i64, role: StaffRole, is_able: bool) -> Candidate {
        Candidate { actor: ActorId(actor), role, is_able }
    }

    #[test]
    fn the_lead_goes_to_the_longest_serving_moderator_then_to_a_helper_then_to_the_instance() {
        use StaffRole::{Helper, Moderator, Owner};
        use Succession::{Care, Led, To};
        let (gone, here) = (one(1, Owner, false), one(1, Owner, true));
        let (second, third) = (one(2, Moderator, true), one(3, Moderator, true));
        let (away, helper) = (one(4, Moderator, false), one(5, Helper, true));
        for (staff, lost_owner, expected) in [
            (vec![here, second], false, Led),
            (vec![gone, second, third], false, To(ActorId(2))),
            (vec![gone, away, third], false, To(ActorId(3))),
            (vec![gone, helper, second], false, To(ActorId(2))),
            (vec![gone, away, helper], false, To(ActorId(5))),
            (vec![gone, away], false, Care),
            (vec![second], true, To(ActorId(2))),
            (vec![second], false, Led),
            (vec![away, helper], false, To(ActorId(5))),
            (vec![], true, Care),
            (vec![], false, Care),
        ] {
            assert_eq!(decide_succession(&staff, lost_owner), expected, "{staff:?}");
        }
    }

    fn any_staff() -> impl Strategy<Value = Vec<Candidate>> {
        let role = proptest::sample::select(StaffRole::ALL);
        proptest::collection::vec((1_i64..9, role, any::<bool>()), 0..6).prop_map(|staff| {
            staff.into_iter().map(|(actor, role, is_able)| one(actor, role, is_able)).collect()
        })
    }

    proptest! {
        #[test]
        fn a_group_is_never_left_to_nobody_nor_to_somebody_who_cannot_act(
            staff in any_staff(),
            lost_owner in any::<bool>(),
        ) {
            match decide_succession(&staff, lost_owner) {
                Succession::Led => prop_assert!(staff.iter().any(|one| one.is_able && one.role.is_listed())),
                Succession::To(next) => prop_assert!(
                    staff.iter().any(|one| one.actor == next && one.is_able && one.role != StaffRole::Owner)
                ),
                Succession::Care => prop_assert!(staff.iter().all(|one| !one.is_able)),
            }
        }
    }
}
