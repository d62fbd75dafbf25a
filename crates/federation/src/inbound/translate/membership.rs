//! `Follow`, `Join` and `Leave` of a group, which all mean membership here; and `Follow` of a post, which means none.

use guildhall_activitypub::{Iri, activity::Answer};
use guildhall_app::{
    entry as entries,
    group::{self, Brings, Leave, RequestJoin},
    welcome,
};
use guildhall_domain::{ApId, GroupId};
use guildhall_store::group as groups;

use super::{
    Incoming, Step, Trouble,
    incoming::{known_actor, known_entry},
    trouble::IntoStep,
};
use crate::Federation;

/// Mobilizon's `Join` and `Leave` of an event.
const TO_AN_EVENT: &str = "who takes part in a post is not kept";

/// The group hosted here that an id names.
pub(super) async fn local_group(federation: &Federation, id: &Iri) -> Result<Option<GroupId>, Trouble> {
    let Some(actor) = known_actor(federation, id).await?.filter(|actor| actor.is_local) else {
        return Ok(None);
    };
    let group = groups::find(&federation.app.store, GroupId(actor.id.0)).await?;
    Ok(group.filter(|group| group.is_local).map(|group| group.id))
}

/// `Follow` of a group, or of a post (Friendica subscribes to threads so).
pub(super) async fn follow(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
) -> Result<Step, Trouble> {
    if local_group(federation, object).await?.is_some() {
        return join(federation, incoming, object, None).await;
    }
    let Some(entry) = known_entry(federation, object).await? else {
        return Ok(Step::ignored("follows nothing that can be joined here"));
    };
    entries::follow(&federation.app, entry.id, incoming.actor.id, incoming.cause()).await?;
    Ok(Step::Done)
}

/// `Join`: of a group, maybe with a word for its moderators (Mobilizon's `participationMessage`). Who comes to an event is not kept, and its server is not asked to try again.
pub(super) async fn join(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
    message: Option<&str>,
) -> Result<Step, Trouble> {
    let Some(group) = local_group(federation, object).await? else {
        let is_event = known_entry(federation, object).await?.is_some();
        return Ok(Step::ignored(if is_event { TO_AN_EVENT } else { "joins nothing that lives here" }));
    };
    let command = RequestJoin {
        group,
        actor: incoming.actor.id,
        follow: Some(ApId::new(incoming.activity.id.as_str())),
        cause: incoming.cause(),
    };
    let brings = Brings { message: message.map(str::to_owned), ..Brings::default() };
    group::join_with(&federation.app, command, brings).await.into_step()
}

/// The word of somebody whom a group here invited: yes is a request to join, for which the invitation speaks; no takes the
/// invitation back. `None`: nothing of ours is answered.
pub(super) async fn invited(
    federation: &Federation,
    incoming: &Incoming,
    answer: &Answer,
    is_accepted: bool,
) -> Result<Option<Step>, Trouble> {
    let Some(invite) = answer.object.embedded().filter(|inner| inner.kind == "Invite") else {
        return Ok(None);
    };
    let Some(object) = &invite.object else { return Ok(None) };
    let Some(group) = local_group(federation, object).await? else { return Ok(None) };
    let (actor, cause) = (incoming.actor.id, incoming.cause());
    if is_accepted {
        let command = RequestJoin { group, actor, follow: None, cause };
        return group::request_join(&federation.app, command).await.into_step().map(Some);
    }
    welcome::decline(&federation.app, group, actor, cause).await?;
    Ok(Some(Step::Done))
}

pub(super) async fn leave(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
) -> Result<Step, Trouble> {
    let Some(group) = local_group(federation, object).await? else {
        let is_entry = known_entry(federation, object).await?.is_some();
        return Ok(Step::ignored(if is_entry { TO_AN_EVENT } else { "leaves nothing that lives here" }));
    };
    let command = Leave { group, actor: incoming.actor.id, cause: incoming.cause() };
    group::leave(&federation.app, command).await?;
    Ok(Step::Done)
}
