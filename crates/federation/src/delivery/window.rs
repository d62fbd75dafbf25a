//! What is known of a host's next deliveries: a stretch of the log, in order, with what has happened to each.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use guildhall_domain::{ActorId, GroupId, Timestamp};
use guildhall_store::delivery::{Position, log};

/// Failures on a host that is well otherwise, before an item is given up.
const MOST_STRIKES: u32 = 10;
/// Attempts at an item for which news of its sender waits, and at that news, for which the rest waits.
const MOST_PATIENCE: u32 = 3;

/// One item for one inbox.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    /// The item's place in the log.
    pub(super) seq: i64,
    /// Where it goes.
    pub(super) inbox: Arc<str>,
    /// Who signs.
    pub(super) sender: ActorId,
    /// The group to whose followers it goes.
    pub(super) group: Option<GroupId>,
    /// What is to stay in order.
    pub(super) order_key: Arc<str>,
    /// What is sent.
    pub(super) body: Bytes,
}

impl Parcel {
    /// Whether it is what the sender says of itself.
    pub(super) fn is_of_sender(&self) -> bool {
        log::is_order_key_of(&self.order_key, self.sender)
    }
}

/// A parcel with what has happened to it.
#[derive(Debug)]
struct Waiting {
    parcel: Parcel,
    /// What the sender says of itself.
    is_of_sender: bool,
    in_flight: bool,
    attempts: u32,
    /// Failures with a success of the host between each and the one before.
    strikes: u32,
    /// The host's successes when it last failed.
    successes_then: u64,
    not_before: Timestamp,
}

/// Which parcel to take next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    /// The first in order that is due.
    InOrder,
    /// The least tried, due or not: to find out whether a failing host is back, without letting one bad item decide it.
    Probe,
}

/// The parcels of one host that are not done, in the order of the log, and how far the log was read.
#[derive(Debug)]
pub(super) struct Window {
    waiting: Vec<Waiting>,
    position: Position,
    is_end: bool,
    successes: u64,
}

impl Window {
    /// Begins behind `cursor`.
    pub(super) fn after(cursor: i64) -> Self {
        Self { waiting: Vec::new(), position: Position::after(cursor), is_end: false, successes: 0 }
    }

    /// How many are not done.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How far the log was read.
    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    /// Whether the log was read to its end.
    pub(super) fn is_end(&self) -> bool {
        self.is_end
    }

    /// There may be more at the end of the log by now.
    pub(super) fn look_again(&mut self) {
        self.is_end = false;
    }

    /// The item up to which, and including which, everything is done.
    pub(super) fn cursor(&self) -> i64 {
        let read = self.position.passed();
        self.waiting.first().map_or(read, |first| read.min(first.parcel.seq - 1))
    }

    /// Adds what was read next.
    pub(super) fn extend(&mut self, parcels: Vec<Parcel>, position: Position, is_end: bool) {
        self.add_ahead(parcels);
        self.position = position;
        self.is_end = is_end;
    }

    /// Adds some of what comes after the position, which stays; what was added so before stays as it is.
    pub(super) fn add_ahead(&mut self, mut parcels: Vec<Parcel>) {
        parcels.retain(|parcel| self.find(parcel.seq, &parcel.inbox).is_none());
        let is_ahead = |parcel: &Parcel| self.waiting.last().is_some_and(|last| last.parcel.seq > parcel.seq);
        let is_mixed = parcels.first().is_some_and(is_ahead);
        self.waiting.extend(parcels.into_iter().map(|parcel| Waiting {
            is_of_sender: parcel.is_of_sender(),
            parcel,
            in_flight: false,
            attempts: 0,
            strikes: 0,
            successes_then: 0,
            not_before: Timestamp(0),
        }));
        if is_mixed {
            self.waiting
                .sort_by(|a, b| (a.parcel.seq, &a.parcel.inbox).cmp(&(b.parcel.seq, &b.parcel.inbox)));
        }
    }

    /// Takes the next parcel to be sent now, if there is any.
    ///
    /// Never one whose order key has an earlier item that is not done, or whose sender has news of itself that goes before.
    /// The same item may be under way to several inboxes.
    pub(super) fn take(&mut self, pick: Pick, now: Timestamp) -> Option<Parcel> {
        let index = self.next(pick, now)?;
        let taken = &mut self.waiting[index];
        taken.in_flight = true;
        taken.attempts += 1;
        Some(taken.parcel.clone())
    }

    fn next(&self, pick: Pick, now: Timestamp) -> Option<usize> {
        let mut ready = self.turns().filter(|(_, waiting)| !waiting.in_flight);
        let next = match pick {
            Pick::InOrder => ready.find(|(_, waiting)| !waiting.not_before.is_after(now)),
            // The first of those that were tried least: `min_by_key` gives the first minimum.
            Pick::Probe => ready.min_by_key(|(_, waiting)| waiting.attempts),
        };
        next.map(|(index, _)| index)
    }

    /// Those whose order key has no earlier item that is not done, with their places.
    ///
    /// News of the sender itself, which may be the key that it signs with, goes after what the sender put on the log before
    /// it and before what it put there after it; neither waits for what has been tried in vain some times.
    fn turns(&self) -> impl Iterator<Item = (usize, &Waiting)> {
        let mut first_of_key: HashMap<&str, i64> = HashMap::new();
        let (mut before, mut news) = (Vec::new(), Vec::new());
        // Nearly never.
        let has_news = self.waiting.iter().any(|waiting| waiting.is_of_sender);
        self.waiting.iter().enumerate().filter(move |(_, waiting)| {
            let Parcel { seq, sender, .. } = waiting.parcel;
            let is_turn = *first_of_key.entry(&waiting.parcel.order_key).or_insert(seq) == seq;
            if !has_news {
                return is_turn;
            }
            let is_earlier = |(of, at): &(ActorId, i64)| *of == sender && *at < seq;
            let is_held_up =
                news.iter().any(is_earlier) || (waiting.is_of_sender && before.iter().any(is_earlier));
            if is_turn && (waiting.in_flight || waiting.attempts < MOST_PATIENCE) {
                before.push((sender, seq));
                if waiting.is_of_sender {
                    news.push((sender, seq));
                }
            }
            is_turn && !is_held_up
        })
    }

    /// The parcel is done, well or badly.
    pub(super) fn finish(&mut self, seq: i64, inbox: &str) {
        self.waiting.retain(|waiting| waiting.parcel.seq != seq || *waiting.parcel.inbox != *inbox);
    }

    /// The host took something.
    pub(super) fn count_success(&mut self) {
        self.successes += 1;
    }

    /// Puts a parcel back that was never sent.
    pub(super) fn land(&mut self, seq: i64, inbox: &str) {
        if let Some(waiting) = self.find(seq, inbox) {
            waiting.in_flight = false;
        }
    }

    /// Puts a parcel back that the host did not take. `true`: it was the last straw, and it is still to be
    /// [finished](Self::finish).
    ///
    /// Only failures between which the host took something else count, so nothing is given up because a host is down.
    pub(super) fn put_back(
        &mut self,
        seq: i64,
        inbox: &str,
        not_before: impl FnOnce(u32) -> Timestamp,
    ) -> bool {
        let successes = self.successes;
        let Some(waiting) = self.find(seq, inbox) else { return false };
        waiting.in_flight = false;
        if waiting.strikes == 0 || successes > waiting.successes_then {
            waiting.strikes += 1;
            waiting.successes_then = successes;
        }
        waiting.not_before = not_before(waiting.strikes);
        waiting.strikes >= MOST_STRIKES
    }

    /// Puts everything back that was under way when its task ended.
    pub(super) fn land_all(&mut self) {
        for waiting in &mut self.waiting {
            waiting.in_flight = false;
        }
    }

    /// When the first of those whose turn it is becomes due.
    pub(super) fn next_due_at(&self) -> Option<Timestamp> {
        self.turns().map(|(_, waiting)| waiting.not_before).min()
    }

    fn find(&mut self, seq: i64, inbox: &str) -> Option<&mut Waiting> {
        self.waiting.iter_mut().find(|waiting| waiting.parcel.seq == seq && *waiting.parcel.inbox == *inbox)
    }
}

#[cfg(test)]
mod tests;
