//! `Block` of a person from a group or by their own instance, and its `Undo`.

use guildhall_activitypub::{Iri, activity::Blocking};
use guildhall_app::{
    group::{self, SetBan},
    remote,
};
use guildhall_domain::{ActorId, GroupId, Timestamp, actor::ActorKind};
use guildhall_store::actor::Actor;

use super::{Incoming, Step, Trouble, incoming::known_actor, membership::local_group, trouble::IntoStep};
use crate::Federation;

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
    Ok(local_group(federation, target).await?.map(|group| (group, incoming.actor.id)))
}

// An instance may suspend its own people, and nobody else's.
async fn suspend(
    federation: &Federation,
    incoming: &Incoming,
    blocking: &Blocking,
    person: &Actor,
    is_suspended: bool,
) -> Result<Step, Trouble> {
    let is_home = blocking.target.as_ref().is_some_and(|target| target.same_origin(&blocking.object));
    // The same host is not the same person: the instance's own actor speaks for it, and nobody else there.
    let is_instance = incoming.actor.kind == ActorKind::Application;
    if !is_home || !is_instance || !blocking.object.same_origin(&incoming.activity.actor) || person.is_local {
        return Ok(Step::ignored("a ban by somebody who does not speak for the instance"));
    }
    let until = blocking.until.map(Timestamp);
    remote::actor_suspended(&federation.app, person.id, until, is_suspended, incoming.cause()).await?;
    Ok(Step::Done)
}
