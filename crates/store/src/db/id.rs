//! Keys: 63-bit numbers that grow with time.
//!
//! From the top: 41 bits of milliseconds since 2024-01-01 UTC (until 2093), 10 bits of node, 12 bits of sequence.

use std::sync::atomic::{AtomicI64, Ordering};

/// 2024-01-01T00:00:00Z in Unix milliseconds.
const EPOCH_MS: i64 = 1_704_067_200_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;
const MAX_TICK: i64 = (1 << (63 - NODE_BITS)) - 1;

/// Makes keys for one node, from any thread. One per process; the node number comes from a lease.
///
/// Keys of one generator always grow, even when the clock steps back or more than 4096 are wanted in a millisecond:
/// then they run ahead of the clock.
#[derive(Debug)]
pub struct IdGenerator {
    node: i64,
    /// Milliseconds since the epoch and sequence of the last key, without the node between them.
    last: AtomicI64,
}

/// A node number above [`IdGenerator::MAX_NODE`].
#[derive(Debug, thiserror::Error)]
#[error("node number {0} is above 1023")]
pub struct NodeOutOfRange(u16);

impl IdGenerator {
    /// The highest node number.
    pub const MAX_NODE: u16 = (1 << NODE_BITS) - 1;

    /// A generator for `node`, from 0 to [`Self::MAX_NODE`].
    pub fn new(node: u16) -> Result<Self, NodeOutOfRange> {
        Self::after(node, 0)
    }

    /// As [`new`](Self::new), with every key later than `last_id`: for a start after the clock was set back.
    pub fn after(node: u16, last_id: i64) -> Result<Self, NodeOutOfRange> {
        if node > Self::MAX_NODE {
            return Err(NodeOutOfRange(node));
        }
        let last_ms = last_id.max(0) >> (NODE_BITS + SEQUENCE_BITS);
        // The whole millisecond is left alone, since another node may have made `last_id`.
        let last = if last_id > 0 { ((last_ms + 1) << SEQUENCE_BITS) - 1 } else { 0 };
        Ok(Self { node: i64::from(node), last: AtomicI64::new(last) })
    }

    /// The next key, at `now_ms` Unix milliseconds. A time before 2024 counts as the start of 2024.
    pub fn next(&self, now_ms: i64) -> i64 {
        let now = now_ms.saturating_sub(EPOCH_MS).clamp(0, MAX_TICK >> SEQUENCE_BITS) << SEQUENCE_BITS;
        let step = |last: i64| Some(now.max(last + 1).min(MAX_TICK));
        // The closure never gives None, so both arms hold the tick before this one.
        let last = match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => last,
        };
        let tick = now.max(last + 1).min(MAX_TICK);
        let sequence = tick & ((1 << SEQUENCE_BITS) - 1);
        ((tick >> SEQUENCE_BITS) << (NODE_BITS + SEQUENCE_BITS)) | (self.node << SEQUENCE_BITS) | sequence
    }

    /// The least key that can be made at `unix_ms`: keys from here on are not older, but for clocks that differ.
    pub fn first_at(unix_ms: i64) -> i64 {
        unix_ms.saturating_sub(EPOCH_MS).max(0) << (NODE_BITS + SEQUENCE_BITS)
    }

    /// When `id` was made, in Unix milliseconds.
    pub fn unix_ms(id: i64) -> i64 {
        (id >> (NODE_BITS + SEQUENCE_BITS)) + EPOCH_MS
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    #[test]
    fn a_key_tells_its_time_and_its_node() {
        let id = IdGenerator::new(5).unwrap().next(NOW);
        assert_eq!(IdGenerator::unix_ms(id), NOW);
        assert_eq!((id >> SEQUENCE_BITS) & i64::from(IdGenerator::MAX_NODE), 5);
    }

    #[test]
    fn keys_keep_growing_when_the_clock_steps_back() {
        let ids = IdGenerator::new(1).unwrap();
        let first = ids.next(NOW);
        assert!(ids.next(NOW - 60_000) > first);
    }

    #[test]
    fn a_full_millisecond_runs_over_into_the_next() {
        let ids = IdGenerator::new(0).unwrap();
        let made: Vec<i64> = (0..5000).map(|_| ids.next(NOW)).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert_eq!(IdGenerator::unix_ms(made[4095]), NOW);
        assert_eq!(IdGenerator::unix_ms(made[4096]), NOW + 1);
    }

    #[test]
    fn a_restart_continues_after_the_last_stored_key() {
        let last = IdGenerator::new(IdGenerator::MAX_NODE).unwrap().next(NOW);
        assert!(IdGenerator::after(0, last).unwrap().next(NOW - 3_600_000) > last);
    }

    #[test]
    fn threads_never_share_a_key() {
        let ids = IdGenerator::new(3).unwrap();
        let made: Vec<Vec<i64>> = std::thread::scope(|scope| {
            let thread = || scope.spawn(|| (0..2000).map(|_| ids.next(NOW)).collect::<Vec<_>>());
            [thread(), thread(), thread(), thread()].map(|t| t.join().unwrap()).into()
        });
        let distinct: HashSet<i64> = made.iter().flatten().copied().collect();
        assert_eq!(distinct.len(), 8000);
    }

    #[test]
    fn a_node_number_that_does_not_fit_is_refused() {
        assert!(IdGenerator::new(1023).is_ok());
        assert!(IdGenerator::new(1024).is_err());
    }

    proptest! {
        #[test]
        fn any_clock_gives_a_positive_growing_key(clock in proptest::collection::vec(any::<i64>(), 1..50)) {
            let ids = IdGenerator::new(1023).unwrap();
            let made: Vec<i64> = clock.into_iter().map(|now| ids.next(now)).collect();
            prop_assert!(made.iter().all(|id| *id >= 0));
            // The very last millisecond of the range (year 2093) has no successor.
            let sound: Vec<_> = made.into_iter().filter(|id| *id < i64::MAX >> 1).collect();
            prop_assert!(sound.is_sorted_by(|a, b| a < b));
        }
    }
}
