//! Taking an entry away, by its author or a moderator, and bringing it back.

use guildhall_domain::{
    ActorId, DecisionId, EntryId,
    admission::{Layer, Role},
    content::{ChangeFacts, DeleteOutcome, DeleteRefusal, EntryState, decide_delete, decide_restore},
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx, decision,
    entry::{self, Entry},
    group, queue,
    received::Outcome,
};

use super::publish::{count_in, count_out};
use crate::{App, cause, facts};

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
    /// Reading or writing failed.
    #[error("reading or writing the entry failed")]
    Store(#[from] StoreError),
}

/// Deletes an entry as its author, or removes it as a moderator. Doing it again changes nothing.
///
/// # Errors
/// [`DeleteError`]; the entry stays.
pub async fn delete(app: &App, command: Delete) -> Result<DeleteOutcome, DeleteError> {
    let mut tx = app.begin().await?;
    let result = take_away(app, &mut tx, &command).await;
    settle(app, tx, &command, result).await
}

/// Brings an entry back.
///
/// # Errors
/// [`DeleteError`]; the entry stays away.
pub async fn restore(app: &App, command: Delete) -> Result<(), DeleteError> {
    let mut tx = app.begin().await?;
    let result = bring_back(app, &mut tx, &command).await;
    settle(app, tx, &command, result).await
}

async fn settle<T>(
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

async fn take_away(app: &App, tx: &mut Tx, command: &Delete) -> Result<DeleteOutcome, DeleteError> {
    let current = entry::lock(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let role = role_of(tx, &current, command.by).await?;
    let known = ChangeFacts { author: current.author_id, state: current.state, role };
    let decided = decide_delete(&known, command.by)?;
    let outcome = if decided == DeleteOutcome::AlreadyGone { Outcome::Ignored } else { Outcome::Applied };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(DeleteOutcome::AlreadyGone);
    }
    match decided {
        DeleteOutcome::AlreadyGone => return Ok(decided),
        DeleteOutcome::Deleted => entry::set_state(tx, current.id, EntryState::Deleted, None).await?,
        DeleteOutcome::Removed => {
            entry::set_state(tx, current.id, EntryState::Removed, command.reason.as_deref()).await?;
            record(app, tx, &current, command, DecisionAction::Remove).await?;
        }
    }
    queue::close_entry(tx, current.id, app.now()).await?;
    if current.state == EntryState::Published {
        count_out(tx, &current).await?;
    }
    if is_told(tx, &current).await? {
        let removal = (decided == DeleteOutcome::Removed).then(|| command.reason.clone().unwrap_or_default());
        let gone = EventKind::EntryGone { entry: current.id, by: command.by, removal };
        cause::tell(app, tx, command.cause, gone).await?;
    }
    Ok(decided)
}

async fn bring_back(app: &App, tx: &mut Tx, command: &Delete) -> Result<(), DeleteError> {
    let current = entry::lock(tx, command.entry).await?.ok_or(DeleteError::NotFound)?;
    let role = role_of(tx, &current, command.by).await?;
    decide_restore(&ChangeFacts { author: current.author_id, state: current.state, role }, command.by)?;
    if !cause::finish(tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    entry::set_state(tx, current.id, EntryState::Published, None).await?;
    count_in(tx, &current, current.last_activity_at).await?;
    if current.state == EntryState::Removed {
        record(app, tx, &current, command, DecisionAction::Restore).await?;
    }
    if is_told(tx, &current).await? {
        let restored = EventKind::EntryRestored { entry: current.id, by: command.by };
        cause::tell(app, tx, command.cause, restored).await?;
    }
    Ok(())
}

// A group acts as its own moderator: for the instance's admins, and for its word about itself when it lives elsewhere.
async fn role_of(tx: &mut Tx, entry: &Entry, by: ActorId) -> Result<Role, StoreError> {
    if by == entry.group_id.actor() {
        return Ok(Role::Moderator);
    }
    facts::role(tx, entry.group_id, by).await
}

// What was never published was never told, and is not told now.
async fn is_told(tx: &mut Tx, entry: &Entry) -> Result<bool, StoreError> {
    if matches!(entry.state, EntryState::Held | EntryState::Refused) {
        return Ok(false);
    }
    let group_is_local = group::lock(tx, entry.group_id).await?.is_some_and(|group| group.is_local);
    Ok(group_is_local || entry.is_local)
}

async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    command: &Delete,
    action: DecisionAction,
) -> Result<(), StoreError> {
    let record = Decision {
        id: DecisionId(app.new_id()),
        group: Some(entry.group_id),
        action,
        target: Target::Entry(entry.id),
        layer: Layer::Moderator,
        rule: None,
        reason: command.reason.clone(),
        until: None,
        by: Some(command.by),
        at: app.now(),
    };
    decision::insert(tx, &record).await
}
