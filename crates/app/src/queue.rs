//! What a group's moderators do with what waits at the door.

use guildhall_domain::{
    ActorId, GroupId, QueueItemId,
    admission::{HoldReason, Sanction},
    content::EntryState,
    event::{Cause, EventKind},
    membership::{JoinOutcome, JoinRefusal},
    moderation::{DecisionAction, MAX_REASON_LENGTH, Target},
    staff::{NotPermitted, Permission},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    db::Boxed,
    entry::{self, Entry},
    group, membership, partner, poll,
    queue::{self, QueueItem, QueueKind},
    standing,
};

use crate::{
    App, Viewer, cause,
    decision::{Grounds, Record, keep},
    entry::{count_in, keep_prints, resume_waiting, seen},
    facts,
    group::{admit_member, end_membership},
    staff,
};

/// Why an item was not decided.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// No such item, or none of this group.
    #[error("no such item in the queue")]
    NotFound,
    /// Somebody was faster.
    #[error("this was decided already")]
    AlreadyDecided,
    /// It takes a permission that they do not have.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Reading or writing failed.
    #[error("reading or writing the queue failed")]
    Store(#[from] StoreError),
}

/// What a moderator says to an item.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    Admit,
    Refuse(String),
}

/// Lets an item in: a person becomes a member, an entry is published under its own id, an edit replaces the text.
///
/// # Errors
/// [`QueueError`]; the item waits on.
pub async fn admit(app: &App, item: QueueItemId, by: ActorId) -> Result<(), QueueError> {
    decide(app, item, by, Word::Admit).await
}

/// Refuses an item, with the reason that the person concerned is shown.
///
/// # Errors
/// [`QueueError`]; the item waits on.
pub async fn refuse(app: &App, item: QueueItemId, by: ActorId, reason: &str) -> Result<(), QueueError> {
    decide(app, item, by, Word::Refuse(shorten(reason, MAX_REASON_LENGTH))).await
}

/// The group of an item, so that adapters can check it against the address it was named under.
pub async fn group_of(app: &App, item: QueueItemId) -> Result<Option<GroupId>, StoreError> {
    Ok(queue::find(&app.store, item).await?.map(|item| item.group))
}

/// Whether a viewer may see the queue of a group hosted here, and all that goes with it. Admins stand in for the group.
pub async fn may_see(app: &App, viewer: &Viewer, group: GroupId) -> Result<bool, StoreError> {
    staff::may(app, viewer, group, Permission::Cases).await
}

async fn decide(app: &App, id: QueueItemId, by: ActorId, word: Word) -> Result<(), QueueError> {
    let known = queue::find(&app.store, id).await?.ok_or(QueueError::NotFound)?;
    let asker = facts::actor(app, known.actor).await?;
    let mut tx = app.begin().await?;
    // What it is about before the item itself: the order of those who withdraw or change what is waiting.
    let subject = lock_subject(&mut tx, &known).await?;
    let item = queue::lock(&mut tx, id).await?.ok_or(QueueError::NotFound)?;
    staff::powers(app, &mut tx, item.group, by).await?.demand(Permission::Queue)?;
    settle(app, &mut tx, &item, (subject.as_ref(), &asker), by, &word, &Grounds::default()).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.received.notify_one();
    Ok(())
}

/// Decides about an entry that waits, in a transaction that has locked it and does more.
///
/// # Errors
/// [`QueueError::NotFound`] where it does not wait.
pub(crate) async fn decide_waiting(
    app: &App,
    tx: &mut Tx,
    (entry, author): (&Entry, &Actor),
    by: ActorId,
    word: &Word,
    grounds: &Grounds,
) -> Result<(), QueueError> {
    let found = queue::find_open_entry(tx, entry.id).await?.ok_or(QueueError::NotFound)?;
    let item = queue::lock(tx, found).await?.ok_or(QueueError::NotFound)?;
    settle(app, tx, &item, (Some(entry), author), by, word, grounds).await
}

/// Carries out what was decided about a locked item.
fn settle<'a>(
    app: &'a App,
    tx: &'a mut Tx,
    item: &'a QueueItem,
    about: (Option<&'a Entry>, &'a Actor),
    by: ActorId,
    word: &'a Word,
    grounds: &'a Grounds,
) -> Boxed<'a, Result<(), QueueError>> {
    Box::pin(carry_out(app, tx, item, about, by, word, grounds))
}

async fn carry_out(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    (subject, asker): (Option<&Entry>, &Actor),
    by: ActorId,
    word: &Word,
    grounds: &Grounds,
) -> Result<(), QueueError> {
    if item.decided_at.is_some() {
        return Err(QueueError::AlreadyDecided);
    }
    if item.actor == by {
        demand_other(app, tx, item, subject).await?;
    }
    queue::set_decided(tx, item.id, app.now()).await?;
    match (item.kind, subject) {
        (QueueKind::Join, _) => decide_join(app, tx, item, asker, word).await?,
        (QueueKind::Post | QueueKind::Comment, Some(entry)) => {
            decide_entry(app, tx, item, entry, word).await?;
        }
        (QueueKind::Edit, Some(entry)) => decide_edit(app, tx, item, entry, word).await?,
        (QueueKind::Post | QueueKind::Comment | QueueKind::Edit, None) => {
            return Err(StoreError::corrupt("queue item", item.id).into());
        }
    }
    keep(app, tx, grounds.of(record(item, by, word))).await?;
    Ok(())
}

/// Leaves an item that is of whoever decides to somebody else, where others hold it back: else probation, and being asked for
/// a change, would be no more than one's own to lift.
async fn demand_other(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    subject: Option<&Entry>,
) -> Result<(), QueueError> {
    let reason = subject.and_then(|entry| entry.state_reason.as_deref());
    let mut is_held_back = reason == Some(HoldReason::ChangeAsked.as_str());
    for scope in [None, Some(item.group)] {
        let sanctions = standing::find_in(tx, scope, item.actor).await?;
        is_held_back |= sanctions.end_of(Sanction::Probation, app.now()).is_some();
    }
    if is_held_back { Err(NotPermitted::Oneself.into()) } else { Ok(()) }
}

/// Locks the entry an item is about, with its thread; for a request to join, which has none, the group.
async fn lock_subject(tx: &mut Tx, item: &QueueItem) -> Result<Option<Entry>, StoreError> {
    match item.entry {
        Some(id) => entry::lock_in_thread(tx, id).await,
        None => group::lock(tx, item.group).await.map(|_| None),
    }
}

async fn decide_join(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    person: &Actor,
    word: &Word,
) -> Result<(), QueueError> {
    let asked =
        membership::find_locked(tx, item.group, item.actor).await?.ok_or(QueueError::AlreadyDecided)?;
    let (decision, reason) = match word {
        Word::Admit => {
            admit_member(app, tx, item.group, person, asked.follow.clone()).await?;
            (Ok(JoinOutcome::Joined), None)
        }
        Word::Refuse(reason) => {
            end_membership(app, tx, item.group, person).await?;
            (Err(JoinRefusal::Declined), Some(reason.clone()))
        }
    };
    let told = EventKind::JoinDecided { group: item.group, actor: item.actor, decision, reason };
    let cause = item.received.map_or(Cause::Local, Cause::Activity);
    cause::tell(app, tx, cause, told).await?;
    Ok(())
}

async fn decide_entry(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    entry: &Entry,
    word: &Word,
) -> Result<(), QueueError> {
    if entry.state != EntryState::Held {
        return Err(QueueError::AlreadyDecided);
    }
    resume_waiting(tx, entry).await?;
    match word {
        Word::Admit => {
            // The activity that brought it, unless its author changed the text while it was waiting.
            let cause = entry.received_id.map_or(Cause::Local, Cause::Activity);
            entry::set_state(tx, entry.id, EntryState::Published, None).await?;
            count_in(tx, entry, app.now()).await?;
            seen::admitted(tx, entry, app.now()).await?;
            if entry.state_reason.as_deref() == Some(HoldReason::ChangeAsked.as_str()) {
                // Others have heard that it was taken away.
                let by = item.group.actor();
                let restored = EventKind::EntryRestored { entry: entry.id, by };
                cause::tell(app, tx, Cause::Local, restored).await?;
                cause::tell(app, tx, cause, EventKind::EntryEdited { entry: entry.id }).await?;
            } else {
                cause::tell(app, tx, cause, EventKind::EntryPublished { entry: entry.id }).await?;
            }
        }
        Word::Refuse(reason) => {
            let cause = item.received.map_or(Cause::Local, Cause::Activity);
            entry::set_state(tx, entry.id, EntryState::Refused, Some(reason)).await?;
            seen::refused(tx, entry, app.now()).await?;
            let refused = EventKind::EntryRefused { entry: entry.id, reason: reason.clone() };
            cause::tell(app, tx, cause, refused).await?;
        }
    }
    Ok(())
}

async fn decide_edit(
    app: &App,
    tx: &mut Tx,
    item: &QueueItem,
    entry: &Entry,
    word: &Word,
) -> Result<(), QueueError> {
    let cause = item.received.map_or(Cause::Local, Cause::Activity);
    match (word, &item.edit) {
        (Word::Admit, Some(texts)) => {
            // By the author's clock, as every edit: later ones are compared with it.
            let written_at = item.written_at.unwrap_or(item.received_at);
            entry::set_texts(tx, entry.id, texts, written_at).await?;
            keep_prints(app, tx, entry, texts).await?;
            partner::look_again(tx, entry.id).await?;
            if let Some(asked) = queue::find_poll_in(tx, item.id).await? {
                poll::set(tx, entry.id, &asked).await?;
            }
            if entry.state == EntryState::Published {
                cause::tell(app, tx, cause, EventKind::EntryEdited { entry: entry.id }).await?;
            }
        }
        (Word::Admit, None) => return Err(StoreError::corrupt("queue item", item.id).into()),
        (Word::Refuse(reason), _) => {
            let refused = EventKind::EntryRefused { entry: entry.id, reason: reason.clone() };
            cause::tell(app, tx, cause, refused).await?;
        }
    }
    Ok(())
}

fn record(item: &QueueItem, by: ActorId, word: &Word) -> Record {
    let (action, reason) = match word {
        Word::Admit => (DecisionAction::Admit, None),
        Word::Refuse(reason) => (DecisionAction::Refuse, Some(reason.clone())),
    };
    let target = item.entry.map_or(Target::Actor(item.actor), Target::Entry);
    Record { rule: Some(item.reason.clone()), reason, ..Record::by_hand(item.group, by, action, target) }
}
