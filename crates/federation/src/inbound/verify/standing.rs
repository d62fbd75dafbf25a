//! Steps 12, 13 and 15: what we know of the host, the actor and the activity, without asking anybody.
//!
//! What step 15 says of actors that were never seen comes before step 14, since that would ask for their keys.

use guildhall_activitypub::Iri;
use guildhall_domain::{ActorId, ApId};
use guildhall_store::actor::Actor;
use guildhall_store::{received, standing};

use super::Rejection;
use super::claim::Claim;
use crate::Federation;
use crate::fetch::{FetchError, KeyError};

/// Blocks, suspensions, repetitions, and news of actors that do not concern us. Gives the actor, where it is known.
pub(super) async fn check(federation: &Federation, claim: &Claim) -> Result<Option<Actor>, Rejection> {
    let actor_id = &claim.activity.actor;
    if federation.fetcher.is_own(actor_id) {
        return Err(Rejection::OwnActor);
    }
    not_blocked(federation, actor_id).await?;
    let app = &federation.app;
    let actor = guildhall_store::actor::find_by_ap_id(&app.store, &ApId::new(actor_id.as_str())).await?;
    if let Some(actor) = &actor {
        of_actor(federation, actor).await?;
    }
    if received::exists(&app.store, &ApId::new(claim.activity.id.as_str())).await? {
        return Err(Rejection::Duplicate);
    }
    let is_news_of_itself = claim.deletes_its_actor() || claim.updates_its_actor();
    if actor.is_none() && is_news_of_itself {
        return Err(Rejection::GoneActor);
    }
    Ok(actor)
}

/// Steps 10 and 12: nothing is taken from a blocked host.
pub(super) async fn not_blocked(federation: &Federation, id: &Iri) -> Result<(), Rejection> {
    let is_blocked = federation.fetcher.peers().is_blocked(id.authority()).await;
    if is_blocked.map_err(Rejection::Store)? { Err(Rejection::BlockedHost) } else { Ok(()) }
}

/// Step 12 for an actor that is known: its handle may end in another host than its id, and the lists count for both.
pub(super) async fn of_actor(federation: &Federation, actor: &Actor) -> Result<(), Rejection> {
    let authorities = [Some(actor.host.as_str()), actor.ap_id.authority()];
    for authority in authorities.into_iter().flatten() {
        let is_blocked = federation.fetcher.peers().is_blocked(authority).await;
        if is_blocked.map_err(Rejection::Store)? {
            return Err(Rejection::BlockedHost);
        }
    }
    not_suspended(federation, actor.id).await
}

/// The same for whoever has signed.
pub(super) async fn of_signer(federation: &Federation, signer: ActorId) -> Result<(), Rejection> {
    match guildhall_store::actor::find(&federation.app.store, signer).await? {
        Some(actor) => of_actor(federation, &actor).await,
        None => Ok(()),
    }
}

/// Step 12: nothing is taken from an actor that the instance has banned.
async fn not_suspended(federation: &Federation, actor: ActorId) -> Result<(), Rejection> {
    let app = &federation.app;
    let is_suspended = standing::is_suspended(&app.store, actor, app.now()).await?;
    if is_suspended { Err(Rejection::SuspendedActor) } else { Ok(()) }
}

/// Step 15: a `Delete` or `Update` whose signer is gone is no reason to complain, and none to come back.
pub(super) fn of_gone_actor(rejection: Rejection, claim: &Claim, actor: Option<&Actor>) -> Rejection {
    use guildhall_activitypub::Verb;
    let is_farewell = matches!(claim.activity.verb, Verb::Delete(_) | Verb::Update(_));
    let was_deleted = actor.is_some_and(|actor| actor.deleted_at.is_some());
    match &rejection {
        Rejection::Key(KeyError::Fetch(error)) if is_farewell && (error.is_absent() || was_deleted) => {
            tracing::trace!(%error, "a farewell of an actor that is gone");
            Rejection::GoneActor
        }
        Rejection::Key(KeyError::Fetch(FetchError::Blocked)) => Rejection::BlockedHost,
        _ => rejection,
    }
}
