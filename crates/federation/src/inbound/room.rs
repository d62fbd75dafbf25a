//! Room in memory for activities that wait: bounded in all, and shared so that whoever fills it leaves some to the others.

use std::collections::{BTreeSet, HashMap};

/// Bytes of all that wait in memory.
pub(super) const WAITING_BYTES: usize = 32 << 20;

/// How much room is taken, by host, in bytes.
#[derive(Default)]
pub(super) struct Room {
    taken: usize,
    hosts: HashMap<String, usize>,
    /// The same by how much they have.
    order: BTreeSet<(usize, String)>,
}

impl Room {
    /// Bytes taken by all.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }

    /// Whether there is room for so many more bytes.
    pub(super) fn has(&self, bytes: usize) -> bool {
        self.taken + bytes <= WAITING_BYTES
    }

    /// Who is to give way where there is no room for so many more bytes of a host: whoever has the most, where that is twice
    /// as much as the host would have. (Longest queue drop; Suter, Lakshman, Stiliadis, Choudhury: INFOCOM 1998.)
    pub(super) fn gives_way(&self, host: &str, bytes: usize) -> Option<String> {
        let wanted = self.hosts.get(host).copied().unwrap_or_default() + bytes;
        let (most, largest) = self.order.last()?;
        (wanted.saturating_mul(2) <= *most).then(|| largest.clone())
    }

    /// So many bytes of a host wait from now on.
    pub(super) fn take(&mut self, host: &str, bytes: usize) {
        self.taken += bytes;
        self.change(host, |own| own + bytes);
    }

    /// So many of them wait no more.
    pub(super) fn give_back(&mut self, host: &str, bytes: usize) {
        self.taken = self.taken.saturating_sub(bytes);
        self.change(host, |own| own.saturating_sub(bytes));
    }

    fn change(&mut self, host: &str, change: impl FnOnce(usize) -> usize) {
        let before = self.hosts.get(host).copied().unwrap_or_default();
        let after = change(before);
        let (name, _) = self.hosts.remove_entry(host).unwrap_or_else(|| (host.to_owned(), 0));
        let mut key = (before, name);
        self.order.remove(&key);
        if after > 0 {
            self.hosts.insert(key.1.clone(), after);
            key.0 = after;
            self.order.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1 << 10;

    fn fill(room: &mut Room, host: &str, bytes: usize) {
        while room.has(bytes) {
            room.take(host, bytes);
        }
    }

    #[test]
    fn whoever_has_the_most_gives_way_to_who_has_less_than_half() {
        let mut room = Room::default();
        room.take("small.example", 4 * KIB);
        fill(&mut room, "crowd.example", KIB);
        let gives_way = |host: &str, bytes| room.gives_way(host, bytes);
        assert_eq!(gives_way("small.example", KIB).as_deref(), Some("crowd.example"));
        assert_eq!(gives_way("late.example", 1 << 20).as_deref(), Some("crowd.example"));
        assert_eq!(gives_way("crowd.example", KIB), None, "to itself");
        assert_eq!(gives_way("late.example", 17 << 20), None, "who would have as much itself");
    }

    #[test]
    fn what_is_given_back_is_there_again() {
        let mut room = Room::default();
        fill(&mut room, "a.example", KIB);
        assert!(!room.has(KIB) && room.taken() == WAITING_BYTES);
        for _ in 0..WAITING_BYTES / KIB {
            room.give_back("a.example", KIB);
        }
        assert!(room.taken() == 0 && room.hosts.is_empty() && room.order.is_empty());
    }
}
