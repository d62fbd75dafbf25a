//! Puts what happened on the delivery log: one task, in the whole installation, that holds the lease `publisher`.
//!
//! Events are told in order. The rows of an event and the note that it was told are one transaction, and ids derive from
//! what they tell of: a publisher that was killed in between tells again, and nothing is there twice.

use std::{error::Error, future::Future, pin::pin, time::Duration};

use futures_util::future::join_all;
use guildhall_app::{App, Forget};
use guildhall_domain::{
    ActorId, EventId, Timestamp,
    event::{Event, EventKind},
};
use guildhall_store::{
    StoreError, Tx,
    delivery::{NewDelivery, log},
    event,
    lease::{self, Lease},
    signing_key,
};
use metrics::{counter, gauge};

use super::{plan::plan, render::RenderError};

/// The lease of the one who publishes.
pub const LEASE: &str = "publisher";

/// Events told in one transaction: enough to keep up with a burst, few enough that one does not hold others up.
const BATCH: usize = 64;

/// Publishes until `stop` ends. `holder` is a name that no other process has.
pub async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    let mut stop = pin!(stop);
    let mut publisher = Publisher { app, holder, lease: None };
    loop {
        let told = publisher.step().await.unwrap_or_else(|error| {
            counter!("publisher_errors_total").increment(1);
            tracing::warn!(error = &error as &dyn Error, "publishing failed; trying again");
            0
        });
        // Looking without being told, too: the one who publishes may be gone, or a hint of another node lost.
        let pause = if told == BATCH { Duration::ZERO } else { lease::LOOK_EVERY };
        let is_ours = publisher.lease.is_some();
        publisher.app.signals.set_publishes(is_ours);
        tokio::select! {
            biased;
            () = &mut stop => break,
            () = publisher.app.signals.event.notified(), if is_ours => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    publisher.app.signals.set_publishes(false);
    publisher.release().await;
}

/// Tells all that waits to be told, without a lease: for an instance of one process that is not running, and for tests.
/// Gives the number of events.
///
/// # Errors
/// The store failed; what was told before stays told.
pub async fn publish_pending(app: &App) -> Result<usize, StoreError> {
    let mut told = 0;
    loop {
        match publish_batch(app, None).await? {
            0 => return Ok(told),
            more => told += more,
        }
    }
}

struct Publisher {
    app: App,
    holder: String,
    lease: Option<Lease>,
}

impl Publisher {
    /// Tells one batch, if it is ours to tell. Gives the number of events.
    async fn step(&mut self) -> Result<usize, StoreError> {
        if !self.hold().await? {
            return Ok(0);
        }
        publish_batch(&self.app, self.lease.as_ref()).await
    }

    /// Takes the lease, or holds it for longer. `false`: somebody else has it.
    async fn hold(&mut self) -> Result<bool, StoreError> {
        let now = self.app.now();
        let renew_at = now.plus(lease::LASTS.saturating_sub(lease::RENEW_EVERY));
        // One that ends later than any does was taken before the clock was set back.
        let is_sound = |until: Timestamp| until.is_after(renew_at) && !until.is_after(now.plus(lease::LASTS));
        if self.lease.as_ref().is_some_and(|lease| is_sound(lease.until)) {
            return Ok(true);
        }
        let mut tx = self.app.begin().await?;
        let renewed = match self.lease.as_mut() {
            Some(lease) => lease::renew(&mut tx, lease, now).await?,
            None => false,
        };
        if renewed {
            tx.commit().await?;
        } else {
            // Not ours from here on, whatever becomes of the transaction.
            self.lease = None;
            let taken = lease::acquire(&mut tx, LEASE, &self.holder, now).await?;
            tx.commit().await?;
            self.lease = taken;
        }
        Ok(self.lease.is_some())
    }

    /// Lets another process go on at once instead of when the lease ends.
    async fn release(self) {
        let Some(lease) = self.lease else { return };
        let released = async {
            let mut tx = self.app.begin().await?;
            lease::release(&mut tx, &lease).await?;
            tx.commit().await
        };
        if let Err(error) = released.await {
            tracing::warn!(
                error = &error as &dyn Error,
                "the publisher's lease was not given back; it ends by itself"
            );
        }
    }
}

/// An event with what tells of it.
type Planned = (Event, Vec<NewDelivery>);

async fn publish_batch(app: &App, lease: Option<&Lease>) -> Result<usize, StoreError> {
    let events = event::list_unpublished(&app.store, BATCH).await?;
    let lag = events.first().map_or(Duration::ZERO, |oldest| app.now().since(oldest.at));
    gauge!("publisher_lag_seconds").set(lag.as_secs_f64());
    let planned = plan_all(app, events).await?;
    let told = match write(app, lease, &planned).await {
        Err(error) if !is_transient(&error) && !planned.is_empty() => {
            write_apart(app, lease, planned).await?
        }
        told => told?,
    };
    if told > 0 {
        counter!("events_published_total").increment(told as u64);
        app.signals.delivery.notify_one();
    }
    Ok(told)
}

/// Renders events, up to the first that has to be tried again: later ones wait for it.
async fn plan_all(app: &App, events: Vec<Event>) -> Result<Vec<Planned>, StoreError> {
    let mut planned = Vec::with_capacity(events.len());
    // All at one time: they wait for the database most of the time, and what they read they read together.
    let plans = join_all(events.iter().map(|event| plan(app, event))).await;
    for (event, rows) in events.into_iter().zip(plans) {
        match rows {
            Ok(rows) => planned.push((event, rows)),
            Err(RenderError::Store(error)) if is_transient(&error) => {
                return if planned.is_empty() { Err(error) } else { Ok(planned) };
            }
            Err(error) => {
                give_up(&event, &error);
                planned.push((event, Vec::new()));
            }
        }
    }
    Ok(planned)
}

/// Writes everything or nothing. Gives the number of events: 0 when the lease is somebody else's by now.
async fn write(app: &App, lease: Option<&Lease>, planned: &[Planned]) -> Result<usize, StoreError> {
    if planned.is_empty() {
        return Ok(0);
    }
    let now = app.now();
    let mut tx = app.begin().await?;
    if let Some(lease) = lease
        && !lease::lock_held(&mut tx, lease).await?
    {
        return Ok(0);
    }
    let rows: Vec<&NewDelivery> = planned.iter().flat_map(|(_, rows)| rows).collect();
    let places = if rows.is_empty() { Vec::new() } else { log::append_all(&mut tx, &rows, now).await? };
    let changed = change_keys(&mut tx, planned, &places).await?;
    let told: Vec<EventId> = planned.iter().map(|(event, _)| event.id).collect();
    event::mark_all_published(&mut tx, &told, now).await?;
    tx.commit().await?;
    // Before anybody delivers what comes after it.
    for actor in changed {
        app.signals.forget(Forget::Actor(actor));
    }
    Ok(planned.len())
}

/// Notes from which place on the log on new keys sign. Gives the actors whose they are.
async fn change_keys(tx: &mut Tx, planned: &[Planned], places: &[i64]) -> Result<Vec<ActorId>, StoreError> {
    let (mut places, mut changed) = (places.iter(), Vec::new());
    for (event, rows) in planned {
        let last = places.by_ref().take(rows.len()).last();
        if let EventKind::KeysChanged { actor } = event.kind {
            signing_key::set_place(tx, event.id, last.copied()).await?;
            changed.push(actor);
        }
    }
    Ok(changed)
}

/// Writes each event by itself, so that one that the store refuses does not stop the rest.
async fn write_apart(app: &App, lease: Option<&Lease>, planned: Vec<Planned>) -> Result<usize, StoreError> {
    let mut told = 0;
    for one in planned {
        told += match write(app, lease, std::slice::from_ref(&one)).await {
            Err(error) if !is_transient(&error) => {
                give_up(&one.0, &error);
                write(app, lease, &[(one.0, Vec::new())]).await?
            }
            written => written?,
        };
    }
    Ok(told)
}

fn is_transient(error: &StoreError) -> bool {
    error.is_retryable() || error.is_unavailable()
}

fn give_up(event: &Event, error: &(dyn Error + 'static)) {
    counter!("events_unpublishable_total").increment(1);
    tracing::warn!(event.id = event.id.0, error, "an event cannot be told to other servers");
}
