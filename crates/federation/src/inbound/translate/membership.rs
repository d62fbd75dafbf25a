//! `Follow`, `Join` and `Leave` of a group, which all mean membership here.

use guildhall_activitypub::Iri;
use guildhall_app::group::{self, Leave, RequestJoin};
use guildhall_domain::{ApId, GroupId};
use guildhall_store::group as groups;

use super::{Incoming, Step, Trouble, incoming::known_actor, trouble::IntoStep};
use crate::Federation;

/// The group hosted here that an id names.
pub(super) async fn local_group(federation: &Federation, id: &Iri) -> Result<Option<GroupId>, Trouble> {
    let Some(actor) = known_actor(federation, id).await?.filter(|actor| actor.is_local) else {
        return Ok(None);
    };
    let group = groups::find(&federation.app.store, GroupId(actor.id.0)).await?;
    Ok(group.filter(|group| group.is_local).map(|group| group.id))
}

pub(super) async fn join(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
) -> Result<Step, Trouble> {
    let Some(group) = local_group(federation, object).await? else {
        return Ok(Step::ignored("follows nothing that can be joined here"));
    };
    let command = RequestJoin {
        group,
        actor: incoming.actor.id,
        follow: Some(ApId::new(incoming.activity.id.as_str())),
        cause: incoming.cause(),
    };
    group::request_join(&federation.app, command).await.into_step()
}

pub(super) async fn leave(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
) -> Result<Step, Trouble> {
    let Some(group) = local_group(federation, object).await? else {
        return Ok(Step::ignored("leaves nothing that lives here"));
    };
    let command = Leave { group, actor: incoming.actor.id, cause: incoming.cause() };
    group::leave(&federation.app, command).await?;
    Ok(Step::Done)
}
