//! Takes what was received and brings it to its use case; [`super::lanes`] says in which order.

use std::time::Duration;

use guildhall_app::cause;
use guildhall_domain::{EntryId, ReceivedId, actor::ActorKind, content::EntryState, event::Cause};
use guildhall_store::{
    StoreError, entry,
    received::{self, Outcome, Received},
};

use super::lanes::Lanes;
use super::translate::{Age, Incoming, Step, Trouble, learn_moderators, translate};
use crate::Federation;

/// Activities read from the store at a time.
const BATCH: usize = 500;
/// How often to look into the store without being told: for what was put off, and what another process left.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The longest that one activity may take with all that has to be fetched for it.
const LONGEST: Duration = Duration::from_mins(2);
/// Tries before an activity is given up: with the doubling below about a day and a half.
const MAX_ATTEMPTS: i64 = 14;

/// Processes what was received, of at most `senders` at the same time, until `shutdown` ends; what is under way then is
/// finished.
pub async fn run(federation: Federation, senders: usize, shutdown: impl Future<Output = ()>) {
    let Some(mut arrivals) = federation.arrivals.take() else {
        tracing::error!("two workers in one process; this one does nothing");
        return;
    };
    let mut lanes = Lanes::new(senders);
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(received) = arrivals.recv() => { lanes.add(received); }
            () = lanes.ended() => {}
            () = federation.arrivals.overflowed() => look.reset_immediately(),
            () = federation.app.signals.received.notified() => look.reset_immediately(),
            _ = look.tick() => {
                if let Err(error) = read_due(&federation, &mut lanes).await {
                    tracing::error!(error = %error, "reading received activities failed");
                }
            }
        }
        while let Ok(received) = arrivals.try_recv() {
            lanes.add(received);
        }
        lanes.start(|received| {
            let federation = federation.clone();
            async move { process(&federation, received).await }
        });
    }
    lanes.finish().await;
}

/// Looks through all that is due, past those whose lanes are full, for what finds room.
async fn read_due(federation: &Federation, lanes: &mut Lanes) -> Result<(), StoreError> {
    let (store, now) = (&federation.app.store, federation.app.now());
    let mut after = None;
    loop {
        let page = received::list_due_lanes(store, now, after, BATCH).await?;
        for due in &page {
            if lanes.wants(due.id, &due.lane)
                && let Some(received) = received::find_queued(store, due.id).await?
            {
                lanes.add(received);
            }
        }
        after = page.last().map(|due| (due.due_at, due.id));
        if page.len() < BATCH {
            return Ok(());
        }
    }
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

async fn process(federation: &Federation, received: Received) {
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
        Err(Trouble::Later(reason)) if attempts < MAX_ATTEMPTS => {
            put_off(federation, id, attempts, &reason).await
        }
        Err(Trouble::Later(reason) | Trouble::Never(reason)) => {
            tracing::warn!(activity.verb = verb, reason, "an activity could not be processed");
            end(federation, id, Outcome::Failed, &reason).await
        }
    };
    if let Err(error) = ended {
        // It stays due, and is tried again.
        tracing::error!(error = %error, "noting the outcome of an activity failed");
    }
    if let Some(group) = sender {
        // Only now, so that the activity did not wait for it.
        learn_moderators(federation, &group, Age::Actor).await;
    }
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
