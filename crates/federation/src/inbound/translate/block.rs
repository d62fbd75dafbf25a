//! `Block` of a person from a group or by their own instance, and its `Undo`.

use guildhall_activitypub::{Iri, activity::Blocking};
use guildhall_app::{
    entry as entries,
    group::{self, SetBan},
    remote::{self, SuspendActor},
};
use guildhall_domain::{ActorId, ApId, GroupId, Timestamp, actor::ActorKind, audience};
use guildhall_store::{actor::Actor, instance};

use super::{Incoming, Step, Trouble, incoming::known_actor, trouble::IntoStep, whole_thread::known_group};
use crate::Federation;

/// Why a ban from a whole instance does nothing.
pub(super) const NOT_THE_INSTANCE: &str = "a ban by somebody who does not speak for the instance";

pub(super) async fn block(
    federation: &Federation,
    incoming: &Incoming,
    blocking: &Blocking,
    banned: bool,
) -> Result<Step, Trouble> {
    let Some(target) = &blocking.target else {
        return Ok(Step::ignored("one person blocks another"));
    };
    let Some(person) = known_actor(federation, &blocking.object).await? else {
        return Ok(Step::ignored("nobody that is known here"));
    };
    let Some((group, by)) = group_and_actor(federation, incoming, target).await? else {
        return suspend(federation, incoming, blocking, &person, banned).await;
    };
    let command = SetBan {
        group,
        actor: person.id,
        by,
        banned,
        until: blocking.until.map(Timestamp),
        reason: blocking.reason.clone(),
        remove_content: blocking.remove_data,
        cause: incoming.cause(),
    };
    group::set_ban(&federation.app, command).await.into_step()
}

async fn group_and_actor(
    federation: &Federation,
    incoming: &Incoming,
    target: &Iri,
) -> Result<Option<(GroupId, ActorId)>, Trouble> {
    if let Some(via) = incoming.via.as_ref().filter(|via| via.ap_id.as_str() == target.as_str()) {
        return Ok(Some((GroupId(via.id.0), via.id)));
    }
    // Of a group elsewhere too: its moderators are known by its own list, and tell the server of whom they ban.
    Ok(known_group(federation, target).await?.map(|group| (group, incoming.actor.id)))
}

/// An instance may suspend its own people, and nobody else's: by its own actor, or, as Lemmy does it, by one of its admins
/// with that actor as `target`. Who is an admin there only their server knows, which has signed it; nothing is believed
/// that it could not bring about by deleting the person.
async fn suspend(
    federation: &Federation,
    incoming: &Incoming,
    blocking: &Blocking,
    person: &Actor,
    is_suspended: bool,
) -> Result<Step, Trouble> {
    let at_home = blocking.target.as_ref().filter(|target| target.same_origin(&blocking.object));
    let is_neighbour = blocking.object.same_origin(&incoming.activity.actor);
    let speaks = match at_home {
        Some(target) if is_neighbour && !person.is_local && !is_many(person.kind) => {
            incoming.actor.kind == ActorKind::Application
                || (admins_ban(federation, blocking.object.authority()).await?
                    && is_instance(federation, target).await?)
        }
        _ => false,
    };
    if !speaks {
        return Ok(Step::refused(NOT_THE_INSTANCE));
    }
    let app = &federation.app;
    if is_suspended && blocking.remove_data {
        let reason = blocking.reason.as_deref().unwrap_or("banned by their own server");
        // Before the suspension, which ends the activity: done twice, after a crash, it does nothing more.
        entries::remove_everywhere(app, person.id, reason).await?;
    }
    let command = SuspendActor {
        actor: person.id,
        by: incoming.actor.id,
        is_suspended,
        until: blocking.until.map(Timestamp),
        reason: blocking.reason.clone(),
        cause: incoming.cause(),
    };
    remote::actor_suspended(app, command).await?;
    Ok(Step::Done)
}

// A group, or the server itself: to ban those would cut off everybody in them.
fn is_many(kind: ActorKind) -> bool {
    matches!(kind, ActorKind::Group | ActorKind::Application | ActorKind::Organization)
}

/// Whether the software of a host is known to let its admins ban in their own names.
async fn admins_ban(federation: &Federation, host: &str) -> Result<bool, Trouble> {
    federation.fetcher.learn_software(host).await?;
    let software = instance::find(&federation.app.store, host).await?.and_then(|known| known.software);
    Ok(software.is_some_and(|software| audience::admins_ban_for_server(&software.name)))
}

/// Whether an id is that of a server's own actor: groups ban in the same way, from themselves alone.
async fn is_instance(federation: &Federation, id: &Iri) -> Result<bool, Trouble> {
    match federation.fetcher.actor(&ApId::new(id.as_str())).await {
        Ok(actor) => Ok(actor.kind == ActorKind::Application),
        Err(error) if error.is_retryable() => Err(error.into()),
        Err(_) => Ok(false),
    }
}
