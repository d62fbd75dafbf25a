//! One host's deliveries, for as long as it has any.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::StoreError;
use guildhall_store::delivery::{HostLease, HostSave, NewFailure};
use guildhall_store::instance::{Instance, SignatureScheme};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::attempt::{Landed, Outcome, attempt};
use super::backoff;
use super::common::Note;
use super::context::Context;
use super::health::Health;
use super::selection::Selection;
use super::window::{Pick, Window};

/// Answers after which the cursor is written down.
const MOST_UNSAVED: u32 = 50;
/// How long an answer waits to be written down, at most.
const SAVE_AFTER: Duration = Duration::from_secs(1);
/// How long a stop waits for answers that are under way: the whole process is to end within 10 s.
pub(super) const STOP_WITHIN: Duration = Duration::from_secs(7);
/// How long a host rests when our own store was in the way.
const STORE_REST: Duration = Duration::from_secs(15);

/// What the dispatcher wants of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// Grows whenever there is something new on the log for the host.
    pub(super) looks: u64,
    /// Take nothing new, wait for answers, write down, end.
    pub(super) is_stop: bool,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Everything is delivered.
    Idle,
    /// The rest has to wait until then.
    Later(Timestamp),
    /// As ordered.
    Stopped,
    /// Somebody else has the host now, or our store failed; nothing more was written down.
    Broken,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) ending: Ending,
    /// The last order that was heard.
    pub(super) looks: u64,
}

impl Report {
    /// Of a task that can give none.
    pub(super) const BROKEN: Self = Self { ending: Ending::Broken, looks: 0 };
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
enum Halt {
    #[error("the host's lease is lost")]
    LeaseLost,
    #[error("an attempt broke off")]
    Attempt(#[from] tokio::task::JoinError),
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// One host's deliveries under one lease.
pub(super) struct HostRun {
    context: Arc<Context>,
    host: Arc<str>,
    epoch: i64,
    /// Milliseconds; moved on by the dispatcher as it renews the lease.
    valid_until: Arc<AtomicI64>,
    orders: watch::Receiver<Order>,
    heard: Order,
    stop_by: Option<Timestamp>,
    selection: Selection,
    scheme: SignatureScheme,
    window: Window,
    health: Health,
    flights: JoinSet<Landed>,
    unsaved: Unsaved,
}

/// What happened since it was last written down.
#[derive(Default)]
struct Unsaved {
    answers: u32,
    since: Option<Timestamp>,
    failures: Vec<NewFailure>,
    learned: Option<SignatureScheme>,
}

impl HostRun {
    pub(super) fn new(
        context: Arc<Context>,
        lease: &HostLease,
        instance: Option<Instance>,
        valid_until: Arc<AtomicI64>,
        orders: watch::Receiver<Order>,
    ) -> Self {
        let host: Arc<str> = lease.host.as_str().into();
        let mut window =
            context.memory.take(&host, lease.epoch).unwrap_or_else(|| Window::after(lease.cursor));
        window.look_again();
        Self {
            scheme: instance.as_ref().map(|instance| instance.signature).unwrap_or_default(),
            selection: Selection::new(context.clone(), host.clone(), lease.subscriptions, instance),
            epoch: lease.epoch,
            valid_until,
            orders,
            heard: Order::default(),
            stop_by: None,
            window,
            health: Health::of(lease),
            flights: JoinSet::new(),
            unsaved: Unsaved::default(),
            context,
            host,
        }
    }

    /// Delivers until nothing is left, the host needs a rest, or the order to stop comes.
    pub(super) async fn run(mut self) -> Report {
        let ending = match self.work().await {
            Ok(ending) => ending,
            Err(halt) => {
                let error: &dyn std::error::Error = &halt;
                tracing::warn!(instance.host = %self.host, error, "delivery to a host broke off");
                Ending::Broken
            }
        };
        if let Ending::Later(at) = ending {
            self.window.land_all();
            self.context.memory.keep(self.host.to_string(), self.epoch, at, self.window);
        }
        Report { ending, looks: self.heard.looks }
    }

    async fn work(&mut self) -> Result<Ending, Halt> {
        loop {
            self.hear();
            self.read_on().await?;
            self.launch().await?;
            let has_work = !self.flights.is_empty() || (self.may_send() && self.selection.is_learning());
            if !has_work || self.is_overdue() {
                return self.finish().await;
            }
            self.wait().await?;
            if self.is_save_due() {
                self.save(false).await?;
            }
        }
    }

    /// Takes note of what the dispatcher wants.
    fn hear(&mut self) {
        let order = *self.orders.borrow_and_update();
        if order.looks != self.heard.looks {
            self.window.look_again();
        }
        if order.is_stop && self.stop_by.is_none() {
            self.stop_by = Some(self.now().plus(STOP_WITHIN));
        }
        self.heard = order;
    }

    fn may_send(&self) -> bool {
        self.stop_by.is_none() && self.health.rests_until().is_none()
    }

    async fn read_on(&mut self) -> Result<(), Halt> {
        while self.may_send() && Selection::wants_more(&self.window) {
            self.selection.read_on(&mut self.window).await?;
            self.hear();
            if self.selection.is_cut() {
                break;
            }
        }
        Ok(())
    }

    /// Sends what may go now: one parcel to a host in doubt, otherwise up to the limit. By the peering lists as they are
    /// now: what was on its way when the host was blocked is the last that it gets.
    async fn launch(&mut self) -> Result<(), Halt> {
        let is_doubtful = self.health.is_doubtful();
        let most = if is_doubtful { 1 } else { self.context.limits.per_host };
        if self.may_send() && self.flights.len() < most && self.window.len() > self.flights.len() {
            self.selection.refresh().await?;
        }
        while self.may_send() && self.flights.len() < most {
            let pick = if is_doubtful { Pick::Probe } else { Pick::InOrder };
            let now = self.now();
            let Some(parcel) = self.window.take(pick, now) else { break };
            if self.selection.is_blocked(parcel.group) {
                self.window.finish(parcel.seq, &parcel.inbox);
                continue;
            }
            if self.valid_until.load(Ordering::Relaxed) <= now.as_millis() {
                return Err(Halt::LeaseLost);
            }
            let (context, host) = (self.context.clone(), self.host.clone());
            self.flights.spawn(attempt(context, host, parcel, self.scheme, self.valid_until.clone()));
        }
        Ok(())
    }

    /// Waits for an answer, an order, or the time to write down.
    async fn wait(&mut self) -> Result<(), Halt> {
        self.selection.age();
        // Not in the future, should the clock have been set back.
        self.unsaved.since = self.unsaved.since.map(|since| since.min(self.now()));
        let save_at = self.unsaved.since.map(|since| since.plus(SAVE_AFTER));
        let wake_at = save_at.into_iter().chain(self.stop_by).min();
        let timer = self.context.timer.clone();
        tokio::select! {
            Some(landed) = self.flights.join_next() => {
                self.land(landed?);
                // Those that came in meanwhile, so that what is next sees them all.
                while let Some(landed) = self.flights.try_join_next() {
                    self.land(landed?);
                }
            }
            heard = self.orders.changed() => {
                if heard.is_err() {
                    return Err(Halt::LeaseLost);
                }
            }
            () = self.selection.learned() => {}
            () = timer.sleep_until(wake_at.unwrap_or(Timestamp(i64::MAX))), if wake_at.is_some() => {}
        }
        Ok(())
    }

    fn land(&mut self, landed: Landed) {
        let now = self.now();
        let (seq, inbox) = (landed.parcel.seq, &*landed.parcel.inbox);
        self.unsaved.answers += 1;
        self.unsaved.since.get_or_insert(now);
        if let Some(scheme) = landed.learned {
            self.scheme = scheme;
            self.unsaved.learned = Some(scheme);
        }
        match landed.outcome {
            Outcome::Delivered => {
                self.window.finish(seq, inbox);
                self.window.count_success();
                self.health.succeed(now);
            }
            Outcome::Refused(error) => {
                self.health.answer(now, error.clone());
                self.give_up(seq, inbox, error, now);
            }
            Outcome::Later { error, retry_after } => self.put_back(seq, inbox, error, retry_after, now),
            Outcome::NotSent(error) => {
                tracing::warn!(instance.host = %self.host, error, "a delivery could not be signed");
                self.window.land(seq, inbox);
                self.health.rest_until(now.plus(STORE_REST));
            }
        }
    }

    fn put_back(&mut self, seq: i64, inbox: &str, error: String, asked: Option<Duration>, now: Timestamp) {
        let jitter = backoff::jitter(&*self.context.app.rng);
        let was_well = !self.health.is_doubtful();
        self.health.fail(now, asked, jitter, error.clone());
        if was_well {
            tracing::info!(instance.host = %self.host, error, "a host does not take deliveries");
        }
        let is_last = self.window.put_back(seq, inbox, |strikes| now.plus(backoff::delay(strikes, jitter)));
        if is_last {
            self.give_up(seq, inbox, error, now);
        }
    }

    fn give_up(&mut self, seq: i64, inbox: &str, error: String, now: Timestamp) {
        self.window.finish(seq, inbox);
        self.unsaved.failures.push(NewFailure { seq, inbox: inbox.to_owned(), error, failed_at: now });
    }

    fn is_overdue(&self) -> bool {
        self.stop_by.is_some_and(|by| !by.is_after(self.now()))
    }

    fn is_save_due(&self) -> bool {
        let is_old = |since: Timestamp| self.now().since(since) >= SAVE_AFTER;
        self.unsaved.answers >= MOST_UNSAVED || self.unsaved.since.is_some_and(is_old)
    }

    async fn finish(&mut self) -> Result<Ending, Halt> {
        let ending = if self.stop_by.is_some() {
            Ending::Stopped
        } else if let Some(at) = self.health.rests_until().or_else(|| self.window.next_due_at()) {
            Ending::Later(at)
        } else {
            Ending::Idle
        };
        self.save(true).await?;
        Ok(ending)
    }

    /// Writes down how things stand, and with `is_last` gives the host back.
    async fn save(&mut self, is_last: bool) -> Result<(), Halt> {
        let save = HostSave {
            cursor: self.window.cursor(),
            state: self.health.state,
            failures: self.health.failures,
            failing_since: self.health.failing_since,
            next_attempt_at: self.health.rests_until().unwrap_or(Timestamp(0)),
            last_success_at: self.health.last_success_at,
            last_error: self.health.last_error.clone(),
            is_last,
        };
        let Unsaved { failures, learned, .. } = std::mem::take(&mut self.unsaved);
        let note = Note { host: self.host.clone(), epoch: self.epoch, save, failures, learned };
        let context = &self.context;
        if context.common.save(&context.app, note).await? { Ok(()) } else { Err(Halt::LeaseLost) }
    }

    fn now(&self) -> Timestamp {
        self.context.app.now()
    }
}
