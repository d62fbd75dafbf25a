//! Which parts of the inbox are this node's, at this moment.
//!
//! A sender's activities are all in one part, and a part is one node's at a time. The order of a sender rests on this:
//! its next activity is started only while the lease on its part still holds by this node's clock, and only after the
//! one before it has ended, or been put off, in the database. A node that overslept can at most finish what was under
//! way; that it was ended by another meanwhile it hears from `received::finish`, and it has no effect then.

use std::sync::{Mutex, MutexGuard, PoisonError};

use guildhall_domain::Timestamp;
use guildhall_store::received::SHARDS;
use tokio::sync::Notify;

/// A set of shards, one bit each.
pub(super) type Set = u64;

/// All of them.
pub(super) const EVERY: Set = Set::MAX;

/// The shards of this node.
pub(crate) struct Shards {
    state: Mutex<State>,
    /// Rung when shards were taken or lost.
    changed: Notify,
    /// Rung when the last activity of a shard that is to be given back has ended.
    drained: Notify,
}

struct State {
    /// Until when each is ours.
    until: [Timestamp; SHARDS as usize],
    /// Those that are to be given back: nothing is started in them.
    leaving: Set,
    /// Activities under way.
    running: [u32; SHARDS as usize],
    /// Until when it is certain that there is no other node.
    alone_until: Timestamp,
}

impl Shards {
    /// All, for good, where this is the only process; none yet, where it may not be.
    pub(crate) fn new(is_shared: bool) -> Self {
        let until = if is_shared { Timestamp(0) } else { Timestamp(i64::MAX) };
        let state = State {
            until: [until; SHARDS as usize],
            leaving: 0,
            running: [0; SHARDS as usize],
            alone_until: until,
        };
        Self { state: Mutex::new(state), changed: Notify::new(), drained: Notify::new() }
    }

    /// Whether something of a shard may be started.
    pub(super) fn holds(&self, shard: u8, now: Timestamp) -> bool {
        self.lock().is_open(index(shard), now)
    }

    /// Whether all of the inbox is this node's and no other can have taken anything in meanwhile.
    pub(super) fn is_alone(&self, now: Timestamp) -> bool {
        let state = self.lock();
        state.alone_until.is_after(now) && (0..SHARDS).all(|shard| state.is_open(index(shard), now))
    }

    /// Begins an activity. `false`: its shard is not this node's any more.
    pub(super) fn begin(&self, shard: u8, now: Timestamp) -> bool {
        let mut state = self.lock();
        let is_open = state.is_open(index(shard), now);
        if is_open {
            state.running[index(shard)] += 1;
        }
        is_open
    }

    /// Ends what [`begin`](Self::begin) began.
    pub(super) fn end(&self, shard: u8) {
        let mut state = self.lock();
        let running = &mut state.running[index(shard)];
        *running = running.saturating_sub(1);
        if *running == 0 && contains(state.leaving, shard) {
            self.drained.notify_one();
        }
    }

    /// Notes what is ours until when, after the leases were renewed, and whether there is nobody else.
    pub(super) fn set(&self, held: Set, until: Timestamp, alone_until: Timestamp) {
        let mut state = self.lock();
        let mut has_changed = false;
        for shard in 0..SHARDS {
            let before = state.until[index(shard)];
            let after = if contains(held, shard) { until } else { Timestamp(0) };
            has_changed |= (before == Timestamp(0)) != (after == Timestamp(0));
            state.until[index(shard)] = after;
        }
        state.leaving &= held;
        has_changed |= (state.alone_until == Timestamp(0)) != (alone_until == Timestamp(0));
        state.alone_until = alone_until;
        drop(state);
        if has_changed {
            self.changed.notify_one();
        }
    }

    /// Notes how long it is certain that there is nobody else.
    pub(super) fn set_alone(&self, alone_until: Timestamp) {
        self.lock().alone_until = alone_until;
    }

    /// Starts nothing more in these, and again in others.
    pub(super) fn leave(&self, shards: Set) {
        let before = std::mem::replace(&mut self.lock().leaving, shards);
        if before != shards {
            self.changed.notify_one();
        }
    }

    /// Those to be given back in which nothing is under way.
    pub(super) fn drained(&self) -> Set {
        let state = self.lock();
        set_of(
            (0..SHARDS).filter(|shard| contains(state.leaving, *shard) && state.running[index(*shard)] == 0),
        )
    }

    /// Those whose lease has not ended at `now`, to be given back or not.
    pub(super) fn held(&self, now: Timestamp) -> Set {
        let state = self.lock();
        set_of((0..SHARDS).filter(|shard| state.until[index(*shard)].is_after(now)))
    }

    /// Those in which something may be started.
    pub(super) fn open(&self, now: Timestamp) -> Vec<u8> {
        let state = self.lock();
        (0..SHARDS).filter(|shard| state.is_open(index(*shard), now)).collect()
    }

    /// Waits until shards were taken or lost.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Waits until something can be given back.
    pub(super) async fn has_drained(&self) {
        self.drained.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_open(&self, index: usize, now: Timestamp) -> bool {
        self.until[index].is_after(now) && self.leaving & (1 << index) == 0
    }
}

fn index(shard: u8) -> usize {
    usize::from(shard % SHARDS)
}

/// Whether a shard is in a set.
pub(super) fn contains(set: Set, shard: u8) -> bool {
    set & (1 << shard) != 0
}

/// The set of some shards.
pub(super) fn set_of(shards: impl IntoIterator<Item = u8>) -> Set {
    shards.into_iter().fold(0, |set, shard| set | (1 << shard))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);
    const LATER: Timestamp = Timestamp(2_000);

    #[test]
    fn nothing_is_begun_in_a_shard_of_others_or_after_its_lease() {
        let shards = Shards::new(true);
        assert!(!shards.begin(3, NOW), "taken by nobody yet");
        shards.set(set_of([3]), LATER, Timestamp(0));
        assert!(shards.begin(3, NOW) && !shards.begin(4, NOW));
        assert!(!shards.begin(3, LATER), "its lease has ended");
        shards.set(0, LATER, Timestamp(0));
        assert!(!shards.begin(3, NOW), "lost");
    }

    #[test]
    fn a_shard_is_given_back_when_what_is_under_way_has_ended() {
        let shards = Shards::new(true);
        shards.set(set_of([3, 4]), LATER, Timestamp(0));
        assert!(shards.begin(3, NOW));
        shards.leave(set_of([3, 4]));
        assert!(!shards.begin(3, NOW), "nothing is started any more");
        assert_eq!(shards.drained(), set_of([4]));
        shards.end(3);
        assert_eq!(shards.drained(), set_of([3, 4]));
        assert_eq!(shards.held(NOW), set_of([3, 4]), "ours until it is given back");
        shards.set(set_of([4]), LATER, Timestamp(0));
        assert_eq!(shards.drained(), set_of([4]));
    }

    #[test]
    fn one_is_alone_with_everything_and_for_certain() {
        let shards = Shards::new(true);
        shards.set(EVERY, LATER, NOW);
        assert!(!shards.is_alone(NOW), "somebody may have come");
        shards.set_alone(LATER);
        assert!(shards.is_alone(NOW));
        shards.leave(set_of([63]));
        assert!(!shards.is_alone(NOW));
        assert!(Shards::new(false).is_alone(LATER), "a file has one process");
    }
}
