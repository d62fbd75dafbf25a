//! Taking an entry away, by its author or a moderator, and bringing it back.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    admission::Verdict,
    content::{
        ChangeFacts, DeleteOutcome, DeleteRefusal, EntryState, MoveRefusal, RestoreFacts, decide_delete,
        decide_restore,
    },
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
    peering::Peering,
    staff::Permission,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    decision,
    entry::{self, Entry},
    group, notice, queue,
    received::Outcome,
    removal::{self, Removal},
    staff::find_powers_in,
};

use super::edit::{decide, texts_of};
use super::publish::{count_in, count_out, resume_waiting};
use super::seen;
use crate::{
    App, cause,
    decision::{Grounds, News, Record, keep},
    facts, staff,
};

/// Somebody takes an entry away, or brings it back.
#[derive(Debug, Clone)]
pub struct Delete {
    /// Which.
    pub entry: EntryId,
    /// Who: its author, a moderator, or the group itself.
    pub by: ActorId,
    /// The reason shown, for a moderator.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Why it did not happen.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// No such entry.
    #[error("no such entry")]
    NotFound,
    /// Not theirs to do.
    #[error(transparent)]
    Refused(#[from] DeleteRefusal),
    /// It would go where others read it.
    #[error(transparent)]
    NotMoved(MoveRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the entry failed")]
    Store(#[from] StoreError),
}

/// Deletes an entry as its author, or removes it as a moderator. Doing it again changes nothing.
///
/// # Errors
/// [`DeleteError`]; the entry stays.
pub async fn delete(app: &App, command: Delete) -> Result<DeleteOutcome, DeleteError> {
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let mut tx = app.begin().await?;
    let result = take_away(app, &mut tx, &command, is_ours, false, &Grounds::default()).await;
    settle(app, tx, &command, result).await
}

/// Removes an entry because a moderator said so before, as with a ban. Whether they still are one is not asked.
/// `promised`: what it is part of; nothing is done where that was called off meanwhile.
///
/// # Errors
/// [`DeleteError`]; the entry stays.
pub(super) async fn delete_as_decided(
    app: &App,
    command: Delete,
    promised: Option<&Removal>,
) -> Result<DeleteOutcome, DeleteError> {
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let mut tx = app.begin().await?;
    if let Some(removal) = promised
        && !removal::lock(&mut tx, removal.id).await?
    {
        return Ok(DeleteOutcome::AlreadyGone);
    }
    let grounds = Grounds { with_ban: promised.and_then(|removal| removal.ban), ..Grounds::default() };
    let result = take_away(app, &mut tx, &command, is_ours, true, &grounds).await;
    settle(app, tx, &command, result).await
}

/// Brings an entry back. Its author brings back only what was published before and may still enter.
///
/// # Errors
/// [`DeleteError`]; the entry stays away.
pub async fn restore(app: &App, command: Delete) -> Result<(), DeleteError> {
    let by = facts::actor(app, command.by).await?;
    let peering = match entry::find(&app.store, command.entry).await? {
        Some(known) => facts::peering_of_actor(app, Some(known.group_id), &by).await?,
        None => return Err(cause::refused(app, command.cause, DeleteError::NotFound).await),
    };
    let mut tx = app.begin().await?;
    let result = bring_back(app, &mut tx, &command, (&by, peering), &Grounds::default()).await;
    settle(app, tx, &command, result).await
}

pub(super) async fn settle<T>(
    app: &App,
    tx: Tx,
    command: &Delete,
    result: Result<T, DeleteError>,
) -> Result<T, DeleteError> {
    match result {
        Ok(_) => {
            tx.commit().await?;
            app.signals.event.notify_one();
        }
        Err(DeleteError::Store(_)) => {}
        Err(ref error) => {
            drop(tx);
            cause::finish_alone(app, command.cause, Outcome::Refused, &error.to_string()).await?;
        }
    }
    result
}

/// Takes an entry away in a transaction that does more.
pub(crate) async fn take_away(
    app: &App,
    tx: &mut Tx,
    command: &Delete,
    is_ours: bool,
    is_decided: bool,
    grounds: &Grounds,
) -> Result<DeleteOutcome, DeleteError> {
    let current = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let (teller, may_remove) = match may_remove(app, tx, &current, command.by).await? {
        // Others take the word of a moderator who was dismissed meanwhile no more; the group's they take.
        false if is_decided => (current.group_id.actor(), true),
        may_remove => (command.by, may_remove),
    };
    let known = ChangeFacts { author: current.author_id, state: current.state, may_remove };
    let decided = decide_delete(&known, command.by)?;
    let outcome = if decided == DeleteOutcome::AlreadyGone { Outcome::Ignored } else { Outcome::Applied };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(DeleteOutcome::AlreadyGone);
    }
    if decided == DeleteOutcome::AlreadyGone {
        // Removed with its thread: now also by itself.
        entry::stay_gone(tx, current.id).await?;
        return Ok(decided);
    }
    let mut grounds = grounds.clone();
    if is_decided {
        grounds.news = News::Quiet;
    }
    set_gone(app, tx, &current, command, decided, &grounds).await?;
    if is_told(tx, &current, is_ours && teller == command.by).await? {
        let removal = (decided == DeleteOutcome::Removed).then(|| command.reason.clone().unwrap_or_default());
        let gone = EventKind::EntryGone { entry: current.id, by: teller, removal };
        cause::tell(app, tx, command.cause, gone).await?;
    }
    Ok(decided)
}

/// Takes an entry out, with all that hangs on it.
pub(super) async fn set_gone(
    app: &App,
    tx: &mut Tx,
    current: &Entry,
    command: &Delete,
    decided: DeleteOutcome,
    grounds: &Grounds,
) -> Result<(), StoreError> {
    match decided {
        DeleteOutcome::AlreadyGone => return Ok(()),
        DeleteOutcome::Deleted => {
            entry::set_state(tx, current.id, EntryState::Deleted, unpublished(current.state)).await?;
        }
        DeleteOutcome::Removed => {
            entry::set_state(tx, current.id, EntryState::Removed, command.reason.as_deref()).await?;
            record(app, tx, current, command, DecisionAction::Remove, grounds).await?;
        }
    }
    queue::close_entry(tx, current.id, app.now()).await?;
    resume_waiting(tx, current).await?;
    if current.state == EntryState::Published {
        count_out(tx, current).await?;
    }
    if decided == DeleteOutcome::Removed {
        // It locks the group: after the entries above it, as in all transactions.
        seen::removed(tx, current, app.now()).await?;
    }
    Ok(())
}

/// Brings an entry back in a transaction that does more.
pub(crate) async fn bring_back(
    app: &App,
    tx: &mut Tx,
    command: &Delete,
    (by, peering): (&Actor, (Peering, Peering)),
    grounds: &Grounds,
) -> Result<(), DeleteError> {
    let current = entry::lock_in_thread(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    decide_restore(&restore_facts(app, tx, &current, command.by).await?, command.by)?;
    if current.state == EntryState::Deleted && !may_return(app, tx, &current, (by, peering)).await? {
        return Err(DeleteRefusal::NotAllowed.into());
    }
    if !cause::finish(tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    return_to_before(tx, &current).await?;
    if current.state == EntryState::Removed {
        record(app, tx, &current, command, DecisionAction::Restore, grounds).await?;
        seen::restored(tx, &current, app.now()).await?;
    }
    if is_told(tx, &current, by.is_local).await? {
        let restored = EventKind::EntryRestored { entry: current.id, by: command.by };
        cause::tell(app, tx, command.cause, restored).await?;
    }
    Ok(())
}

/// What decides whether somebody may bring an entry back. Who removed it is looked up where it counts.
pub(super) async fn restore_facts(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    by: ActorId,
) -> Result<RestoreFacts, StoreError> {
    let may_remove = may_remove(app, tx, entry, by).await?;
    let known = ChangeFacts { author: entry.author_id, state: entry.state, may_remove };
    if by != entry.author_id || entry.state != EntryState::Removed || !may_remove {
        return Ok(RestoreFacts { entry: known, removed_by: None, group_is_local: true, has_others: true });
    }
    let mut removed_by = decision::find_remover(tx, entry.id).await?;
    if removed_by.is_none() {
        // With its thread.
        removed_by = decision::find_remover(tx, entry.thread_id).await?;
    }
    let powers = find_powers_in(tx, entry.group_id, by, app.now()).await?;
    Ok(RestoreFacts {
        entry: known,
        removed_by,
        group_is_local: powers.is_some_and(|powers| powers.group_is_local),
        has_others: has_others(app, tx, entry.group_id, by).await?,
    })
}

/// Whether somebody besides `by` could bring back what was removed in a group.
async fn has_others(app: &App, tx: &mut Tx, group: GroupId, by: ActorId) -> Result<bool, StoreError> {
    for of in [Some(group), None] {
        let keepers = notice::list_keepers(tx, of, Permission::Remove, app.now()).await?;
        if keepers.iter().any(|(keeper, _)| *keeper != by) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes an entry what it was before it was taken away; what was held waits for a moderator again.
pub(super) async fn return_to_before(tx: &mut Tx, gone: &Entry) -> Result<(), StoreError> {
    entry::restore(tx, gone.id).await?;
    match gone.state_before {
        Some(EntryState::Published) | None => count_in(tx, gone, gone.last_activity_at).await,
        Some(EntryState::Held) => queue::reopen_entry(tx, gone.id).await,
        Some(EntryState::Sent | EntryState::Refused | EntryState::Removed | EntryState::Deleted) => Ok(()),
    }
}

/// What is noted with an entry that its author deleted: the state it was in, unless it was out. Else deleting and
/// restoring would be a way past the review, or back in after a removal.
fn unpublished(state: EntryState) -> Option<&'static str> {
    (!state.is_out()).then(|| state.as_str())
}

// Decided as an edit is: the text itself was let in before. A group elsewhere decides by itself.
async fn may_return(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    author: (&Actor, (Peering, Peering)),
) -> Result<bool, StoreError> {
    if entry.state_reason.is_some() {
        return Ok(false);
    }
    let verdict = decide(app, tx, entry, &texts_of(entry), author).await?.verdict;
    Ok(verdict.is_admitted() || matches!(verdict, Verdict::Hold(_)))
}

/// Whether somebody may take out what others wrote, and bring it back.
pub(super) async fn may_remove(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    by: ActorId,
) -> Result<bool, StoreError> {
    Ok(staff::powers(app, tx, entry.group_id, by).await?.may(Permission::Remove))
}

// What was never out was never told, and is not told now. A group elsewhere is told what people here did; what it
// did itself it knows.
pub(super) async fn is_told(tx: &mut Tx, entry: &Entry, is_ours: bool) -> Result<bool, StoreError> {
    if !entry.was_out() {
        return Ok(false);
    }
    let group_is_local = group::lock(tx, entry.group_id).await?.is_some_and(|group| group.is_local);
    Ok(group_is_local || is_ours)
}

pub(super) async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    command: &Delete,
    action: DecisionAction,
    grounds: &Grounds,
) -> Result<(), StoreError> {
    let record = Record::by_hand(entry.group_id, command.by, action, Target::Entry(entry.id));
    let kept = keep(app, tx, grounds.of(Record { reason: command.reason.clone(), ..record })).await?;
    if let (DecisionAction::Remove, Some(ban)) = (action, grounds.with_ban) {
        removal::note_entry(tx, ban, kept.id, entry.id).await?;
    }
    Ok(())
}
