//! Takes what was received and brings it to its use case; [`super::lanes`] says in which order.

use std::time::Duration;

use guildhall_app::cause;
use guildhall_domain::{EntryId, ReceivedId, actor::ActorKind, content::EntryState, event::Cause};
use guildhall_store::{
    StoreError, entry,
    received::{self, Outcome, Place, Received},
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::lanes::{Ended, Lanes};
use super::share;
use super::translate::{Age, Incoming, Step, Trouble, learn_moderators, translate};
use crate::Federation;

/// Activities read from the store at a time.
const BATCH: usize = 500;
/// Bodies read at a time: of the largest 32 MiB.
const BODIES: usize = 32;
/// How often to look into the store without being told: for what was put off, and what another process left.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The least time between two looks; a look that takes longer is followed by a pause as long as itself.
const LOOK_PAUSE: Duration = Duration::from_millis(10);
/// How soon to look again when the store failed.
const AFTER_STORE_ERROR: Duration = Duration::from_secs(1);
/// The longest that one activity may take with all that has to be fetched for it.
const LONGEST: Duration = Duration::from_mins(2);
/// Tries before an activity is given up: with the doubling below about a day and a half.
pub(crate) const MAX_ATTEMPTS: i64 = 14;

/// Processes what was received, as far as it is this node's share, of at most `senders` at the same time, until `shutdown`
/// ends; what is under way then is finished. `holder` is a name that no other process has.
pub async fn run(federation: Federation, holder: String, senders: usize, shutdown: impl Future<Output = ()>) {
    let Some(arrivals) = federation.arrivals.take() else {
        tracing::error!("two workers in one process; this one does nothing");
        return;
    };
    let shards = federation.shards.clone();
    let (stop, stopped) = watch::channel(false);
    let work = async {
        Worker::new(federation.clone(), arrivals, senders).run(shutdown, &stop).await;
    };
    let mut heard = stopped;
    let keep = share::keep(&federation.app, &holder, &shards, async move {
        // An error means that the worker is gone.
        let _ = heard.wait_for(|stopped| *stopped).await;
    });
    tokio::join!(work, keep);
}

struct Worker {
    federation: Federation,
    arrivals: mpsc::Receiver<Received>,
    lanes: Lanes,
    /// When the store may be read next: not all the time, however often somebody rings.
    next_look: Instant,
    is_told: bool,
    /// A look through the store that is under way.
    look: Option<Look>,
}

/// How far a look through the store has got.
struct Look {
    /// Those that were ours when it began: of one that comes later, the first are behind it.
    shards: Vec<u8>,
    after: Place,
    began: Instant,
    /// Whether nothing is known to be unread: what has just come may be taken meanwhile. A long way through what waits would
    /// else hold up everybody who comes.
    is_routine: bool,
}

impl Worker {
    fn new(federation: Federation, arrivals: mpsc::Receiver<Received>, senders: usize) -> Self {
        let lanes = Lanes::new(senders);
        Self { federation, arrivals, lanes, next_look: Instant::now(), is_told: true, look: None }
    }

    async fn run(mut self, shutdown: impl Future<Output = ()>, stop: &watch::Sender<bool>) {
        let federation = self.federation.clone();
        let (shards, signals) = (&federation.shards, &federation.app.signals);
        tokio::pin!(shutdown);
        loop {
            // What might overtake something that is still unread is not taken by the short way.
            let is_open = self.look.as_ref().is_none_or(|look| look.is_routine);
            let look_at = if self.look.is_some() {
                Instant::now()
            } else if self.is_told || self.lanes.wants_more() {
                self.next_look
            } else {
                self.next_look + LOOK_EVERY
            };
            tokio::select! {
                () = &mut shutdown => break,
                Some(received) = self.arrivals.recv(), if is_open => { self.lanes.add_new(received); }
                ended = self.lanes.ended(shards) => self.end(ended),
                () = federation.arrivals.missed() => self.is_told = true,
                () = signals.received.notified() => self.is_told = true,
                () = shards.changed() => self.share(),
                () = sleep_until(look_at) => self.look().await,
            }
            if self.look.as_ref().is_none_or(|look| look.is_routine) {
                self.take_arrivals();
            }
            self.start();
        }
        // What is under way is finished, and nothing else is ours to do.
        stop.send_replace(true);
        self.lanes.finish(shards).await;
    }

    fn take_arrivals(&mut self) {
        while let Ok(received) = self.arrivals.try_recv() {
            self.lanes.add_new(received);
        }
    }

    fn start(&mut self) {
        let federation = &self.federation;
        self.lanes.start(&federation.shards, federation.app.now(), |received| {
            let federation = federation.clone();
            async move { process(&federation, received).await }
        });
    }

    fn end(&mut self, ended: Ended) {
        if ended == Ended::Open {
            // The store is in trouble: no use in asking it at once.
            self.next_look = self.next_look.max(Instant::now() + AFTER_STORE_ERROR);
        }
    }

    /// Takes note of shards that came or went.
    fn share(&mut self) {
        let (shards, now) = (&self.federation.shards, self.federation.app.now());
        self.federation.arrivals.close();
        self.lanes.keep(|shard| shards.holds(shard, now));
        self.is_told = true;
    }

    /// Reads a part of what is due from the store, or the first part. The short way is open from then on, where there is one;
    /// what comes by it is taken after the last part, or at once where the look is routine.
    async fn look(&mut self) {
        let look = match self.look.take() {
            Some(look) => look,
            None => self.begin_look(),
        };
        match read_due(&self.federation, &mut self.lanes, &look).await {
            Ok(Some(after)) => self.look = Some(Look { after, ..look }),
            Ok(None) => {
                self.lanes.end_reading();
                self.next_look = Instant::now() + look.began.elapsed().max(LOOK_PAUSE);
            }
            Err(error) => {
                self.lanes.end_reading();
                tracing::error!(error = %error, "reading received activities failed");
                self.federation.arrivals.close();
                self.next_look = Instant::now() + AFTER_STORE_ERROR;
                self.is_told = true;
            }
        }
    }

    fn begin_look(&mut self) -> Look {
        let is_routine = !std::mem::take(&mut self.is_told) && !self.lanes.has_spilled();
        // Older than what was missed after them.
        self.take_arrivals();
        let arrivals = &self.federation.arrivals;
        if self.federation.shards.is_alone(self.federation.app.now()) {
            // Before: what comes from now on, and only that, may come both ways.
            arrivals.open();
        } else {
            arrivals.close();
        }
        self.lanes.begin_reading();
        let shards = self.federation.shards.open(self.federation.app.now());
        Look { shards, after: Place::FIRST, began: Instant::now(), is_routine }
    }
}

/// Looks through a part of what is due, past those whose lanes are full, for what finds room. Gives where to go on.
async fn read_due(
    federation: &Federation,
    lanes: &mut Lanes,
    look: &Look,
) -> Result<Option<Place>, StoreError> {
    let (store, now) = (&federation.app.store, federation.app.now());
    let page = received::list_due_lanes(store, &look.shards, now, look.after, BATCH).await?;
    for chunk in page.chunks(BODIES) {
        let mut wanted = Vec::with_capacity(chunk.len());
        for due in chunk {
            if lanes.wants(due) {
                wanted.push(due.id);
            } else {
                lanes.spill(due);
            }
        }
        if !wanted.is_empty() {
            for received in received::list_queued(store, &wanted).await? {
                lanes.add_read(received);
            }
        }
    }
    Ok(page.last().filter(|_| page.len() == BATCH).map(|last| last.place))
}

/// Processes everything that is due, and what that brings up, until nothing is: for tests.
pub async fn run_until_idle(federation: &Federation) -> Result<(), StoreError> {
    loop {
        let due = received::list_due(&federation.app.store, federation.app.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        for received in due {
            process(federation, received).await;
        }
    }
}

async fn process(federation: &Federation, received: Received) -> Ended {
    let (id, verb, attempts) = (received.id, received.verb.clone(), received.attempts);
    let lag = federation.app.now().since(received.received_at);
    metrics::histogram!("inbox_lag_seconds").record(lag.as_secs_f64());
    let mut sender = None;
    // All that is fetched for it is paid from one account.
    let cause = federation.for_one_cause();
    let step = match Incoming::load(&cause, received).await {
        Ok(incoming) => {
            sender = Some(incoming.actor.clone()).filter(|actor| actor.kind == ActorKind::Group);
            // Boxed: the deepest path, which fetches a whole thread, would make every task as large.
            match tokio::time::timeout(LONGEST, Box::pin(translate(&cause, incoming))).await {
                Ok(step) => step,
                Err(_) => Err(Trouble::Later("took too long".to_owned())),
            }
        }
        Err(trouble) => Err(trouble),
    };
    let ended = match step {
        Ok(Step::Done) => Ok(()),
        Ok(Step::Waits(entry)) => wait(federation, id, entry).await,
        Ok(Step::Ended(outcome, reason)) => end(federation, id, outcome, &reason).await,
        Err(Trouble::Store(reason)) => {
            cause::count("retry");
            tracing::warn!(activity.verb = verb, reason, "the store failed an activity; it is tried again");
            return Ended::Open;
        }
        Err(Trouble::Later(reason)) if attempts < MAX_ATTEMPTS => {
            put_off(federation, id, attempts, &reason).await
        }
        Err(Trouble::Later(reason) | Trouble::Never(reason)) => {
            tracing::warn!(activity.verb = verb, reason, "an activity could not be processed");
            end(federation, id, Outcome::Failed, &reason).await
        }
    };
    if let Err(error) = &ended {
        // It stays due, and is tried again.
        tracing::error!(error = %error, "noting the outcome of an activity failed");
    }
    if let Some(group) = sender {
        // Only now, so that the activity did not wait for it.
        learn_moderators(federation, &group, Age::Actor).await;
    }
    if ended.is_ok() { Ended::Settled } else { Ended::Open }
}

async fn end(
    federation: &Federation,
    id: ReceivedId,
    outcome: Outcome,
    reason: &str,
) -> Result<(), StoreError> {
    let mut tx = federation.app.begin().await?;
    cause::finish(&mut tx, Cause::Activity(id), outcome, Some(reason), federation.app.now()).await?;
    tx.commit().await
}

/// Lets an activity wait for a moderator's word about an entry; if that has been said meanwhile, it stays due.
async fn wait(federation: &Federation, id: ReceivedId, about: EntryId) -> Result<(), StoreError> {
    let mut tx = federation.app.begin().await?;
    let is_held = entry::lock(&mut tx, about).await?.is_some_and(|entry| entry.state == EntryState::Held);
    if !is_held {
        drop(tx);
        federation.app.signals.received.notify_one();
        return Ok(());
    }
    if received::set_waiting(&mut tx, id, about).await? {
        cause::count("waits");
        return tx.commit().await;
    }
    drop(tx);
    end(federation, id, Outcome::Ignored, "too much waits for the same thing").await
}

async fn put_off(
    federation: &Federation,
    id: ReceivedId,
    attempts: i64,
    reason: &str,
) -> Result<(), StoreError> {
    cause::count("retry");
    let exponent = u32::try_from(attempts.clamp(0, MAX_ATTEMPTS)).unwrap_or(0);
    let due = federation.app.now().plus(Duration::from_secs(8) * 2_u32.pow(exponent));
    let mut tx = federation.app.begin().await?;
    received::reschedule(&mut tx, id, due, reason).await?;
    tx.commit().await
}
