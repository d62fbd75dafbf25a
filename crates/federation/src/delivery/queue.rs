//! Hosts that wait for a task.

use std::collections::{HashSet, VecDeque};

use guildhall_store::delivery::DueHost;

/// Hosts in the order in which they came; those that failed last time apart, since they may keep their task waiting.
#[derive(Debug, Default)]
pub(super) struct Queue {
    well: VecDeque<String>,
    failing: VecDeque<String>,
    known: HashSet<String>,
}

impl Queue {
    /// Adds a host, once.
    pub(super) fn push(&mut self, due: DueHost) {
        if self.known.insert(due.host.clone()) {
            let line = if due.is_failing { &mut self.failing } else { &mut self.well };
            line.push_back(due.host);
        }
    }

    /// Takes up to `most` hosts, up to `most_failing` of them such that failed last time.
    pub(super) fn take(&mut self, most: usize, most_failing: usize) -> Vec<String> {
        let well = self.well.len().min(most);
        let failing = self.failing.len().min(most - well).min(most_failing);
        let taken: Vec<String> = self.well.drain(..well).chain(self.failing.drain(..failing)).collect();
        for host in &taken {
            self.known.remove(host);
        }
        taken
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_hosts_take_no_more_than_their_share() {
        let mut queue = Queue::default();
        for (host, is_failing) in [("a", true), ("b", false), ("c", true), ("b", false), ("d", false)] {
            queue.push(DueHost { host: host.into(), is_failing });
        }
        assert_eq!(queue.take(3, 1), ["b", "d", "a"]);
        assert_eq!(queue.take(3, 0), [""; 0]);
        assert_eq!(queue.take(3, 9), ["c"]);
        assert!(queue.is_empty());
    }
}
