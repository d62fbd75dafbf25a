//! Takes what was received, in order for each sender, and brings it to its use case.
//!
//! Activities of one sender are processed one after another, since an edit must not overtake its post; senders do not
//! wait for each other.

use std::{collections::HashMap, time::Duration};

use guildhall_domain::ApId;
use guildhall_store::{
    StoreError,
    received::{self, Outcome, Received},
};
use tokio::task::JoinSet;

use super::translate::{Incoming, Step, Trouble, translate};
use crate::Federation;

/// Activities read at a time.
const BATCH: usize = 500;
/// Senders whose activities are processed at the same time.
const LANES: usize = 32;
/// How often to look without being woken.
const IDLE: Duration = Duration::from_secs(5);
/// Tries before an activity is given up: with the doubling below about a day and a half.
const MAX_ATTEMPTS: i64 = 14;

/// Processes what was received until `shutdown` ends; what is under way then is finished.
pub async fn run(federation: Federation, shutdown: impl Future<Output = ()>) {
    let mut lanes = Lanes::default();
    tokio::pin!(shutdown);
    loop {
        if let Err(error) = lanes.fill(&federation).await {
            tracing::error!(error = %error, "reading received activities failed");
        }
        tokio::select! {
            () = &mut shutdown => break,
            () = federation.app.signals.received.notified() => {}
            Some(ended) = lanes.running.join_next() => lanes.free(ended),
            () = tokio::time::sleep(IDLE) => {}
        }
    }
    while let Some(ended) = lanes.running.join_next().await {
        lanes.free(ended);
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

/// The senders whose activities are under way.
#[derive(Default)]
struct Lanes {
    running: JoinSet<ApId>,
    busy: HashMap<ApId, tokio::task::Id>,
}

impl Lanes {
    async fn fill(&mut self, federation: &Federation) -> Result<(), StoreError> {
        let due = received::list_due(&federation.app.store, federation.app.now(), BATCH).await?;
        let mut waiting: HashMap<ApId, Vec<Received>> = HashMap::new();
        for received in due {
            let lane = lane_of(&received);
            if !self.busy.contains_key(&lane) {
                waiting.entry(lane).or_default().push(received);
            }
        }
        for (lane, received) in waiting {
            if self.busy.len() >= LANES {
                return Ok(());
            }
            let (federation, name) = (federation.clone(), lane.clone());
            let task = self.running.spawn(async move {
                for received in received {
                    process(&federation, received).await;
                }
                name
            });
            self.busy.insert(lane, task.id());
        }
        Ok(())
    }

    fn free(&mut self, ended: Result<ApId, tokio::task::JoinError>) {
        match ended {
            Ok(lane) => {
                self.busy.remove(&lane);
            }
            Err(error) => {
                tracing::error!(error = %error, "processing an activity panicked");
                self.busy.retain(|_, task| *task != error.id());
            }
        }
    }
}

// What a group announces keeps the group's order.
fn lane_of(received: &Received) -> ApId {
    received.via.clone().unwrap_or_else(|| received.actor.clone())
}

async fn process(federation: &Federation, received: Received) {
    let (id, verb, attempts) = (received.id, received.verb.clone(), received.attempts);
    let lag = federation.app.now().since(received.received_at);
    metrics::histogram!("inbox_lag_seconds").record(lag.as_secs_f64());
    let step = match Incoming::load(federation, received).await {
        // Boxed: the deepest path, which fetches a whole thread, would make every task as large.
        Ok(incoming) => Box::pin(translate(federation, incoming)).await,
        Err(trouble) => Err(trouble),
    };
    let ended = match step {
        Ok(Step::Done) => {
            count("done");
            return;
        }
        Ok(Step::Ended(outcome, reason)) => end(federation, id, outcome, &reason).await,
        Err(Trouble::Later(reason)) if attempts < MAX_ATTEMPTS => put_off(federation, id, attempts, &reason).await,
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
