//! Moving a thread from one group to another.

use crate::staff::{NotPermitted, Permission, Powers};

/// What [`decide_move`] needs to know.
#[derive(Debug, Clone)]
pub struct MoveFacts {
    /// What the acting person may do in the group that the thread is in.
    pub powers: Powers,
    /// Whether that group is hosted here.
    pub is_local: bool,
    /// Whether a moderator asks for it here, and not another server.
    pub is_by_hand: bool,
    /// The group it is to go to, where that is known here.
    pub target: Option<MoveTarget>,
}

/// The group a thread is to go to.
#[derive(Debug, Clone)]
pub struct MoveTarget {
    /// It is the one that the thread is in.
    pub is_same: bool,
    /// Whether it is hosted here.
    pub is_local: bool,
    /// Whether one server hosts both groups, and so speaks for both.
    pub is_neighbour: bool,
    /// Whether the acting person may remove posts in it, and so bring some in.
    pub is_theirs: bool,
}

/// What becomes of a thread that is to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveOutcome {
    /// It is in the other group from now on.
    Moved,
    /// It leaves its group, and no other one here takes it.
    Removed,
    /// It is there already.
    Unchanged,
}

/// Decides what a `Move` of a thread does.
///
/// A moderator of the group it is in may send it away; where to is not theirs alone to say. A group takes it when they
/// moderate that one too, or when it is a neighbour of the first elsewhere. From a group hosted here a thread is only
/// removed when another server says so: what was announced in the name of one group cannot be announced once more in that
/// of another. A moderator of both may move it by hand between groups hosted here; other servers keep their copies where
/// they have them.
///
/// # Errors
/// [`NotPermitted`] of the group that the thread is in.
pub fn decide_move(facts: &MoveFacts) -> Result<MoveOutcome, NotPermitted> {
    facts.powers.demand(Permission::Remove)?;
    let Some(target) = &facts.target else { return Ok(MoveOutcome::Removed) };
    let is_taken = target.is_theirs || (target.is_neighbour && !target.is_local);
    Ok(match (target.is_same, facts.is_local) {
        (true, _) => MoveOutcome::Unchanged,
        (false, false) if is_taken => MoveOutcome::Moved,
        (false, true) if facts.is_by_hand && is_taken && target.is_local => MoveOutcome::Moved,
        (false, _) => MoveOutcome::Removed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: MoveTarget =
        MoveTarget { is_same: false, is_local: false, is_neighbour: false, is_theirs: false };

    fn moved(is_local: bool, target: Option<MoveTarget>) -> Result<MoveOutcome, NotPermitted> {
        decide_move(&MoveFacts { powers: Powers::OF_GROUP, is_local, is_by_hand: false, target })
    }

    #[test]
    fn only_who_may_remove_from_its_group_moves_a_thread() {
        let target = Some(MoveTarget { is_theirs: true, ..NOBODY });
        let facts = MoveFacts { powers: Powers::NONE, is_local: false, is_by_hand: true, target };
        let missing = NotPermitted::Missing { permission: Permission::Remove, is_staff: false };
        assert_eq!(decide_move(&facts), Err(missing));
    }

    #[test]
    fn by_hand_a_thread_moves_between_groups_here_that_the_moderator_moderates() {
        let by_hand = |target| {
            decide_move(&MoveFacts { powers: Powers::OF_GROUP, is_local: true, is_by_hand: true, target })
        };
        let ours = MoveTarget { is_theirs: true, is_local: true, ..NOBODY };
        assert_eq!(by_hand(Some(ours.clone())), Ok(MoveOutcome::Moved));
        assert_eq!(by_hand(Some(MoveTarget { is_theirs: false, ..ours.clone() })), Ok(MoveOutcome::Removed));
        assert_eq!(by_hand(Some(MoveTarget { is_local: false, ..ours })), Ok(MoveOutcome::Removed));
    }

    #[test]
    fn a_group_takes_what_its_moderators_or_its_own_server_bring() {
        assert_eq!(moved(false, Some(NOBODY)), Ok(MoveOutcome::Removed));
        assert_eq!(moved(false, None), Ok(MoveOutcome::Removed));
        let brought = [
            MoveTarget { is_theirs: true, ..NOBODY },
            MoveTarget { is_theirs: true, is_local: true, ..NOBODY },
            MoveTarget { is_neighbour: true, ..NOBODY },
        ];
        for target in brought {
            assert_eq!(moved(false, Some(target.clone())), Ok(MoveOutcome::Moved), "{target:?}");
            assert_eq!(moved(true, Some(target)), Ok(MoveOutcome::Removed));
        }
        let ours = MoveTarget { is_neighbour: true, is_local: true, ..NOBODY };
        assert_eq!(moved(false, Some(ours)), Ok(MoveOutcome::Removed));
        assert_eq!(moved(false, Some(MoveTarget { is_same: true, ..NOBODY })), Ok(MoveOutcome::Unchanged));
    }
}
