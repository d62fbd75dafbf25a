//! Tying a change to the activity that caused it: the activity ends in the transaction that carries its effect, and is
//! counted there, where its outcome is known.

use guildhall_domain::{
    EventId, Timestamp,
    event::{Cause, Event, EventKind},
};
use guildhall_store::{
    StoreError, Tx, event,
    received::{self, Outcome},
};

use crate::App;

/// Counts what became of an activity that was taken up: how it ended, or why it has not ended yet.
///
/// Counted before the commit: should that fail, the activity is taken up again, and counted again.
pub fn count(outcome: &'static str) {
    metrics::counter!("activities_processed_total", "outcome" => outcome).increment(1);
}

/// Ends the activity behind `cause`. `false` when it had ended before: nothing must be written then.
pub async fn finish(
    tx: &mut Tx,
    cause: Cause,
    outcome: Outcome,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Cause::Activity(id) = cause else { return Ok(true) };
    let is_first = received::finish(tx, id, outcome, reason, now).await?;
    if is_first {
        count(outcome.as_str());
    }
    Ok(is_first)
}

/// Ends the activity behind `cause` when a use case found nothing to do; on its own, in its own transaction.
pub(crate) async fn finish_alone(
    app: &App,
    cause: Cause,
    outcome: Outcome,
    reason: &str,
) -> Result<(), StoreError> {
    if cause == Cause::Local {
        return Ok(());
    }
    let mut tx = app.begin().await?;
    finish(&mut tx, cause, outcome, Some(reason), app.now()).await?;
    tx.commit().await
}

/// Ends the activity behind `cause` because a use case came to a final no, and gives that back. No transaction may be
/// open: this takes its own.
pub(crate) async fn refused<E>(app: &App, cause: Cause, error: E) -> E
where
    E: std::fmt::Display + From<StoreError>,
{
    match finish_alone(app, cause, Outcome::Refused, &error.to_string()).await {
        Ok(()) => error,
        Err(trouble) => trouble.into(),
    }
}

/// Records that something happened; the id it gets is what activities derive theirs from.
pub(crate) async fn tell(
    app: &App,
    tx: &mut Tx,
    cause: Cause,
    kind: EventKind,
) -> Result<EventId, StoreError> {
    let event = new_event(app, cause, kind);
    event::append(tx, &event).await?;
    Ok(event.id)
}

/// The record that something happens now.
pub(crate) fn new_event(app: &App, cause: Cause, kind: EventKind) -> Event {
    Event { id: EventId(app.new_id()), at: app.now(), cause, kind }
}
