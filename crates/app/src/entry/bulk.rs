//! Taking away everything somebody wrote.

use guildhall_domain::{ActorId, GroupId, event::Cause};
use guildhall_store::{StoreError, entry};

use super::delete::{Delete, DeleteError, delete};
use crate::App;

/// Entries taken away at a time.
const BATCH: usize = 100;

/// Removes what somebody wrote in a group, or in all groups, also what is still held; one entry a transaction: a long list
/// must not hold up the others. `by`: the moderator, or each entry's own group where it is the group that acts.
pub(crate) async fn remove_all_by(
    app: &App,
    group: Option<GroupId>,
    author: ActorId,
    by: ActorId,
    reason: &str,
) -> Result<(), StoreError> {
    let mut after = None;
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
            match delete(app, command).await {
                // Somebody else was faster.
                Ok(_) | Err(DeleteError::NotFound | DeleteError::Refused(_)) => {}
                Err(DeleteError::Store(error)) => return Err(error),
            }
        }
    }
}
