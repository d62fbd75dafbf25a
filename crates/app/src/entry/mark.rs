//! What moderators do to a post or comment that stays: listed nowhere, behind a warning, or not before its author
//! has changed it.

use guildhall_domain::{
    ActorId,
    admission::HoldReason,
    content::EntryState,
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More},
    entry::{self, Entry, past},
    group, queue,
};

use super::{
    enter::queue_item,
    publish::{count_out, resume_waiting},
};
use crate::{
    App, cause,
    decision::{Grounds, Record, keep},
};

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// In no list and no news, or there again.
    Limited(bool),
    /// Behind a warning, or no longer.
    Sensitive(bool),
}

/// Marks an entry that is locked. Doing it again changes nothing.
pub(crate) async fn mark(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    mark: Mark,
    (by, reason): (ActorId, Option<&str>),
    grounds: &Grounds,
) -> Result<(), StoreError> {
    match set_mark(app, tx, entry, mark).await? {
        Some(action) => record(app, tx, entry, action, (by, reason), grounds).await,
        None => Ok(()),
    }
}

/// The same without the record: gives what is to be recorded, `None` where it is marked so already.
pub(super) async fn set_mark(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    mark: Mark,
) -> Result<Option<DecisionAction>, StoreError> {
    Ok(match mark {
        Mark::Limited(limited) if entry.limited == limited => None,
        Mark::Limited(limited) => {
            past::set_limited(tx, entry.id, limited).await?;
            if !limited && entry.state.is_out() {
                // Those who follow the group may never have heard of it.
                cause::tell(app, tx, Cause::Local, EventKind::EntryPublished { entry: entry.id }).await?;
            }
            Some(if limited { DecisionAction::Limit } else { DecisionAction::Unlimit })
        }
        Mark::Sensitive(sensitive) if entry.sensitive == sensitive => None,
        Mark::Sensitive(sensitive) => {
            entry::set_sensitive(tx, entry.id, sensitive).await?;
            // What was written elsewhere is told of in its author's words alone.
            if entry.is_local && entry.state.is_out() {
                cause::tell(app, tx, Cause::Local, EventKind::EntryEdited { entry: entry.id }).await?;
            }
            Some(if sensitive { DecisionAction::MarkSensitive } else { DecisionAction::UnmarkSensitive })
        }
    })
}

/// Takes a locked entry out of sight until its author has changed it: their edit brings it before the moderators again.
/// What waits for them anyway goes on waiting.
pub(crate) async fn ask_change(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    (by, reason): (ActorId, Option<&str>),
    grounds: &Grounds,
) -> Result<(), StoreError> {
    if entry.state == EntryState::Published {
        let why = HoldReason::ChangeAsked.as_str();
        entry::set_state(tx, entry.id, EntryState::Held, Some(why)).await?;
        queue::close_entry(tx, entry.id, app.now()).await?;
        queue::insert(tx, &queue_item(app, entry, why)).await?;
        resume_waiting(tx, entry).await?;
        count_out(tx, entry).await?;
        let group_is_local = group::lock(tx, entry.group_id).await?.is_some_and(|group| group.is_local);
        if group_is_local {
            let more = More { accepted: -1, ..More::default() };
            acquaintance::add(tx, &[((entry.group_id, entry.author_id), more)].into(), app.now()).await?;
            let removal = Some(reason.unwrap_or_default().to_owned());
            let gone = EventKind::EntryGone { entry: entry.id, by, removal };
            cause::tell(app, tx, Cause::Local, gone).await?;
        }
    }
    record(app, tx, entry, DecisionAction::AskChange, (by, reason), grounds).await
}

async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    action: DecisionAction,
    (by, reason): (ActorId, Option<&str>),
    grounds: &Grounds,
) -> Result<(), StoreError> {
    let record = Record::by_hand(entry.group_id, by, action, Target::Entry(entry.id));
    keep(app, tx, grounds.of(Record { reason: reason.map(str::to_owned), ..record })).await?;
    Ok(())
}
