//! Whose turn it is: hosts go in rounds, so that a wave from many of them holds up nobody by more than a round; of one
//! host, whoever has waited longest. Who is new comes in at once, but not without bound: a round ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guildhall_domain::{ApId, ReceivedId};

/// Senders of one host whose activities are processed at the same time.
pub(super) const RUNNING_PER_HOST: usize = 8;
/// So many new hosts have a turn in the round under way, or as many as it began with: the others in the next.
const NEWCOMERS: usize = 16;

/// Senders that wait for their turn, by host.
#[derive(Default)]
pub(super) struct Turns {
    hosts: HashMap<String, Host>,
    /// Hosts of which a sender can have its turn.
    order: BTreeSet<Key>,
    /// The one under way.
    round: u64,
    /// Hosts that may still come into it.
    newcomers: usize,
}

/// By round; then who has the fewest senders waiting, so that a wave lets the others pass; then who has waited longest.
type Key = (u64, usize, ReceivedId, String);

#[derive(Default)]
struct Host {
    /// Senders by what they have next, none of whom is worked for.
    waiting: BTreeMap<ReceivedId, ApId>,
    running: usize,
    /// The next in which it has a turn.
    round: u64,
    key: Option<Key>,
}

impl Host {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.running == 0
    }
}

impl Turns {
    /// A sender waits, with this to be done next.
    pub(super) fn add(&mut self, host: &str, next: ReceivedId, lane: ApId) {
        self.change(host, |host| {
            host.waiting.insert(next, lane);
        });
    }

    /// A sender waits no more.
    pub(super) fn remove(&mut self, host: &str, next: ReceivedId) {
        if self.hosts.contains_key(host) {
            self.change(host, |host| {
                host.waiting.remove(&next);
            });
        }
    }

    /// Whoever is next, with their host, which must be told when it has ended.
    pub(super) fn begin(&mut self) -> Option<(String, ApId)> {
        let (round, _, next, name) = self.order.first()?.clone();
        if round > self.round {
            self.round = round;
            // Who had a turn in this round is remembered until the next: coming back does not make anybody new.
            self.hosts.retain(|_, host| !host.is_idle() || host.round > round);
            self.newcomers = self.hosts.len().max(NEWCOMERS);
        }
        let mut lane = None;
        self.change(&name, |host| {
            lane = host.waiting.remove(&next);
            host.running += 1;
            host.round = round + 1;
        });
        Some((name, lane?))
    }

    /// Something of a host has ended.
    pub(super) fn end(&mut self, host: &str) {
        self.change(host, |host| host.running = host.running.saturating_sub(1));
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Host)) {
        if !self.hosts.contains_key(name) {
            let round = if self.newcomers == 0 { self.round + 1 } else { self.round };
            self.newcomers = self.newcomers.saturating_sub(1);
            self.hosts.insert(name.to_owned(), Host { round, ..Host::default() });
        }
        let Some(host) = self.hosts.get_mut(name) else { return };
        if let Some(key) = host.key.take() {
            self.order.remove(&key);
        }
        change(host);
        host.round = host.round.max(self.round);
        if let Some((next, _)) = host.waiting.first_key_value().filter(|_| host.running < RUNNING_PER_HOST) {
            let key = (host.round, host.waiting.len(), *next, name.to_owned());
            self.order.insert(key.clone());
            host.key = Some(key);
        } else if host.is_idle() && host.round == self.round {
            self.hosts.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(turns: &mut Turns, host: &str, id: i64) {
        turns.add(host, ReceivedId(id), ApId::new(format!("https://{host}/{id}")));
    }

    fn hosts(turns: &mut Turns, count: usize) -> Vec<String> {
        let mut hosts = Vec::new();
        for _ in 0..count {
            let (host, _) = turns.begin().unwrap();
            turns.end(&host);
            hosts.push(host);
        }
        hosts
    }

    #[test]
    fn each_host_has_a_turn_before_any_has_a_second() {
        let mut turns = Turns::default();
        for (id, host) in (0..).zip(["a", "a", "a", "b", "b", "c"]) {
            add(&mut turns, host, id);
        }
        assert_eq!(hosts(&mut turns, 6), ["c", "b", "a", "b", "a", "a"]);
        assert!(turns.begin().is_none());
    }

    #[test]
    fn who_comes_in_the_middle_of_a_wave_is_next_and_gains_nothing_by_coming_again() {
        let mut turns = Turns::default();
        for id in 0..1_000 {
            add(&mut turns, &format!("wave{}", id % 100), id);
        }
        hosts(&mut turns, 250);
        add(&mut turns, "late", 5_000);
        assert_eq!(hosts(&mut turns, 1), ["late"]);
        add(&mut turns, "late", 5_001);
        let later = hosts(&mut turns, 100);
        let place = later.iter().position(|host| host == "late").unwrap();
        assert!((50..100).contains(&place), "{place}: after the rest of this round");
    }

    #[test]
    fn hosts_that_keep_coming_do_not_hold_up_one_that_waits() {
        let mut turns = Turns::default();
        for id in 0..50 {
            add(&mut turns, "crowd", id);
        }
        let turn = (0..1_000).find(|id| {
            add(&mut turns, &format!("fresh{id}"), 100 + id);
            hosts(&mut turns, 1) == ["crowd"]
        });
        assert!(turn.is_some_and(|turn| turn < 100), "{turn:?}");
        assert!(
            turns.hosts.len() < 200,
            "{}: who had a turn is forgotten after its round",
            turns.hosts.len()
        );
    }

    #[test]
    fn of_one_host_who_has_waited_longest_is_next_and_only_some_at_a_time() {
        let mut turns = Turns::default();
        for id in (0..20).rev() {
            add(&mut turns, "a", id);
        }
        for id in 0..RUNNING_PER_HOST {
            assert_eq!(turns.begin().unwrap().1.as_str(), format!("https://a/{id}"));
        }
        assert!(turns.begin().is_none());
        turns.end("a");
        assert!(turns.begin().is_some());
    }

    #[test]
    fn who_has_nothing_to_do_is_forgotten() {
        let mut turns = Turns::default();
        for id in 0..100 {
            add(&mut turns, &format!("host{id}"), id);
        }
        turns.remove("host0", ReceivedId(0));
        turns.remove("nobody", ReceivedId(0));
        hosts(&mut turns, 99);
        add(&mut turns, "again", 100);
        hosts(&mut turns, 1);
        add(&mut turns, "again", 101);
        hosts(&mut turns, 1);
        assert!(turns.hosts.len() <= 2 && turns.order.is_empty(), "{}", turns.hosts.len());
    }
}
