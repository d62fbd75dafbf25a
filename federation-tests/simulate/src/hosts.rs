//! The hosts that follow the group: what each is like, what we have noted about it, what it has got.

use std::collections::BTreeSet;
use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_federation::delivery::model::{HostModel, Kept};
use guildhall_store::delivery::{DueHost, HostLease, HostState};

use crate::assumptions::Assumptions;
use crate::connections::Connections;
use crate::dice::Dice;
use crate::log;
use crate::reach::Reach;
use crate::server::{DEAD_AFTER, LONGEST_REST, PROBE_EVERY};
use crate::time::Moment;
use crate::weather::Weather;

const DAY: Duration = Duration::from_hours(24);
/// Rounds that failed, of a host that has been gone for long.
const MANY_FAILURES: u32 = 20;

/// A host.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) dice: Dice,
    pub(crate) reach: Reach,
    pub(crate) weather: Weather,
    pub(crate) is_behind_provider: bool,
    pub(crate) connections: Connections,
    /// Its row in `delivery_hosts`, with the next two.
    pub(crate) row: HostLease,
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) holder: Option<usize>,
    /// The task that delivers to it.
    pub(crate) task: Option<Task>,
    /// What the node that had it last remembers, and the epoch of that lease.
    pub(crate) kept: Option<(usize, i64, Kept)>,
    /// What it has got, and what it was given up with.
    pub(crate) got: Got,
    pub(crate) lost: Got,
    /// Since when it takes what it is sent, and since when not.
    well_since: Moment,
    ill_since: Option<Moment>,
}

/// A task that delivers to a host.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) model: HostModel,
    /// Whether it began with a host that had failed.
    pub(crate) is_failing: bool,
    pub(crate) in_flight: usize,
    /// Answers since the cursor was written down, and when the first of them came.
    pub(crate) unsaved: u32,
    pub(crate) unsaved_since: Option<Moment>,
}

impl Host {
    /// Draws the host with this number.
    pub(crate) fn draw(number: usize, of: &Assumptions, seed: u64) -> Self {
        let dice = Dice::new(seed, number as u64 + 1);
        let weather = Weather::draw(of, &dice);
        let mut host = Self {
            reach: Reach::draw(of, &dice),
            is_behind_provider: dice.share() < of.provider_share,
            connections: Connections::default(),
            row: HostLease {
                host: name(number),
                epoch: 0,
                cursor: 0,
                state: HostState::Active,
                failures: 0,
                failing_since: None,
                subscriptions: 1,
            },
            next_attempt_at: Timestamp(0),
            holder: None,
            task: None,
            kept: None,
            got: Got::default(),
            lost: Got::default(),
            well_since: Moment::START,
            ill_since: None,
            weather,
            dice,
        };
        if host.weather.is_gone() {
            host.fail_long_ago(of);
        }
        host
    }

    /// It went before the start, and we know.
    fn fail_long_ago(&mut self, of: &Assumptions) {
        let ago = DAY.mul_f64(self.dice.share() * of.gone_days);
        let since = Moment::START.stamp().minus(ago);
        let (state, rest) = if ago >= DEAD_AFTER {
            (HostState::Dead, PROBE_EVERY)
        } else {
            (HostState::Failing, LONGEST_REST)
        };
        self.row.state = state;
        self.row.failures = MANY_FAILURES;
        self.row.failing_since = Some(since);
        self.next_attempt_at = Moment::START.plus(rest.mul_f64(self.dice.share())).stamp();
    }

    /// It did not take something.
    pub(crate) fn fell_ill(&mut self, now: Moment) {
        self.ill_since.get_or_insert(now);
    }

    /// It took something.
    pub(crate) fn recovered(&mut self, now: Moment) {
        if self.ill_since.take().is_some() {
            self.well_since = now;
        }
    }

    /// Whether it took what it was sent at `at`, a moment since it was last well.
    pub(crate) fn was_well(&self, at: Moment) -> bool {
        self.well_since <= at && self.ill_since.is_none_or(|since| since > at)
    }

    /// As it is found when it has something waiting.
    pub(crate) fn due(&self) -> DueHost {
        DueHost { host: self.row.host.clone(), is_failing: self.row.failures > 0 }
    }
}

/// Its name, so that names sort like numbers.
fn name(number: usize) -> String {
    format!("{number:06}.example")
}

/// The number in a name.
pub(crate) fn number(name: &str) -> usize {
    name.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Which items a host has got.
#[derive(Debug, Default)]
pub(crate) struct Got {
    words: Vec<u64>,
}

impl Got {
    /// Adds an item. `false`: it had it already.
    pub(crate) fn add(&mut self, seq: i64) -> bool {
        let (word, bit) = (log::index(seq) / 64, log::index(seq) % 64);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let had = self.has(seq);
        self.words[word] |= 1 << bit;
        !had
    }

    /// Whether it has the item.
    pub(crate) fn has(&self, seq: i64) -> bool {
        let (word, bit) = (log::index(seq) / 64, log::index(seq) % 64);
        self.words.get(word).is_some_and(|word| word & (1 << bit) != 0)
    }

    /// How many it has.
    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// Hosts that nobody has leased and that have something waiting, by the time from which they may be tried.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    by_time: BTreeSet<(Timestamp, usize)>,
}

impl Waiting {
    /// Adds a host.
    pub(crate) fn add(&mut self, at: Timestamp, host: usize) {
        self.by_time.insert((at, host));
    }

    /// Takes a host out.
    pub(crate) fn remove(&mut self, at: Timestamp, host: usize) {
        self.by_time.remove(&(at, host));
    }

    /// Up to `limit` of those that may be tried at `now`, those that waited longest first.
    pub(crate) fn due(&self, now: Timestamp, limit: usize) -> Vec<usize> {
        self.by_time.iter().take_while(|(at, _)| *at <= now).take(limit).map(|(_, host)| *host).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_by_its_name() {
        assert_eq!(number(&name(29_999)), 29_999);
    }

    #[test]
    fn what_a_host_has_got_counts_once() {
        let mut got = Got::default();
        assert!(got.add(1) && got.add(200) && !got.add(200));
        assert!(got.has(1) && !got.has(2) && got.has(200));
        assert_eq!(got.count(), 2);
    }

    #[test]
    fn hosts_that_rest_are_not_due() {
        let mut waiting = Waiting::default();
        for (at, host) in [(30, 1), (10, 2), (20, 3)] {
            waiting.add(Timestamp(at), host);
        }
        assert_eq!(waiting.due(Timestamp(20), 9), [2, 3]);
        waiting.remove(Timestamp(10), 2);
        assert_eq!(waiting.due(Timestamp(30), 1), [3]);
    }
}
