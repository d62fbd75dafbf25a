//! Asking the sources of block lists whether they have changed.

use std::time::Duration;

use guildhall_domain::{BlockListId, Timestamp, peering::block_list::ListMode, peering::block_list::Offer};
use guildhall_store::{
    StoreError, Tx,
    block_list::{self, BlockList, Checked, Validators},
};

use super::{
    BlockListError,
    apply::{Cause, apply, changes_of},
};
use crate::{
    App, Forget,
    peering::{CsvLine, read_csv},
    port::{FetchedList, ResolveError},
};

/// How soon a source that failed is asked again the first time; twice as long after each further failure, up to its
/// interval.
const FIRST_RETRY: Duration = Duration::from_mins(10);
/// The longest failure that is kept, in characters.
const MAX_FAILURE: usize = 1_000;

/// How a look at a source went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// Why nothing was learned from it; what was in force before is so still.
    pub failure: Option<String>,
    /// How many changes were made.
    pub applied: usize,
    /// How many wait for an admin.
    pub waiting: usize,
}

/// What a source said.
pub(super) enum Answer {
    Unchanged,
    List(Vec<Offer>, Validators),
}

/// Asks the source of a subscription, whether it is due or not. What cannot be fetched or read changes nothing; it is kept
/// as the subscription's failure.
///
/// # Errors
/// [`BlockListError::NotFound`], [`BlockListError::Store`].
pub async fn refresh(app: &App, id: BlockListId) -> Result<Refreshed, BlockListError> {
    let known = block_list::find(&app.store, id).await?.ok_or(BlockListError::NotFound)?;
    let answer = match ask(app, &known.url, &known.validators).await {
        Err(BlockListError::Store(error)) => return Err(error.into()),
        other => other,
    };
    let mut tx = app.begin().await?;
    let list = block_list::lock(&mut tx, id).await?.ok_or(BlockListError::NotFound)?;
    let failure = answer.as_ref().err().map(|error| shortened(&error.to_string()));
    if let Ok(answer) = answer {
        take_down(&mut tx, &list, answer).await?;
    }
    let now = app.now();
    let next_at = now.plus(pause(&list, failure.is_some()));
    let checked = Checked { at: now, next_at, failure: failure.clone() };
    block_list::set_checked(&mut tx, id, &checked).await?;
    let changes = changes_of(app, &mut tx, &list).await?;
    let is_applied = failure.is_none() && list.terms.mode == ListMode::Automatic;
    if is_applied {
        apply(app, &mut tx, &list, &changes, Cause::Source).await?;
    }
    tx.commit().await?;
    let (applied, waiting) = if is_applied { (changes.len(), 0) } else { (0, changes.len()) };
    if applied > 0 {
        app.signals.forget(Forget::Peering);
    }
    tracing::info!(url = list.url, applied, waiting, failure, "block list looked at");
    Ok(Refreshed { failure, applied, waiting })
}

/// Asks all sources that are due by now, one after the other.
///
/// # Errors
/// Reading or writing failed; what is left is asked the next time.
pub async fn refresh_due(app: &App) -> Result<(), StoreError> {
    for list in block_list::list_due(&app.store, app.now()).await? {
        // Any other error: it was unsubscribed meanwhile.
        if let Err(BlockListError::Store(error)) = refresh(app, list.id).await {
            return Err(error);
        }
    }
    Ok(())
}

/// Fetches and reads a list, in no transaction.
pub(super) async fn ask(app: &App, url: &str, known: &Validators) -> Result<Answer, BlockListError> {
    match app.resolver.block_list(url, known).await {
        Ok(FetchedList::Unchanged) => Ok(Answer::Unchanged),
        Ok(FetchedList::Text { text, validators }) => {
            Ok(Answer::List(offers_of(read_csv(&text)?), validators))
        }
        Err(ResolveError::NotFound) => {
            Err(ResolveError::Refused("nothing is at this address".to_owned()).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn offers_of(lines: Vec<CsvLine>) -> Vec<Offer> {
    let mut offers: Vec<Offer> = lines.into_iter().map(|line| line.offer).collect();
    offers.sort_by(|one, other| one.host.cmp(&other.host));
    offers
}

/// Keeps what a source said, where it is something new.
pub(super) async fn take_down(tx: &mut Tx, list: &BlockList, answer: Answer) -> Result<(), StoreError> {
    let Answer::List(offers, validators) = answer else { return Ok(()) };
    let mut before = block_list::list_offers(&mut *tx, list.id).await?;
    // Here rather than by the database, whose order depends on its locale.
    before.sort_by(|one, other| one.host.cmp(&other.host));
    if before != offers || list.revision == 0 {
        block_list::set_offers(tx, list.id, &offers).await?;
    }
    block_list::set_validators(tx, list.id, &validators).await
}

/// How long to the next look.
fn pause(list: &BlockList, has_failed: bool) -> Duration {
    if !has_failed {
        return list.terms.interval;
    }
    let doublings = u32::try_from(list.failures.clamp(0, 16)).unwrap_or(16);
    FIRST_RETRY.saturating_mul(1 << doublings).min(list.terms.interval)
}

fn shortened(failure: &str) -> String {
    guildhall_domain::text::shorten(failure, MAX_FAILURE)
}

/// When a subscription with a new interval is due.
pub(super) fn due(list: &BlockList, interval: Duration, now: Timestamp) -> Timestamp {
    let due = list.checked_at.unwrap_or(now).plus(interval);
    if now.is_after(due) { now } else { due }
}
