//! Takes what was received and brings it to its use case; [`super::lanes`] says in which order.

use std::time::Duration;

use guildhall_store::{
    StoreError,
    received::{self, Outcome, Received},
};

use super::lanes::Lanes;
use super::translate::{Incoming, Step, Trouble, translate};
use crate::Federation;

/// Activities read from the store at a time.
const BATCH: usize = 500;
/// How often to look into the store without being told: for what was put off, and what another process left.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The longest that one activity may take with all that has to be fetched for it.
const LONGEST: Duration = Duration::from_mins(2);
/// Tries before an activity is given up: with the doubling below about a day and a half.
const MAX_ATTEMPTS: i64 = 14;

/// Processes what was received until `shutdown` ends; what is under way then is finished.
pub async fn run(federation: Federation, shutdown: impl Future<Output = ()>) {
    let Some(mut arrivals) = federation.arrivals.take() else {
        tracing::error!("two workers in one process; this one does nothing");
        return;
    };
    let mut lanes = Lanes::default();
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
    let step = match Incoming::load(federation, received).await {
        // Boxed: the deepest path, which fetches a whole thread, would make every task as large.
        Ok(incoming) => {
            match tokio::time::timeout(LONGEST, Box::pin(translate(federation, incoming))).await {
                Ok(step) => step,
                Err(_) => Err(Trouble::Later("took too long".to_owned())),
            }
        }
        Err(trouble) => Err(trouble),
    };
    let ended = match step {
        Ok(Step::Done) => {
            count("done");
            return;
        }
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
}

fn count(outcome: &'static str) {
    metrics::counter!("activities_processed_total", "outcome" => outcome).increment(1);
}

async fn end(
    federation: &Federation,
    id: guildhall_domain::ReceivedId,
    outcome: Outcome,
    reason: &str,
) -> Result<(), StoreError> {
    count(outcome.as_str());
    let mut tx = federation.app.begin().await?;
    received::finish(&mut tx, id, outcome, Some(reason), federation.app.now()).await?;
    tx.commit().await
}

async fn put_off(
    federation: &Federation,
    id: guildhall_domain::ReceivedId,
    attempts: i64,
    reason: &str,
) -> Result<(), StoreError> {
    count("retry");
    let exponent = u32::try_from(attempts.clamp(0, MAX_ATTEMPTS)).unwrap_or(0);
    let due = federation.app.now().plus(Duration::from_secs(8) * 2_u32.pow(exponent));
    let mut tx = federation.app.begin().await?;
    received::reschedule(&mut tx, id, due, reason).await?;
    tx.commit().await
}
