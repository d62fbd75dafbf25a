//! Answers to who wants to join a group or hear of a post here, and the wishes of people here to join or leave one elsewhere.

use guildhall_activitypub::write::{self, Address};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    membership::{JoinOutcome, JoinRefusal},
};
use guildhall_store::{actor::Actor, delivery::NewDelivery, membership, received};
use serde_json::{Value, json};

use super::{
    Teller,
    inner::Ours,
    scene::{Scene, find_actor, find_group},
};
use crate::outbound::{
    recipients,
    render::{RenderError, iri},
};

/// What a request to join may have come as.
const KINDS: &[&str] = &["Follow", "Join", "TentativeJoin"];

impl Teller<'_> {
    pub(super) async fn join_decided(
        &self,
        group: GroupId,
        asker: ActorId,
        decision: Result<JoinOutcome, JoinRefusal>,
        reason: Option<&str>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let asker = find_actor(self.app, asker).await?;
        if asker.is_local || decision == Ok(JoinOutcome::AwaitingApproval) {
            return Ok(Vec::new());
        }
        if decision.is_ok()
            && self.received(self.event.cause.received(), &["Accept"], Some(&asker)).await?.is_some()
        {
            // Came by accepting an invitation: there is no request to answer.
            return Ok(Vec::new());
        }
        let group = find_group(self.app, group).await?;
        let request = self.request(&group, &asker).await?;
        let asker_id = iri(&asker.ap_id)?;
        let address = Address { to: std::slice::from_ref(&asker_id), ..Address::default() };
        let part = if decision.is_ok() { "accept" } else { "reject" };
        let answer = self.ours(&group, self.urls.activity_part(self.event.id, part), |maker| {
            let envelope = maker.envelope(address);
            Ok(match decision {
                Ok(_) => write::accept(&envelope, request),
                Err(refusal) => {
                    write::reject(&envelope, request, Some(reason.unwrap_or(explanation(refusal))))
                }
            })
        });
        let answer = answer.await?;
        self.tell_one(answer, &group, &asker, &asker).await
    }

    /// `Accept` of a `Follow` of a post, in the name of its author or of the group.
    pub(super) async fn entry_followed(
        &self,
        entry: EntryId,
        by: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let follower = find_actor(self.app, by).await?;
        let speaker = if scene.author.is_local { &scene.author } else { &scene.group };
        let Some(body) = self.received(self.event.cause.received(), &["Follow"], Some(&follower)).await?
        else {
            return Ok(Vec::new());
        };
        let follow = serde_json::from_slice(&body)?;
        let follower_id = iri(&follower.ap_id)?;
        let accept = self.ours(speaker, self.urls.activity_part(self.event.id, "accept"), |maker| {
            let address = Address { to: std::slice::from_ref(&follower_id), ..Address::default() };
            Ok(write::accept(&maker.envelope(address), follow))
        });
        let accept = accept.await?;
        self.tell_one(accept, speaker, &follower, &follower).await
    }

    pub(super) async fn join_requested(
        &self,
        group: GroupId,
        actor: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, group).await?;
        let actor = find_actor(self.app, actor).await?;
        let group_id = iri(&group.ap_id)?;
        // The membership names the Follow by this id, and so will the answer.
        let follow = self.ours(&actor, self.urls.activity(self.event.id), |maker| {
            let address = Address { to: std::slice::from_ref(&group_id), ..Address::default() };
            Ok(write::follow(&maker.envelope(address), &group_id))
        });
        let follow = follow.await?;
        self.tell_one(follow, &group, &actor, &group).await
    }

    pub(super) async fn left(&self, group: GroupId, actor: ActorId) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, group).await?;
        let actor = find_actor(self.app, actor).await?;
        if !actor.is_local {
            return Ok(Vec::new());
        }
        let group_id = iri(&group.ap_id)?;
        let undo = self.ours(&actor, self.urls.activity(self.event.id), |maker| {
            let address = Address { to: std::slice::from_ref(&group_id), ..Address::default() };
            let part = maker.part("follow")?;
            let follow = write::follow(&maker.envelope_as(&part, address), &group_id);
            Ok(write::undo(&maker.envelope(address), follow))
        });
        let undo = undo.await?;
        self.tell_one(undo, &group, &actor, &group).await
    }

    /// The request that is answered, whole where its bytes are still there: Lemmy wants it embedded, Mastodon looks at
    /// its id.
    async fn request(&self, group: &Actor, asker: &Actor) -> Result<Value, RenderError> {
        if let Some(body) = self.received(self.event.cause.received(), KINDS, Some(asker)).await? {
            return Ok(serde_json::from_slice(&body)?);
        }
        let member = membership::find(&self.app.store, GroupId(group.id.0), asker.id).await?;
        let Some(follow) = member.and_then(|member| member.follow) else {
            return Ok(
                json!({ "type": "Follow", "actor": asker.ap_id.as_str(), "object": group.ap_id.as_str() }),
            );
        };
        match received::find_by_ap_id(&self.app.store, &follow).await? {
            Some(received) => Ok(serde_json::from_slice(&received.body)?),
            None => Ok(json!({
                "id": follow.as_str(),
                "type": "Follow",
                "actor": asker.ap_id.as_str(),
                "object": group.ap_id.as_str(),
            })),
        }
    }

    /// Something between a person and a group, for the one's inbox.
    async fn tell_one(
        &self,
        ours: Ours,
        group: &Actor,
        person: &Actor,
        to: &Actor,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let order_key = format!("member:{}:{}", group.id, person.id);
        let targets = recipients::inbox_of(self.app, to).await?.into_iter().collect();
        Ok(self.direct(ours, &order_key, targets).into_iter().collect())
    }
}

/// What somebody who was turned away is told.
fn explanation(refusal: JoinRefusal) -> &'static str {
    match refusal {
        JoinRefusal::Banned => "You are banned from this group.",
        JoinRefusal::InviteNeeded => "This group takes members by invitation only.",
        JoinRefusal::HostBlocked => "This group does not accept members from your server.",
        JoinRefusal::LocalOnly => "This group is for people with an account on its own server.",
        JoinRefusal::Rule => "A rule of this group does not let you in.",
        JoinRefusal::Declined => "A moderator declined your request.",
    }
}
