//! Bringing back what was removed with a ban that is taken back.

use guildhall_domain::{ActorId, DecisionId, EntryId, GroupId, moderation::DecisionAction};
use guildhall_store::{
    StoreError, Tx, decision, entry, group,
    removal::{self, Return},
    standing,
};

use super::reverse::{Reversal, reverse};
use crate::{App, decision::News, partner};

/// Entries brought back, and promises looked at, at a time.
const BATCH: usize = 100;

/// Writes down that all that was removed with a ban is to be brought back, and calls off what is still to be removed: in
/// the transaction of what takes the ban back. After the commit, [`carry_out_return`] it.
pub(crate) async fn promise_return(
    app: &App,
    tx: &mut Tx,
    ban: DecisionId,
    by: ActorId,
    reason: &str,
) -> Result<Return, StoreError> {
    let promise = Return { ban, by, reason: reason.to_owned() };
    removal::insert_return(tx, &promise, app.now()).await?;
    Ok(promise)
}

/// Does what was promised. What it meets with is only noted: [`finish_returns`] comes back to it.
pub(crate) async fn carry_out_return(app: &App, promise: &Return) {
    if let Err(error) = finish(app, promise).await {
        tracing::error!(error = %error, "bringing back what went with a ban was interrupted, and will be taken up again");
    }
}

/// Takes up what was promised and not carried out to the end, as after a crash. One that still cannot be carried out keeps
/// no other from it.
///
/// # Errors
/// The store's; what was brought back stays there.
pub async fn finish_returns(app: &App) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let promises = removal::list_returns(&app.store, after, BATCH).await?;
        let Some(last) = promises.last() else { return Ok(()) };
        after = last.ban.0;
        for promise in &promises {
            carry_out_return(app, promise).await;
        }
    }
}

async fn finish(app: &App, promise: &Return) -> Result<(), StoreError> {
    let ban = decision::find(&app.store, promise.ban).await?;
    let group = ban.as_ref().and_then(|ban| ban.group);
    let mut after = None;
    loop {
        let gone = removal::list_gone_with(&app.store, promise.ban, after, BATCH).await?;
        let Some(last) = gone.last() else { break };
        after = Some(*last);
        for entry in gone {
            give_back(app, entry, promise, group).await?;
        }
    }
    let mut tx = app.begin().await?;
    if let Some(group) = group {
        partner::bring_back(&mut tx, group, promise.ban).await?;
    }
    removal::delete_return(&mut tx, promise.ban).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.promised.notify_one();
    Ok(())
}

/// One entry a transaction, unless it was decided about anew, went to another group than banned its author, or they are
/// banned there by now. In the name of its own group where the whole instance (`group`: `None`) decided, as it was removed.
async fn give_back(
    app: &App,
    id: EntryId,
    promise: &Return,
    group: Option<GroupId>,
) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let Some(gone) = entry::lock_in_thread(&mut tx, id).await? else { return Ok(()) };
    let is_moved = group.is_some_and(|group| group != gone.group_id);
    if is_moved || !removal::is_gone_with(&mut tx, promise.ban, id).await? {
        return Ok(());
    }
    let by = if group.is_some() { promise.by } else { gone.group_id.actor() };
    let reversal =
        Reversal { by: Some(by), reason: Some(promise.reason.clone()), undoes: None, news: News::Quiet };
    reverse(app, &mut tx, id, DecisionAction::Remove, &reversal).await?;
    // Last, since the group is locked after all entries: else a ban that is being written would not be seen.
    group::lock(&mut tx, gone.group_id).await?;
    if standing::is_banned(&mut tx, Some(gone.group_id), gone.author_id, app.now()).await? {
        return Ok(());
    }
    tx.commit().await
}
