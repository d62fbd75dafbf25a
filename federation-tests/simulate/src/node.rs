//! One server: its cores, its line of hosts, and the transactions that lease them one after the other.

use std::collections::VecDeque;

use guildhall_federation::delivery::DeliveryLimits;
use guildhall_federation::delivery::model::Line;
use guildhall_store::delivery::DueHost;

use crate::hosts;
use crate::numbers::{place, whole};
use crate::server::BATCH;
use crate::time::Moment;

/// One server.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) is_alive: bool,
    pub(crate) line: Line,
    pub(crate) running: usize,
    pub(crate) failing: usize,
    /// Tasks that have ended and still take up a place, and of each whether it began with a host that had failed.
    pub(crate) ended: VecDeque<bool>,
    /// The last item whose hosts were told.
    pub(crate) seen: i64,
    /// There were more hosts due than one look finds.
    pub(crate) has_more: bool,
    /// When the transaction under way is done.
    pub(crate) busy_until: Moment,
    /// Whether that is on the list of events.
    pub(crate) is_start_set: bool,
    /// When each core is free.
    cores: Vec<Moment>,
}

impl Node {
    /// One with so many cores.
    pub(crate) fn new(cores: f64) -> Self {
        let cores = place(whole(cores)).max(1);
        Self {
            is_alive: true,
            line: Line::default(),
            running: 0,
            failing: 0,
            ended: VecDeque::new(),
            seen: 0,
            has_more: false,
            busy_until: Moment::START,
            is_start_set: false,
            cores: vec![Moment::START; cores],
        }
    }

    /// Computes for `ms`, from `now` or when a core is free. Gives when it is done.
    pub(crate) fn compute(&mut self, now: Moment, ms: f64) -> Moment {
        match self.cores.iter_mut().min() {
            Some(core) => {
                *core = (*core).max(now).plus_ms(ms);
                *core
            }
            None => now.plus_ms(ms),
        }
    }

    /// Takes note of up to `most` tasks that have ended.
    pub(crate) fn note_ends(&mut self, most: u64) {
        for is_failing in self.ended.drain(..self.ended.len().min(place(most))) {
            self.running -= 1;
            self.failing -= usize::from(is_failing);
        }
    }

    /// The next hosts in line, as far as there is room.
    pub(crate) fn next_hosts(&mut self, limits: DeliveryLimits) -> Vec<usize> {
        let room = limits.hosts.saturating_sub(self.running).min(BATCH);
        let failing_room = limits.failing_hosts.saturating_sub(self.failing);
        self.line.take(room, failing_room).iter().map(|name| hosts::number(name)).collect()
    }

    /// Puts a host in line.
    pub(crate) fn queue(&mut self, due: DueHost) {
        self.line.push(due);
    }

    /// It stops in the middle of everything.
    pub(crate) fn kill(&mut self) {
        self.is_alive = false;
        self.line = Line::default();
        self.ended.clear();
        self.running = 0;
        self.failing = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_waits_for_a_core() {
        let mut node = Node::new(2.0);
        let ends: Vec<u64> = (0..3).map(|_| node.compute(Moment::START, 1.0).0).collect();
        assert_eq!(ends, [1000, 1000, 2000]);
    }

    #[test]
    fn an_ended_task_keeps_its_place_until_it_is_noted() {
        let mut node = Node::new(1.0);
        (node.running, node.failing) = (3, 1);
        node.ended.extend([true, false]);
        node.note_ends(1);
        assert_eq!((node.running, node.failing), (2, 0));
        node.note_ends(9);
        assert_eq!((node.running, node.failing), (1, 0));
    }

    #[test]
    fn hosts_get_the_places_that_are_free() {
        let limits = DeliveryLimits { hosts: 3, failing_hosts: 1, per_host: 1 };
        let mut node = Node::new(1.0);
        for (host, is_failing) in [(1, true), (2, true), (3, false)] {
            node.queue(DueHost { host: format!("{host}.example"), is_failing });
        }
        node.running = 1;
        assert_eq!(node.next_hosts(limits), [3, 1]);
        node.failing = 1;
        assert_eq!(node.next_hosts(limits), [0_usize; 0]);
    }
}
