//! Following one post to hear of its answers, as Friendica's people do.

use guildhall_domain::{
    ActorId, EntryId,
    content::EntryState,
    event::{Cause, EventKind},
};
use guildhall_store::{StoreError, entry, received::Outcome};

use crate::{App, cause, facts};

/// Tells who follows a published entry that this was heard. Nothing is kept of it: answers go to a group's members and to
/// those whom they answer.
///
/// Heard by the author where they live here, else by the group; where both live elsewhere, and of what is not published,
/// it is not for us to say anything.
pub async fn follow(app: &App, entry: EntryId, by: ActorId, cause: Cause) -> Result<(), StoreError> {
    let found = entry::find(&app.store, entry).await?;
    let Some(found) = found.filter(|found| found.state == EntryState::Published) else {
        return cause::finish_alone(app, cause, Outcome::Ignored, "follows nothing that is here").await;
    };
    let is_ours = found.is_local || facts::actor(app, found.group_id.actor()).await?.is_local;
    if !is_ours {
        return cause::finish_alone(app, cause, Outcome::Ignored, "follows something of others").await;
    }
    let mut tx = app.begin().await?;
    if cause::finish(&mut tx, cause, Outcome::Applied, Some("no membership"), app.now()).await? {
        cause::tell(app, &mut tx, cause, EventKind::EntryFollowed { entry, by }).await?;
        tx.commit().await?;
        app.signals.event.notify_one();
    }
    Ok(())
}
