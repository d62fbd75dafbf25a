//! Finds hosts with something waiting, leases them, and runs one task for each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::delivery::{DueHost, HostLease, host, log};
use guildhall_store::instance::{self, Instance};
use guildhall_store::{StoreError, clock, lease};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::context::Context;
use super::host_run::{Ending, HostRun, Order, Report, STOP_WITHIN};
use super::queue::Queue;

/// How often to look for hosts without being told: what other nodes publish.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often to look for hosts that other nodes left behind when they were killed.
const LOOK_FOR_LEFT_EVERY: Duration = Duration::from_secs(2);
/// How soon to try again when the store failed.
const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);
/// A clock that goes back by less is left to itself.
const SET_BACK: Duration = Duration::from_mins(1);
/// Hosts found in one look.
const MOST_FOUND: u32 = 1000;
/// Hosts leased in one transaction.
const BATCH: usize = 64;

/// A task that delivers to a host.
struct Running {
    epoch: i64,
    is_failing: bool,
    orders: watch::Sender<Order>,
    valid_until: Arc<AtomicI64>,
    abort: AbortHandle,
}

/// The tasks of this process and what they are to do next. Dropping it drops them all, as a crash would.
pub(super) struct Dispatcher {
    context: Arc<Context>,
    tasks: JoinSet<Report>,
    running: HashMap<String, Running>,
    names: HashMap<Id, String>,
    queue: Queue,
    /// Hosts that have to wait, by the time at which they need no longer.
    later: BinaryHeap<Reverse<(Timestamp, String)>>,
    /// Hosts that are left alone, where time stands still for as long as this lives.
    parked: HashSet<String>,
    /// The last row of the log whose hosts were told. `None`: the first look finds all that is due anyway.
    seen: Option<i64>,
    look_at: Timestamp,
    look_for_left_at: Timestamp,
    renew_at: Timestamp,
    /// The latest time seen; `None`: what is kept has not been asked yet.
    latest: Option<Timestamp>,
    /// There were more hosts due than one look finds.
    has_more: bool,
    /// Something was put on the log.
    is_told: bool,
}

impl Dispatcher {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self {
            context,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            names: HashMap::new(),
            queue: Queue::default(),
            later: BinaryHeap::new(),
            parked: HashSet::new(),
            seen: None,
            look_at: Timestamp(0),
            look_for_left_at: Timestamp(0),
            renew_at: Timestamp(0),
            latest: None,
            has_more: false,
            is_told: false,
        }
    }

    /// Delivers until `stop`; then waits up to 7 s for answers that are under way.
    pub(super) async fn run(mut self, stop: impl Future<Output = ()>) {
        let signals = self.context.app.signals.clone();
        let timer = self.context.timer.clone();
        let mut stop = pin!(stop);
        let mut told = pin!(signals.delivery.notified());
        let mut moved = pin!(signals.hosts.notified());
        loop {
            self.step().await;
            let wake_at = self.wake_at();
            tokio::select! {
                () = &mut stop => break,
                () = &mut told => {
                    told.set(signals.delivery.notified());
                    self.is_told = true;
                }
                () = &mut moved => {
                    moved.set(signals.hosts.notified());
                    self.look_at = Timestamp(0);
                }
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.end(ended);
                    self.end_more();
                }
                () = timer.sleep_until(wake_at) => {}
            }
        }
        self.stop().await;
    }

    /// Delivers what can be delivered now; what has to wait for its time is left.
    pub(super) async fn run_until_idle(mut self) {
        loop {
            self.look_at = Timestamp(0);
            self.step().await;
            if self.running.is_empty() {
                return;
            }
            while let Some(ended) = self.tasks.join_next_with_id().await {
                let waits = self.end(ended);
                self.parked.extend(waits);
                self.start().await;
            }
        }
    }

    async fn step(&mut self) {
        let now = self.now();
        if let Err(error) = self.watch_clock(now).await {
            warn("what a wrong clock has left could not be set right", &error);
        }
        // Where the clock was set back, what is due soon would be due in hours.
        self.renew_at = self.renew_at.min(now.plus(lease::RENEW_EVERY));
        self.look_at = self.look_at.min(now.plus(LOOK_EVERY));
        self.look_for_left_at = self.look_for_left_at.min(now.plus(LOOK_FOR_LEFT_EVERY));
        if !self.running.is_empty() && !self.renew_at.is_after(now) {
            self.renew(now).await;
        }
        let is_time = !self.look_at.is_after(now) || (self.has_more && self.queue.is_empty());
        if is_time || self.is_told {
            self.is_told = false;
            if is_time {
                // Not for news: where there is always some, what was left out would never be found again.
                self.look_at = now.plus(LOOK_EVERY);
            }
            if let Err(error) = self.look(now, is_time).await {
                warn("hosts with deliveries could not be found", &error);
                self.look_at = now.plus(AFTER_STORE_ERROR);
            }
        }
        if !self.look_for_left_at.is_after(now) {
            self.look_for_left_at = now.plus(LOOK_FOR_LEFT_EVERY);
            if let Err(error) = self.look_for_left(now).await {
                warn("hosts that were left behind could not be found", &error);
            }
        }
        while self.later.peek().is_some_and(|Reverse((at, _))| !at.is_after(now)) {
            if let Some(Reverse((_, host))) = self.later.pop() {
                self.enqueue(DueHost { host, is_failing: true });
            }
        }
        self.start().await;
    }

    /// Notices that the clock was set back, while this runs or before it was started, and brings forward by as much what
    /// was to be done later.
    async fn watch_clock(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let app = &self.context.app;
        let latest = match self.latest {
            Some(latest) => latest,
            None => clock::find_latest(&app.store).await?.unwrap_or(now),
        };
        if now.plus(SET_BACK) < latest {
            let by = latest.since(now);
            tracing::warn!(duration_ms = by.as_millis(), "the clock was set back");
            let mut tx = app.begin().await?;
            clock::set_back(&mut tx, by, now).await?;
            tx.commit().await?;
            self.context.memory.clear();
            self.later.clear();
            (self.look_at, self.renew_at) = (now, now);
        }
        self.latest = Some(now);
        Ok(())
    }

    fn wake_at(&self) -> Timestamp {
        let renewal = (!self.running.is_empty()).then_some(self.renew_at);
        let later = self.later.peek().map(|Reverse((at, _))| *at);
        let look_at = self.look_at.min(self.look_for_left_at);
        renewal.into_iter().chain(later).fold(look_at, Timestamp::min)
    }

    /// Finds hosts whose holder did not give them back. In a database of our own there are none.
    async fn look_for_left(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let db = &self.context.app.store;
        if db.is_shared() {
            for due in host::list_left(db, now, MOST_FOUND).await? {
                self.enqueue(due);
            }
        }
        Ok(())
    }

    /// Finds hosts with something new and, where it `is_time`, all those with something old.
    async fn look(&mut self, now: Timestamp, is_time: bool) -> Result<(), StoreError> {
        let db = &self.context.app.store;
        // Before the hosts are listed: what comes in between is found twice rather than never.
        let last = log::last_seq(db).await?;
        let mut found = match self.seen {
            Some(seen) if last > seen => host::list_new(db, seen, last, now).await?,
            _ => Vec::new(),
        };
        if is_time {
            let due = host::list_due(db, now, MOST_FOUND).await?;
            self.has_more = due.len() >= MOST_FOUND as usize;
            found.extend(due);
        }
        self.seen = Some(last);
        for due in found {
            self.enqueue(due);
        }
        Ok(())
    }

    /// Puts a host in line, or tells its task to look again.
    fn enqueue(&mut self, due: DueHost) {
        if self.parked.contains(&due.host) {
            return;
        }
        match self.running.get(&due.host) {
            Some(running) => running.orders.send_modify(|order| order.looks += 1),
            None => self.queue.push(due),
        }
    }

    /// Gives tasks to the hosts in line, as far as there is room.
    async fn start(&mut self) {
        loop {
            let room = self.context.limits.hosts.saturating_sub(self.running.len()).min(BATCH);
            let failing = self.running.values().filter(|running| running.is_failing).count();
            let failing_room = self.context.limits.failing_hosts.saturating_sub(failing);
            let hosts = self.queue.take(room, failing_room);
            if hosts.is_empty() {
                return;
            }
            if let Err(error) = self.start_batch(hosts).await {
                warn("hosts could not be leased", &error);
                self.look_at = self.now().plus(AFTER_STORE_ERROR);
                return;
            }
        }
    }

    /// Those that somebody else has leased, or that are not due after all, are left out.
    async fn start_batch(&mut self, hosts: Vec<String>) -> Result<(), StoreError> {
        let Context { app, holder, .. } = &*self.context;
        let now = app.now();
        let until = now.plus(lease::LASTS);
        let mut tx = app.begin().await?;
        let leases = host::lease_all(&mut tx, hosts, holder, now, until).await?;
        tx.commit().await?;
        let names = leases.iter().map(|lease| lease.host.clone()).collect();
        let instances = instance::list_of(&app.store, names).await?;
        let mut instances: HashMap<String, Instance> =
            instances.into_iter().map(|instance| (instance.host.clone(), instance)).collect();
        if self.running.is_empty() {
            self.renew_at = now.plus(lease::RENEW_EVERY);
        }
        for lease in leases {
            let instance = instances.remove(&lease.host);
            self.spawn(lease, instance, until);
        }
        Ok(())
    }

    fn spawn(&mut self, lease: HostLease, instance: Option<Instance>, until: Timestamp) {
        let (orders, heard) = watch::channel(Order::default());
        let valid_until = Arc::new(AtomicI64::new(until.as_millis()));
        let run = HostRun::new(self.context.clone(), &lease, instance, valid_until.clone(), heard);
        let abort = self.tasks.spawn(run.run());
        self.names.insert(abort.id(), lease.host.clone());
        let is_failing = lease.failures > 0;
        let running = Running { epoch: lease.epoch, is_failing, orders, valid_until, abort };
        self.running.insert(lease.host, running);
    }

    /// Takes note of all that have ended meanwhile: the hosts that follow them are leased in one transaction.
    fn end_more(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.end(ended);
        }
    }

    /// Takes note of a task's end. Gives the host, where it has to wait.
    fn end(&mut self, ended: Result<(Id, Report), JoinError>) -> Option<String> {
        let (id, report) = match ended {
            Ok((id, report)) => (id, report),
            Err(error) => {
                if error.is_panic() {
                    tracing::error!(%error, "a delivery task panicked");
                }
                (error.id(), Report::BROKEN)
            }
        };
        let host = self.names.remove(&id)?;
        let running = self.running.remove(&host)?;
        let has_news = running.orders.borrow().looks != report.looks;
        if has_news && report.ending != Ending::Broken {
            self.enqueue(DueHost { host: host.clone(), is_failing: running.is_failing });
        }
        let Ending::Later(at) = report.ending else { return None };
        self.later.push(Reverse((at, host.clone())));
        Some(host)
    }

    /// Holds on to the hosts of all tasks; a task whose host is somebody else's by now ends at once.
    async fn renew(&mut self, now: Timestamp) {
        self.renew_at = now.plus(lease::RENEW_EVERY);
        let until = now.plus(lease::LASTS);
        let kept = match self.renew_leases(now, until).await {
            Ok(kept) => kept,
            Err(error) => return warn("leases could not be renewed", &error),
        };
        for (host, running) in &self.running {
            if kept.get(host) == Some(&running.epoch) {
                running.valid_until.store(until.as_millis(), Ordering::Relaxed);
            } else {
                running.abort.abort();
            }
        }
    }

    async fn renew_leases(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<HashMap<String, i64>, StoreError> {
        let Context { app, holder, .. } = &*self.context;
        let hosts = self.running.keys().cloned().collect();
        let mut tx = app.begin().await?;
        let kept = host::renew_all(&mut tx, hosts, holder, now, until).await?;
        tx.commit().await?;
        Ok(kept.into_iter().collect())
    }

    /// Ends all tasks, gently as long as that takes no more than the time they have for it and a little.
    async fn stop(&mut self) {
        let now = self.now();
        self.renew(now).await;
        for running in self.running.values() {
            running.orders.send_modify(|order| order.is_stop = true);
        }
        let deadline = now.plus(STOP_WITHIN + Duration::from_secs(1));
        let timer = self.context.timer.clone();
        loop {
            tokio::select! {
                ended = self.tasks.join_next_with_id() => match ended {
                    Some(ended) => { self.end(ended); }
                    None => return,
                },
                () = timer.sleep_until(deadline) => return,
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.context.app.now()
    }
}

fn warn(message: &str, error: &StoreError) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "{message}");
}
