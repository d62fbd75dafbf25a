//! What delivery decides, without what it reads, writes and sends: for simulations, which drive it by a clock of their
//! own. Everything here goes through the code that a server runs; only the steps of a task between two waits
//! (`host_run.rs`) are put together anew.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guildhall_app::port::Rng;
use guildhall_domain::{ActorId, Timestamp};
use guildhall_store::delivery::{DueHost, HostLease, HostState, Position};

use super::backoff;
use super::health::Health;
use super::queue::Queue;
use super::selection::Selection;
use super::verdict::Verdict;
use super::window::{Parcel, Pick, Window};

/// The part of a wait that is left to chance, between -0.2 and 0.2, for [`HostModel::land`].
pub fn jitter(rng: &dyn Rng) -> f64 {
    backoff::jitter(rng)
}

/// Hosts in line for a task; those that failed last time may only have their share of the places.
#[derive(Debug, Default)]
pub struct Line(Queue);

impl Line {
    /// Puts a host in line, once.
    pub fn push(&mut self, due: DueHost) {
        self.0.push(due);
    }

    /// Takes up to `most` hosts, up to `most_failing` of them such that failed last time.
    pub fn take(&mut self, most: usize, most_failing: usize) -> Vec<String> {
        self.0.take(most, most_failing)
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An item of the log.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its place.
    pub seq: i64,
    /// What is to stay in order.
    pub order_key: Arc<str>,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// An answer with this status.
    Status {
        /// The status.
        status: u16,
        /// How long the host asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// None: network, TLS, time-out.
    Silence,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The host took it.
    Delivered,
    /// It is tried again.
    Later,
    /// It is not tried again.
    GivenUp,
}

/// Why a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything is delivered.
    Idle,
    /// The rest has to wait until then.
    Later(Timestamp),
}

/// What a process remembers of a host between two leases.
#[derive(Debug)]
pub struct Kept(Window);

/// A host with one inbox under one lease.
#[derive(Debug)]
pub struct HostModel {
    inbox: Arc<str>,
    window: Window,
    health: Health,
}

impl HostModel {
    /// As a lease begins; `kept` is what this process knew at the end of the one just before.
    pub fn begin(lease: &HostLease, kept: Option<Kept>) -> Self {
        let mut window = kept.map_or_else(|| Window::after(lease.cursor), |kept| kept.0);
        window.look_again();
        Self { inbox: "inbox".into(), window, health: Health::of(lease) }
    }

    /// Whether to read on in the log, behind [`passed`](Self::passed).
    pub fn wants_more(&self) -> bool {
        self.may_send() && Selection::wants_more(&self.window)
    }

    /// The item up to which, and including which, the log was read.
    pub fn passed(&self) -> i64 {
        self.window.position().passed()
    }

    /// Adds the items behind [`passed`](Self::passed) up to `until`; `is_end`: there are no more.
    pub fn read(&mut self, items: &[Item], until: i64, is_end: bool) {
        let parcels = items.iter().map(|item| Parcel {
            seq: item.seq,
            inbox: self.inbox.clone(),
            sender: ActorId(1),
            group: None,
            order_key: item.order_key.clone(),
            body: Bytes::new(),
        });
        self.window.extend(parcels.collect(), Position::after(until), is_end);
    }

    /// There may be more at the end of the log by now.
    pub fn look_again(&mut self) {
        self.window.look_again();
    }

    /// The next item to send now, with `in_flight` under way of at most `per_host`; it is under way then.
    pub fn launch(&mut self, now: Timestamp, in_flight: usize, per_host: usize) -> Option<i64> {
        let is_doubtful = self.health.is_doubtful();
        let (most, pick) = if is_doubtful { (1, Pick::Probe) } else { (per_host, Pick::InOrder) };
        let has_room = self.may_send() && in_flight < most;
        has_room.then(|| self.window.take(pick, now)).flatten().map(|parcel| parcel.seq)
    }

    /// Takes note of an answer to an item under way.
    pub fn land(&mut self, seq: i64, answer: Answer, now: Timestamp, jitter: f64) -> Fate {
        let inbox = self.inbox.clone();
        let (verdict, asked) = match answer {
            // A clock that is off passes.
            Answer::Status { status: 401, retry_after } => (Verdict::Later, retry_after),
            Answer::Status { status, retry_after } => (Verdict::of(status), retry_after),
            Answer::Silence => (Verdict::Later, None),
        };
        match verdict {
            Verdict::Delivered => {
                self.window.finish(seq, &inbox);
                self.window.count_success();
                self.health.succeed(now);
                Fate::Delivered
            }
            Verdict::Refused | Verdict::BadSignature => {
                self.health.answer(now, String::new());
                self.window.finish(seq, &inbox);
                Fate::GivenUp
            }
            Verdict::Later => {
                self.health.fail(now, asked, jitter, String::new());
                let wait = |strikes| now.plus(backoff::delay(strikes, jitter));
                if !self.window.put_back(seq, &inbox, wait) {
                    return Fate::Later;
                }
                self.window.finish(seq, &inbox);
                Fate::GivenUp
            }
        }
    }

    /// How the task ends, once nothing is under way and nothing is left to launch.
    pub fn ending(&self) -> Ending {
        match self.health.rests_until().or_else(|| self.window.next_due_at()) {
            Some(at) => Ending::Later(at),
            None => Ending::Idle,
        }
    }

    /// Writes down how things stand: everything but the epoch. Gives the time before which nobody is to try again.
    pub fn save(&self, row: &mut HostLease) -> Timestamp {
        row.cursor = self.window.cursor();
        row.state = self.health.state;
        row.failures = self.health.failures;
        row.failing_since = self.health.failing_since;
        self.health.rests_until().unwrap_or(Timestamp(0))
    }

    /// How the host is doing.
    pub fn state(&self) -> HostState {
        self.health.state
    }

    /// What is remembered of it.
    pub fn keep(mut self) -> Kept {
        self.window.land_all();
        Kept(self.window)
    }

    fn may_send(&self) -> bool {
        self.health.rests_until().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const BUSY: Answer = Answer::Status { status: 503, retry_after: None };
    const TAKEN: Answer = Answer::Status { status: 202, retry_after: None };

    fn model(items: i64) -> (HostModel, HostLease) {
        let lease = HostLease {
            host: "a.example".into(),
            epoch: 1,
            cursor: 0,
            state: HostState::Active,
            failures: 0,
            failing_since: None,
            subscriptions: 1,
        };
        let mut model = HostModel::begin(&lease, None);
        let items: Vec<Item> =
            (1..=items).map(|seq| Item { seq, order_key: format!("key {seq}").into() }).collect();
        model.read(&items, items.len().try_into().unwrap(), true);
        (model, lease)
    }

    #[test]
    fn a_host_that_is_well_gets_as_much_at_once_as_the_limit_allows() {
        let (mut model, _) = model(3);
        let launched: Vec<Option<i64>> = (0..3).map(|in_flight| model.launch(NOW, in_flight, 2)).collect();
        assert_eq!(launched, [Some(1), Some(2), None]);
    }

    #[test]
    fn after_a_failure_it_rests_and_is_then_asked_once() {
        let (mut first, mut row) = model(3);
        first.launch(NOW, 0, 8);
        assert_eq!(first.land(1, BUSY, NOW, 0.0), Fate::Later);
        assert_eq!(first.launch(NOW, 0, 8), None);
        let again_at = NOW.plus(Duration::from_secs(15));
        assert_eq!(first.ending(), Ending::Later(again_at));
        assert_eq!(first.save(&mut row), again_at);

        let mut second = HostModel::begin(&row, Some(first.keep()));
        assert_eq!(second.launch(again_at, 0, 8), Some(2), "what was tried least");
        assert_eq!(second.launch(again_at, 1, 8), None);
        assert_eq!(second.land(2, TAKEN, again_at, 0.0), Fate::Delivered);
        assert_eq!(second.launch(again_at, 0, 8), Some(1));
    }

    #[test]
    fn what_is_refused_is_done_with() {
        let (mut model, mut row) = model(1);
        model.launch(NOW, 0, 8);
        let gone = Answer::Status { status: 410, retry_after: None };
        assert_eq!(model.land(1, gone, NOW, 0.0), Fate::GivenUp);
        assert_eq!(model.ending(), Ending::Idle);
        assert_eq!((model.save(&mut row), row.cursor), (Timestamp(0), 1));
    }
}
