//! Taking back what was decided about a post or comment, in the transaction of whoever says so. Only what still stands can
//! be taken back: an entry that was brought back, deleted or changed meanwhile stays as it is.

use guildhall_domain::{
    ActorId, DecisionId, EntryId,
    content::EntryState,
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx,
    entry::{self, Entry},
    group::{self, Counts},
};

use super::{
    delete::{is_told, return_to_before},
    mark::{Mark, set_mark},
    publish::count_in,
    seen,
};
use crate::{
    App, cause,
    decision::{News, Record, keep},
};

/// Who takes what back, and why.
#[derive(Debug, Clone)]
pub(crate) struct Reversal {
    /// `None`: its time was over.
    pub(crate) by: Option<ActorId>,
    pub(crate) reason: Option<String>,
    pub(crate) undoes: Option<DecisionId>,
    pub(crate) news: News,
}

impl Reversal {
    async fn keep(
        &self,
        app: &App,
        tx: &mut Tx,
        entry: &Entry,
        action: DecisionAction,
    ) -> Result<Decision, StoreError> {
        let record = Record {
            reason: self.reason.clone(),
            undoes: self.undoes,
            news: self.news,
            ..Record::by_hand(entry.group_id, self.by, action, Target::Entry(entry.id))
        };
        keep(app, tx, record).await
    }

    /// Who others are told did it: the group, where nobody did.
    fn teller(&self, entry: &Entry) -> ActorId {
        self.by.unwrap_or(entry.group_id.actor())
    }
}

/// Takes back a decision about an entry. `None`: it does not stand any more, or there is nothing to take back.
pub(crate) async fn reverse(
    app: &App,
    tx: &mut Tx,
    id: EntryId,
    action: DecisionAction,
    reversal: &Reversal,
) -> Result<Option<Decision>, StoreError> {
    let Some(entry) = entry::lock_in_thread(tx, id).await? else { return Ok(None) };
    match (action, entry.state) {
        (DecisionAction::Remove, EntryState::Removed) => restore(app, tx, &entry, reversal).await.map(Some),
        (DecisionAction::Refuse, EntryState::Refused) => admit(app, tx, &entry, reversal).await.map(Some),
        (DecisionAction::Lock, _) if entry.locked => open(app, tx, &entry, reversal).await.map(Some),
        (DecisionAction::Limit, _) => unmark(app, tx, &entry, Mark::Limited(false), reversal).await,
        (DecisionAction::MarkSensitive, _) => unmark(app, tx, &entry, Mark::Sensitive(false), reversal).await,
        _ => Ok(None),
    }
}

async fn unmark(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    mark: Mark,
    reversal: &Reversal,
) -> Result<Option<Decision>, StoreError> {
    match set_mark(app, tx, entry, mark).await? {
        Some(action) => reversal.keep(app, tx, entry, action).await.map(Some),
        None => Ok(None),
    }
}

/// Brings back what was removed, with the comments that were removed with it.
async fn restore(app: &App, tx: &mut Tx, entry: &Entry, reversal: &Reversal) -> Result<Decision, StoreError> {
    // Before the group's counters: somebody who edits one of them has it first, too.
    let comments = entry::restore_comments(tx, entry.id).await?;
    return_to_before(tx, entry).await?;
    if comments != 0 {
        group::add_counts(tx, entry.group_id, Counts { comments, ..Counts::default() }).await?;
    }
    let kept = reversal.keep(app, tx, entry, DecisionAction::Restore).await?;
    seen::restored(tx, entry, app.now()).await?;
    if is_told(tx, entry, true).await? {
        let restored = EventKind::EntryRestored { entry: entry.id, by: reversal.teller(entry) };
        cause::tell(app, tx, Cause::Local, restored).await?;
    }
    Ok(kept)
}

/// Lets in what was refused.
async fn admit(app: &App, tx: &mut Tx, entry: &Entry, reversal: &Reversal) -> Result<Decision, StoreError> {
    entry::set_state(tx, entry.id, EntryState::Published, None).await?;
    count_in(tx, entry, app.now()).await?;
    seen::admitted_after_all(tx, entry, app.now()).await?;
    let kept = reversal.keep(app, tx, entry, DecisionAction::Admit).await?;
    // The activity that brought it: what is passed on is what its author sent.
    let cause = entry.received_id.map_or(Cause::Local, Cause::Activity);
    cause::tell(app, tx, cause, EventKind::EntryPublished { entry: entry.id }).await?;
    Ok(kept)
}

/// Opens a locked thread.
async fn open(app: &App, tx: &mut Tx, entry: &Entry, reversal: &Reversal) -> Result<Decision, StoreError> {
    entry::set_locked(tx, entry.id, false, None).await?;
    tell_opened(app, tx, entry, reversal).await
}

/// Records that a thread takes replies again, and tells of it. The lock itself is off already.
pub(crate) async fn tell_opened(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    reversal: &Reversal,
) -> Result<Decision, StoreError> {
    let kept = reversal.keep(app, tx, entry, DecisionAction::Unlock).await?;
    if group::lock(tx, entry.group_id).await?.is_some_and(|group| group.is_local) {
        let (by, reason) = (reversal.teller(entry), reversal.reason.clone());
        let told = EventKind::LockChanged { entry: entry.id, by, locked: false, reason };
        cause::tell(app, tx, Cause::Local, told).await?;
    }
    Ok(kept)
}
