//! Deciding together what one automatic rule has brought in, however much it is.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, EntryId,
    content::EntryState,
    event::Cause,
    moderation::{DecisionAction, case::Subject},
    staff::{NotPermitted, needed_for},
};
use guildhall_store::{
    actor::{self, Actor},
    case,
    entry::{self, Entry},
};

use super::{Act, Acted, CaseAction, CaseError, Desk, EntryAction, act::grounds, prepared};
use crate::{
    App,
    decision::Grounds,
    entry::{Delete, take_away},
    facts,
    queue::{QueueError, Word, decide_waiting},
    staff,
};

/// Entries decided in one transaction: a long list must not hold up the others.
const BATCH: usize = 50;
/// Entries decided in one request; the rest is left for the next.
const MAX_AT_ONCE: usize = 1_000;

/// The action on a whole wave. `None`: what is asked for is none.
///
/// # Errors
/// [`CaseError::NotApplicable`] where the case is a wave, and this cannot be done to one.
pub(super) fn action_of(subject: &Subject, command: &Act) -> Result<Option<EntryAction>, CaseError> {
    if !matches!(subject, Subject::Rule(_)) {
        return Ok(None);
    }
    if !command.entries.is_empty() {
        return Err(CaseError::NotApplicable(
            "a wave is decided as a whole; single ones are decided in the queue",
        ));
    }
    match command.actions.as_slice() {
        [CaseAction::Dismiss | CaseAction::HandOver] => Ok(None),
        [CaseAction::Entry(action @ (EntryAction::Admit | EntryAction::Refuse | EntryAction::Remove))] => {
            Ok(Some(*action))
        }
        _ => Err(CaseError::NotApplicable(
            "a wave is admitted, refused, removed, dismissed or handed over, one at a time",
        )),
    }
}

/// Decides what is held, or removes what is published, batch by batch, each in a transaction of its own.
pub(super) async fn act(
    app: &App,
    desk: &Desk,
    command: &Act,
    action: EntryAction,
) -> Result<Acted, CaseError> {
    let grounds = grounds(app, desk, command).await?;
    let reason = prepared::reason(app, desk, command, None, grounds.written_rule.as_ref()).await?;
    let run = Run { app, desk, action, grounds, reason, is_ours: facts::actor(app, desk.by).await?.is_local };
    let (mut after, mut acted) = (None, Acted::default());
    loop {
        let batch = run.next(after).await?;
        let Some(last) = batch.last().copied() else { break };
        if acted.entries >= MAX_AT_ONCE {
            acted.left = run.count_left().await?;
            return Ok(acted);
        }
        acted.entries += run.decide(&batch).await?;
        after = Some(last);
    }
    if !command.stays_open {
        let mut tx = app.begin().await?;
        desk.lock(app, &mut tx).await?;
        acted.is_closed = desk.close_lanes(app, &mut tx, "decided").await?;
        tx.commit().await?;
    }
    Ok(acted)
}

struct Run<'a> {
    app: &'a App,
    desk: &'a Desk,
    action: EntryAction,
    grounds: Grounds,
    reason: Option<String>,
    is_ours: bool,
}

impl Run<'_> {
    fn is_removal(&self) -> bool {
        self.action == EntryAction::Remove
    }

    async fn next(&self, after: Option<EntryId>) -> Result<Vec<EntryId>, CaseError> {
        let (store, id) = (&self.app.store, self.desk.case.id);
        let state = if self.is_removal() { EntryState::Published } else { EntryState::Held };
        Ok(case::list_in_state(store, id, state, after, BATCH).await?)
    }

    async fn count_left(&self) -> Result<usize, CaseError> {
        let counts = case::count_items(&self.app.store, self.desk.case.id).await?;
        let left = if self.is_removal() { counts.shown } else { counts.held };
        Ok(usize::try_from(left).unwrap_or_default())
    }

    /// How many of a batch were decided: what somebody else decided meanwhile is passed over.
    async fn decide(&self, batch: &[EntryId]) -> Result<usize, CaseError> {
        let mut known = entry::list_by_ids(&self.app.store, batch).await?;
        // All of them before any is decided, in the order of all transactions: what is decided locks the group.
        known.sort_unstable_by_key(|entry| (entry.thread_id, entry.id));
        let authors: Vec<ActorId> = known.iter().map(|entry| entry.author_id).collect();
        let authors = actor::list_by_ids(&self.app.store, &authors).await?;
        let authors: HashMap<ActorId, Actor> = authors.into_iter().map(|actor| (actor.id, actor)).collect();
        let mut tx = self.app.begin().await?;
        let mut locked = Vec::with_capacity(known.len());
        for entry in &known {
            locked.extend(entry::lock_in_thread(&mut tx, entry.id).await?);
        }
        let mut decided = 0;
        for current in &locked {
            let author = authors.get(&current.author_id).ok_or(CaseError::NotFound)?;
            decided += usize::from(self.decide_one(&mut tx, current, author).await?);
        }
        tx.commit().await?;
        self.app.signals.event.notify_one();
        self.app.signals.received.notify_one();
        Ok(decided)
    }

    async fn decide_one(
        &self,
        tx: &mut guildhall_store::Tx,
        current: &Entry,
        author: &Actor,
    ) -> Result<bool, CaseError> {
        let by = if self.desk.scope().is_some() { self.desk.by } else { current.group_id.actor() };
        let action = if self.is_removal() { DecisionAction::Remove } else { DecisionAction::Admit };
        let permission = needed_for(action).ok_or(CaseError::NotFound)?;
        staff::powers(self.app, tx, current.group_id, by).await?.demand(permission)?;
        if self.is_removal() {
            if current.state != EntryState::Published {
                return Ok(false);
            }
            let command = Delete { entry: current.id, by, reason: self.reason.clone(), cause: Cause::Local };
            take_away(self.app, tx, &command, self.is_ours, false, &self.grounds).await?;
            return Ok(true);
        }
        let word = match self.action {
            EntryAction::Admit => Word::Admit,
            _ => Word::Refuse(self.reason.clone().unwrap_or_default()),
        };
        match decide_waiting(self.app, tx, (current, author), by, &word, &self.grounds).await {
            Ok(()) => Ok(true),
            Err(
                QueueError::NotFound
                | QueueError::AlreadyDecided
                | QueueError::NotPermitted(NotPermitted::Oneself),
            ) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
