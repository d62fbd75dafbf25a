//! Votes: one per actor and entry; a new one replaces the old one.

use crate::{
    admission::{Decided, Refusal, Verdict},
    content::EntryState,
};

/// A vote on an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// For: `Like` on the wire.
    Up,
    /// Against: `Dislike` on the wire.
    Down,
}

impl Vote {
    /// `1` or `-1`, as stored and as the API has it.
    pub fn value(self) -> i64 {
        match self {
            Self::Up => 1,
            Self::Down => -1,
        }
    }

    /// Reads the API's value: `Some(None)` withdraws the vote, `None` is no vote at all.
    pub fn from_value(value: i64) -> Option<Option<Self>> {
        match value {
            1 => Some(Some(Self::Up)),
            0 => Some(None),
            -1 => Some(Some(Self::Down)),
            _ => None,
        }
    }
}

/// Votes counted on one entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Votes for.
    pub up: i64,
    /// Votes against.
    pub down: i64,
}

impl Tally {
    /// For less against.
    pub fn score(self) -> i64 {
        self.up - self.down
    }

    fn counting(vote: Option<Vote>) -> Self {
        Self { up: i64::from(vote == Some(Vote::Up)), down: i64::from(vote == Some(Vote::Down)) }
    }
}

/// What [`decide_vote`] needs to know.
#[derive(Debug, Clone)]
pub struct VoteFacts {
    /// State of the entry voted on.
    pub entry_state: EntryState,
    /// The voter's vote so far.
    pub current: Option<Vote>,
}

/// What a vote changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteOutcome {
    /// Recorded; add this to the tally.
    Changed(Tally),
    /// The same vote again.
    Unchanged,
}

/// Why a vote does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoteRefusal {
    /// Not published, or no longer.
    #[error("this cannot be voted on")]
    NotOpen,
    /// The group does not take it.
    #[error("{}", .0.explanation())]
    NotAdmitted(Refusal),
}

/// Decides what a vote (`Some`) or its withdrawal (`None`) changes. `admission` is what the pipeline says to a vote of this
/// voter; it is asked only where there is one.
///
/// # Errors
/// A [`VoteRefusal`] when it does not count. A withdrawal always counts: nobody is kept in a vote.
pub fn decide_vote(
    facts: &VoteFacts,
    wanted: Option<Vote>,
    admission: impl FnOnce() -> Decided,
) -> Result<VoteOutcome, VoteRefusal> {
    if wanted.is_some() {
        if facts.entry_state != EntryState::Published {
            return Err(VoteRefusal::NotOpen);
        }
        if let Verdict::Refuse(refusal) | Verdict::Drop(refusal) = admission().verdict {
            return Err(VoteRefusal::NotAdmitted(refusal));
        }
    }
    if facts.current == wanted {
        return Ok(VoteOutcome::Unchanged);
    }
    let (before, after) = (Tally::counting(facts.current), Tally::counting(wanted));
    Ok(VoteOutcome::Changed(Tally { up: after.up - before.up, down: after.down - before.down }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::admission::Layer;

    fn facts(current: Option<Vote>) -> VoteFacts {
        VoteFacts { entry_state: EntryState::Published, current }
    }

    fn admitted() -> Decided {
        Decided::by(Layer::Default, Verdict::Admit)
    }

    #[test]
    fn a_dislike_after_a_like_replaces_it() {
        let outcome = decide_vote(&facts(Some(Vote::Up)), Some(Vote::Down), admitted);
        assert_eq!(outcome, Ok(VoteOutcome::Changed(Tally { up: -1, down: 1 })));
    }

    #[test]
    fn whose_votes_are_not_taken_may_still_withdraw_one() {
        let banned = || Decided::by(Layer::Standing, Verdict::Refuse(Refusal::Banned));
        let held = facts(Some(Vote::Up));
        let refused = Err(VoteRefusal::NotAdmitted(Refusal::Banned));
        assert_eq!(decide_vote(&held, Some(Vote::Down), banned), refused);
        assert_eq!(decide_vote(&held, None, banned), Ok(VoteOutcome::Changed(Tally { up: -1, down: 0 })));
    }

    proptest! {
        #[test]
        fn the_tally_is_always_the_last_vote(votes in proptest::collection::vec(-1_i64..=1, 0..20)) {
            let mut tally = Tally::default();
            let mut current = None;
            for value in &votes {
                let wanted = Vote::from_value(*value).unwrap();
                if let Ok(VoteOutcome::Changed(change)) = decide_vote(&facts(current), wanted, admitted) {
                    tally = Tally { up: tally.up + change.up, down: tally.down + change.down };
                }
                current = wanted;
            }
            prop_assert_eq!(tally, Tally::counting(current));
        }
    }
}
