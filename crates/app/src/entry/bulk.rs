//! Taking away everything somebody wrote.

use guildhall_domain::{ActorId, DecisionId, EntryId, GroupId, event::Cause};
use guildhall_store::{
    StoreError, Tx, entry,
    removal::{self, Removal},
};

use super::delete::{Delete, DeleteError, delete_as_decided};
use crate::{App, partner};

/// Entries taken away, and removals looked at, at a time.
const BATCH: usize = 100;

/// Whose entries are to be removed, and at whose word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    /// In which group; `None` in all.
    pub(crate) group: Option<GroupId>,
    pub(crate) author: ActorId,
    pub(crate) by: ActorId,
    /// The ban that asks for it: with it, all comes back.
    pub(crate) ban: Option<DecisionId>,
}

/// Writes down that all that somebody wrote in a group, or in all groups, is to be removed: in the transaction of what
/// asks for it, so that it is finished after a crash too. After the commit, [`carry_out`] it.
pub(crate) async fn promise_removal(
    app: &App,
    tx: &mut Tx,
    promise: Promise,
    reason: &str,
) -> Result<Removal, StoreError> {
    let Promise { group, author, by, ban } = promise;
    let removal = Removal { id: app.new_id(), group, author, by, reason: reason.to_owned(), ban };
    removal::insert(tx, &removal, app.now()).await?;
    Ok(removal)
}

/// Does what was promised. What it meets with is only noted: [`finish_removals`] comes back to it.
pub(crate) async fn carry_out(app: &App, removal: &Removal) {
    if let Err(error) = finish(app, removal).await {
        tracing::error!(error = %error, "removing what somebody wrote was interrupted, and will be taken up again");
    }
}

/// Removes everywhere what somebody elsewhere wrote, because their own server wants it gone: each group here and
/// elsewhere takes away what is in it.
pub async fn remove_everywhere(app: &App, author: ActorId, reason: &str) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    let promise = Promise { group: None, author, by: author, ban: None };
    let removal = promise_removal(app, &mut tx, promise, reason).await?;
    tx.commit().await?;
    carry_out(app, &removal).await;
    Ok(())
}

/// Takes up the removals that were promised and not carried out to the end, as after a crash. One that still cannot be
/// carried out keeps no other from it.
pub async fn finish_removals(app: &App) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let removals = removal::list(&app.store, after, BATCH).await?;
        let Some(last) = removals.last() else {
            return Ok(());
        };
        after = last.id;
        for removal in &removals {
            carry_out(app, removal).await;
        }
    }
}

async fn finish(app: &App, removal: &Removal) -> Result<(), StoreError> {
    let Removal { group, author, by, ref reason, .. } = *removal;
    remove_before(app, Some(removal), group, author, by, reason).await?;
    let mut tx = app.begin().await?;
    removal::delete(&mut tx, removal.id).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// Removes what somebody wrote in a group, or in all groups, also what is still held; one entry a transaction: a long list
/// must not hold up the others. `by`: the moderator, or each entry's own group where it is the group that acts.
pub(crate) async fn remove_all_by(
    app: &App,
    group: Option<GroupId>,
    author: ActorId,
    by: ActorId,
    reason: &str,
) -> Result<(), StoreError> {
    remove_before(app, None, group, author, by, reason).await
}

/// The same for what was written before a removal was promised, for as long as that is not called off: what was written
/// later stays.
async fn remove_before(
    app: &App,
    promised: Option<&Removal>,
    group: Option<GroupId>,
    author: ActorId,
    by: ActorId,
    reason: &str,
) -> Result<(), StoreError> {
    if let Some(group) = group {
        partner::remove_of(app, partner::ShutOut { group, author, by, reason }, promised).await?;
    }
    let mut after = promised.map(|removal| EntryId(removal.id));
    loop {
        let entries = entry::list_present_by_author(&app.store, author, after, BATCH).await?;
        let Some(last) = entries.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for found in entries.iter().filter(|found| group.is_none_or(|group| found.group_id == group)) {
            let by = if group.is_some() { by } else { found.group_id.actor() };
            let command =
                Delete { entry: found.id, by, reason: Some(reason.to_owned()), cause: Cause::Local };
            match delete_as_decided(app, command, promised).await {
                // Somebody else was faster.
                Ok(_) | Err(DeleteError::NotFound | DeleteError::Refused(_) | DeleteError::NotMoved(_)) => {}
                Err(DeleteError::Store(error)) => return Err(error),
            }
        }
    }
}
