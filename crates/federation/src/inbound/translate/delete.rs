//! `Delete`: by the author, by a moderator with a reason, of an account.

use guildhall_activitypub::activity::Deletion;
use guildhall_app::{
    entry::{self as entries, Delete},
    remote,
};
use guildhall_domain::ApId;
use guildhall_store::received;

use super::{
    Incoming, Step, Trouble,
    incoming::{ANOTHER_GROUP, known_actor, known_entry},
    trouble::IntoStep,
    whole_thread,
};
use crate::Federation;

pub(super) async fn delete(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Step, Trouble> {
    if deletion.object == incoming.activity.actor && incoming.via.is_none() {
        return actor_deleted(federation, incoming, deletion).await;
    }
    if let Some(actor) = known_actor(federation, &deletion.object).await? {
        return group_deleted(federation, incoming, actor).await;
    }
    let Some(command) = command(federation, incoming, deletion).await? else {
        return match whole_thread::delete(federation, incoming, deletion).await? {
            Some(step) => Ok(step),
            None if known_entry(federation, &deletion.object).await?.is_some() => {
                Ok(Step::refused(ANOTHER_GROUP))
            }
            None => ignored_or_early(federation, incoming, "deletes nothing that is known here").await,
        };
    };
    entries::delete(&federation.app, command).await.into_step()
}

// Lemmy's people may go and leave what they wrote.
async fn actor_deleted(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Step, Trouble> {
    let (app, actor, cause) = (&federation.app, incoming.actor.id, incoming.cause());
    if deletion.remove_data {
        remote::actor_deleted(app, actor, cause).await?;
    } else {
        remote::actor_left(app, actor, cause).await?;
    }
    Ok(Step::Done)
}

/// `Undo{Delete}`.
pub(super) async fn restore(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Step, Trouble> {
    let Some(command) = command(federation, incoming, deletion).await? else {
        let step = whole_thread::restore(federation, incoming, deletion).await?;
        return match step {
            Some(step) => Ok(step),
            None => {
                incoming.not_about(federation, &deletion.object, "restores nothing that is known here").await
            }
        };
    };
    entries::restore(&federation.app, command).await.into_step()
}

async fn command(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Option<Delete>, Trouble> {
    let known = incoming.entry(federation, &deletion.object).await?;
    Ok(known.map(|entry| Delete {
        entry: entry.id,
        by: incoming.acting_on(&entry),
        reason: deletion.reason.clone(),
        cause: incoming.cause(),
    }))
}

/// What takes back something that is not known: later, where what it takes back still waits to be processed.
pub(super) async fn ignored_or_early(
    federation: &Federation,
    incoming: &Incoming,
    reason: &'static str,
) -> Result<Step, Trouble> {
    let received = &incoming.received;
    incoming.wait_for_earlier(federation).await?;
    // It may take back something that waits for a moderator, and must not come before it.
    match received::find_waited_for(&federation.app.store, &received.actor, received.id).await? {
        Some(entry) => Ok(Step::Waits(entry)),
        None => Ok(Step::ignored(reason)),
    }
}

// Lemmy's moderators delete a group by its id; only its own server can say so.
async fn group_deleted(
    federation: &Federation,
    incoming: &Incoming,
    actor: guildhall_store::actor::Actor,
) -> Result<Step, Trouble> {
    let speaks = incoming.via.as_ref().is_some_and(|via| via.id == actor.id);
    if actor.is_local || !speaks {
        return Ok(Step::refused("deletes somebody else"));
    }
    match federation.fetcher.refresh_actor(&ApId::new(actor.ap_id.as_str())).await {
        Err(error) if error.is_retryable() => Err(error.into()),
        Ok(_) => Ok(Step::ignored("the group is still there")),
        Err(_) => Ok(Step::ended(guildhall_store::received::Outcome::Applied, "the group is gone")),
    }
}
