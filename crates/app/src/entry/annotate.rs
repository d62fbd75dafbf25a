//! What moderators note on a thread: locked, shown first.

use guildhall_domain::{
    ActorId, EntryId, Timestamp,
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
    staff::Permission,
};
use guildhall_store::{StoreError, Tx, entry, group, received::Outcome};

use crate::{
    App, cause,
    decision::{Grounds, Record, keep},
    facts,
    group::ModerationError,
    staff,
};

/// What is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Annotation {
    /// Takes no more comments, or takes them again.
    Locked(bool),
    /// Takes no more comments until then.
    LockedUntil(Timestamp),
    /// Shown first, or no longer.
    Featured(bool),
}

impl Annotation {
    /// A lock, until then; `None`: without end.
    pub fn lock_until(until: Option<Timestamp>) -> Self {
        until.map_or(Self::Locked(true), Self::LockedUntil)
    }

    /// Whether it locks, and until when.
    fn lock(self) -> (bool, Option<Timestamp>) {
        match self {
            Self::Locked(locked) => (locked, None),
            Self::LockedUntil(until) => (true, Some(until)),
            Self::Featured(_) => (false, None),
        }
    }
}

/// A moderator notes something on an entry.
#[derive(Debug, Clone)]
pub struct Annotate {
    /// On which.
    pub entry: EntryId,
    /// Who: a moderator, or the group itself.
    pub by: ActorId,
    /// What.
    pub annotation: Annotation,
    /// The reason shown.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Locks or features an entry, or takes that back. Doing it again changes nothing.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn annotate(app: &App, command: Annotate) -> Result<(), ModerationError> {
    annotate_on(app, command, &Grounds::default()).await
}

/// The same, on grounds that go on record with it.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn annotate_on(app: &App, command: Annotate, grounds: &Grounds) -> Result<(), ModerationError> {
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let mut tx = app.begin().await?;
    let result = note(app, &mut tx, &command, is_ours, grounds).await;
    match &result {
        Ok(()) => {
            tx.commit().await?;
            app.signals.event.notify_one();
        }
        Err(ModerationError::Store(_)) => {}
        Err(error) => {
            drop(tx);
            cause::finish_alone(app, command.cause, Outcome::Refused, &error.to_string()).await?;
        }
    }
    result
}

/// Notes it in a transaction that does more.
pub(crate) async fn note(
    app: &App,
    tx: &mut Tx,
    command: &Annotate,
    is_ours: bool,
    grounds: &Grounds,
) -> Result<(), ModerationError> {
    let current = entry::lock(tx, command.entry).await?.ok_or(ModerationError::NotFound)?;
    staff::powers(app, tx, current.group_id, command.by).await?.demand(Permission::Lock)?;
    let lock_to = command.annotation.lock();
    let (is_new, action, told) = match (command.annotation, lock_to) {
        (Annotation::Locked(_) | Annotation::LockedUntil(_), (locked, until)) => (
            current.is_locked(app.now()) != locked || (locked && current.locked_until != until),
            if locked { DecisionAction::Lock } else { DecisionAction::Unlock },
            EventKind::LockChanged {
                entry: current.id,
                by: command.by,
                locked,
                reason: command.reason.clone(),
            },
        ),
        (Annotation::Featured(featured), _) => (
            current.featured != featured,
            if featured { DecisionAction::Feature } else { DecisionAction::Unfeature },
            EventKind::FeatureChanged { entry: current.id, by: command.by, featured },
        ),
    };
    let outcome = if is_new { Outcome::Applied } else { Outcome::Ignored };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? || !is_new {
        return Ok(());
    }
    match command.annotation {
        Annotation::Locked(_) | Annotation::LockedUntil(_) => {
            entry::set_locked(tx, current.id, lock_to.0, lock_to.1).await?;
        }
        Annotation::Featured(featured) => entry::set_featured(tx, current.id, featured).await?,
    }
    record(app, tx, &current, command, action, grounds).await?;
    if is_ours || group::lock(tx, current.group_id).await?.is_some_and(|group| group.is_local) {
        cause::tell(app, tx, command.cause, told).await?;
    }
    Ok(())
}

async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &entry::Entry,
    command: &Annotate,
    action: DecisionAction,
    grounds: &Grounds,
) -> Result<(), StoreError> {
    let record = Record::by_hand(entry.group_id, command.by, action, Target::Entry(entry.id));
    let (reason, until) = (command.reason.clone(), command.annotation.lock().1);
    keep(app, tx, grounds.of(Record { reason, until, ..record })).await?;
    Ok(())
}
