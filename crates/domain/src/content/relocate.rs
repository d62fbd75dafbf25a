//! Moving a thread from one group to another.

use crate::{
    group::Visibility,
    staff::{NotPermitted, Permission, Powers},
};

/// What [`decide_move`] needs to know.
#[derive(Debug, Clone)]
pub struct MoveFacts {
    /// What the acting person may do in the group that the thread is in.
    pub powers: Powers,
    /// Whether that group is hosted here.
    pub is_local: bool,
    /// Who may read in it.
    pub visibility: Visibility,
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
    /// Who may read in it.
    pub visibility: Visibility,
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

/// Why a thread does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefusal {
    /// Not a moderator of the group that it is in.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Others would read it there than those for whom it was written.
    #[error("a thread moves only to a group of the same visibility, or to one that fewer may read")]
    Wider,
}

/// Decides what a `Move` of a thread does.
///
/// A moderator of the group it is in may send it away; where to is not theirs alone to say. A group takes it when they
/// moderate that one too, or when it is a neighbour of the first elsewhere. From a group hosted here a thread is only
/// removed when another server says so: what was announced in the name of one group cannot be announced once more in that
/// of another. A moderator of both may move it by hand between groups hosted here; other servers keep their copies where
/// they have them. What was written for some is not shown to others by a move, whoever moderates both.
///
/// # Errors
/// [`MoveRefusal`]; the thread stays where it is.
pub fn decide_move(facts: &MoveFacts) -> Result<MoveOutcome, MoveRefusal> {
    facts.powers.demand(Permission::Remove)?;
    let Some(target) = &facts.target else { return Ok(MoveOutcome::Removed) };
    let is_taken = target.is_theirs || (target.is_neighbour && !target.is_local);
    let decided = match (target.is_same, facts.is_local) {
        (true, _) => MoveOutcome::Unchanged,
        (false, false) if is_taken => MoveOutcome::Moved,
        (false, true) if facts.is_by_hand && is_taken && target.is_local => MoveOutcome::Moved,
        (false, _) => MoveOutcome::Removed,
    };
    if decided == MoveOutcome::Moved && is_wider(facts.visibility, target.visibility) {
        return Err(MoveRefusal::Wider);
    }
    Ok(decided)
}

/// Whether somebody reads, or is shown, in a group of visibility `to` what they are not in one of `from`. Neither the
/// members of a group nor the people of this server are a part of the others.
fn is_wider(from: Visibility, to: Visibility) -> bool {
    use Visibility::{Local, Members, Public, Unlisted};
    match (from, to) {
        (Public, Public | Unlisted | Members | Local)
        | (Unlisted, Unlisted | Members | Local)
        | (Members, Members)
        | (Local, Local) => false,
        (Unlisted, Public) | (Members, Public | Unlisted | Local) | (Local, Public | Unlisted | Members) => {
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: MoveTarget = MoveTarget {
        is_same: false,
        is_local: false,
        visibility: Visibility::Public,
        is_neighbour: false,
        is_theirs: false,
    };

    fn facts(target: Option<MoveTarget>) -> MoveFacts {
        let (powers, visibility) = (Powers::OF_GROUP, Visibility::Public);
        MoveFacts { powers, is_local: true, visibility, is_by_hand: true, target }
    }

    fn moved(is_local: bool, target: Option<MoveTarget>) -> Result<MoveOutcome, MoveRefusal> {
        decide_move(&MoveFacts { is_local, is_by_hand: false, ..facts(target) })
    }

    #[test]
    fn only_who_may_remove_from_its_group_moves_a_thread() {
        let target = Some(MoveTarget { is_theirs: true, ..NOBODY });
        let facts = MoveFacts { powers: Powers::NONE, is_local: false, ..facts(target) };
        let missing = NotPermitted::Missing { permission: Permission::Remove, is_staff: false };
        assert_eq!(decide_move(&facts), Err(missing.into()));
    }

    #[test]
    fn by_hand_a_thread_moves_between_groups_here_that_the_moderator_moderates() {
        let by_hand = |target| decide_move(&facts(target));
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

    #[test]
    fn no_move_shows_a_thread_to_others_than_it_was_written_for() {
        use Visibility::{Local, Members, Public, Unlisted};
        for (from, fine) in [
            (Public, &[Public, Unlisted, Members, Local][..]),
            (Unlisted, &[Unlisted, Members, Local]),
            (Members, &[Members]),
            (Local, &[Local]),
        ] {
            for to in Visibility::ALL {
                let target = MoveTarget { visibility: *to, is_local: true, is_theirs: true, ..NOBODY };
                let decided = decide_move(&MoveFacts { visibility: from, ..facts(Some(target)) });
                let want = if fine.contains(to) { Ok(MoveOutcome::Moved) } else { Err(MoveRefusal::Wider) };
                assert_eq!(decided, want, "{from} to {to}");
            }
        }
    }
}
