//! Bringing back what was removed with a ban that is taken back.

use guildhall_domain::{ActorId, DecisionId, EntryId, moderation::DecisionAction};
use guildhall_store::{
    StoreError, Tx, decision, entry,
    removal::{self, Return},
};

use super::reverse::{Reversal, reverse};
use crate::{App, decision::News};

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
    let of_group = decision::find(&app.store, promise.ban).await?.is_some_and(|ban| ban.group.is_some());
    loop {
        let gone = removal::list_gone_with(&app.store, promise.ban, BATCH).await?;
        let mut restored = 0;
        for entry in gone {
            restored += usize::from(give_back(app, entry, promise, of_group).await?);
        }
        if restored == 0 {
            break;
        }
    }
    let mut tx = app.begin().await?;
    removal::delete_return(&mut tx, promise.ban).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// One entry a transaction. In the name of its own group where the whole instance decided, as it was removed.
async fn give_back(app: &App, id: EntryId, promise: &Return, of_group: bool) -> Result<bool, StoreError> {
    let Some(known) = entry::find(&app.store, id).await? else { return Ok(false) };
    let by = if of_group { promise.by } else { known.group_id.actor() };
    let reversal =
        Reversal { by: Some(by), reason: Some(promise.reason.clone()), undoes: None, news: News::Quiet };
    let mut tx = app.begin().await?;
    let back = reverse(app, &mut tx, id, DecisionAction::Remove, &reversal).await?;
    tx.commit().await?;
    Ok(back.is_some())
}
