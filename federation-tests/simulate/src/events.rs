//! What is going to happen, and when.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use guildhall_federation::delivery::model::Answer;

use crate::time::Moment;

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// The draft with this number is written.
    Written(usize),
    /// A node looks for hosts with something waiting.
    Look(usize),
    /// A node looks for hosts that another left behind.
    LookForLeft(usize),
    /// A node is done with a transaction and leases what is in line.
    Start(usize),
    /// What a host answered.
    Landed { host: usize, epoch: i64, seq: i64, answer: Answer },
    /// A host's rest is over, as the node that had it last remembers.
    Rested { node: usize, host: usize },
    /// Connections to a host may have been idle for too long.
    Idle(usize),
    /// A node is killed.
    Killed(usize),
    /// The leases of a killed node run out.
    LeasesOver(usize),
    /// The state of things is written down.
    Sample,
    /// Nothing is written any more, and the hosts stay as they are.
    Over,
}

/// Events in the order of their times; those of one time in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Events {
    heap: BinaryHeap<Reverse<Entry>>,
    added: u64,
}

#[derive(Debug)]
struct Entry {
    at: Moment,
    number: u64,
    event: Event,
}

impl Events {
    /// Adds one.
    pub(crate) fn add(&mut self, at: Moment, event: Event) {
        self.added += 1;
        self.heap.push(Reverse(Entry { at, number: self.added, event }));
    }

    /// Takes the next.
    pub(crate) fn next(&mut self) -> Option<(Moment, Event)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_times_and_then_of_their_adding() {
        let mut events = Events::default();
        for (at, node) in [(5, 0), (1, 1), (5, 2), (0, 3)] {
            events.add(Moment(at), Event::Look(node));
        }
        let order = std::iter::from_fn(|| events.next()).map(|(_, event)| match event {
            Event::Look(node) => node,
            _ => usize::MAX,
        });
        assert_eq!(order.collect::<Vec<_>>(), [3, 1, 0, 2]);
    }
}
