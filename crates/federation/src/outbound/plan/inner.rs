//! The activity that tells what was done: in the bytes in which it came, or made here; and the rows of the delivery log
//! that carry it to a group's followers, to the group's own server, and to persons by name.

use guildhall_activitypub::{
    Document, Iri,
    write::{Address, Envelope},
};
use guildhall_domain::{ActorId, ApId, GroupId, ReceivedId, actor::ActorKind};
use guildhall_store::{
    actor::Actor,
    delivery::{NewDelivery, Target},
    received,
};
use serde_json::Value;

use super::Teller;
use crate::outbound::{
    recipients,
    render::{
        RenderError,
        activity::{Voice, to_bytes},
        confine::confine,
        iri,
        proof::Prover,
    },
};

/// What was done, as an activity.
pub(super) enum Inner {
    /// In its original bytes, which is what a group passes on (FEP-1b12).
    Received(Vec<u8>),
    /// Made here, in the name of one of our actors.
    Ours(Ours),
    /// By somebody elsewhere whose bytes we do not have.
    Unknown,
}

/// An activity of one of our actors.
#[derive(Clone)]
pub(super) struct Ours {
    /// Who signs it.
    pub(super) sender: ActorId,
    /// Its id.
    pub(super) id: ApId,
    /// The whole of it.
    pub(super) body: Vec<u8>,
}

/// Who carries an activity to whom.
pub(super) struct Carried<'a> {
    /// The group in which it was done.
    pub(super) group: &'a Actor,
    /// What was done.
    pub(super) inner: Inner,
    /// The id of the group's `Announce`.
    pub(super) announce: ApId,
    /// What a group hosted here tells microblogs that follow it.
    pub(super) microblog: Option<Vec<u8>>,
    /// Persons who are told by name; of what is for members, those whom it concerns or who are members.
    pub(super) persons: Vec<Actor>,
    /// What it must stay in order with.
    pub(super) order_key: String,
}

impl Teller<'_> {
    /// The received activity, where it is of one of `kinds` and (where given) of `actor`: only then may a group pass
    /// its bytes on as this deed.
    pub(super) async fn received(
        &self,
        id: Option<ReceivedId>,
        kinds: &[&str],
        actor: Option<&Actor>,
    ) -> Result<Option<Vec<u8>>, RenderError> {
        let Some(id) = id else { return Ok(None) };
        let Some(received) = received::find(&self.app.store, id).await? else { return Ok(None) };
        let Ok(document) = Document::parse(&received.body) else { return Ok(None) };
        let is_of_kind = document.kind().is_some_and(|kind| kinds.contains(&kind));
        let by = document.actor();
        let is_by = actor.is_none_or(|actor| by.is_some_and(|by| by.as_str() == actor.ap_id.as_str()));
        Ok((is_of_kind && is_by).then_some(received.body))
    }

    /// The deed of `by` in `group`: its original bytes, or an activity made here in the name of `by`, or, where `by`
    /// lives elsewhere and the group may speak for itself, of the group.
    pub(super) async fn deed(
        &self,
        kinds: &[&str],
        by: &Actor,
        group: &Actor,
        make: impl FnOnce(&Maker<'_>) -> Result<Value, RenderError>,
    ) -> Result<Inner, RenderError> {
        if let Some(body) = self.received(self.event.cause.received(), kinds, Some(by)).await? {
            return Ok(Inner::Received(body));
        }
        let speaker = [by, group].into_iter().find(|actor| actor.is_local);
        match speaker {
            Some(speaker) => {
                Ok(Inner::Ours(self.ours(speaker, self.urls.activity(self.event.id), make).await?))
            }
            None => Ok(Inner::Unknown),
        }
    }

    /// Makes an activity of `actor` under `id`.
    pub(super) fn maker(&self, actor: &Actor, id: &ApId) -> Result<Maker<'_>, RenderError> {
        Ok(Maker { id: iri(id)?, actor: iri(&actor.ap_id)?, teller: self })
    }

    /// An activity of `actor` under `id`.
    pub(super) async fn ours(
        &self,
        actor: &Actor,
        id: ApId,
        make: impl FnOnce(&Maker<'_>) -> Result<Value, RenderError>,
    ) -> Result<Ours, RenderError> {
        let activity = make(&self.maker(actor, &id)?)?;
        Ok(Ours { sender: actor.id, id, body: self.seal(actor, activity).await? })
    }

    /// The bytes to send; what persons say, which groups pass on, with a proof.
    pub(super) async fn seal(&self, actor: &Actor, mut activity: Value) -> Result<Vec<u8>, RenderError> {
        if let Some(members) = self.members {
            confine(&mut activity, members.as_str());
        }
        let prover = match actor.kind {
            ActorKind::Person => Prover::of(self.app, actor, self.event.id).await?,
            _ => None,
        };
        let activity = match prover {
            Some(prover) => prover.prove(activity, self.event.at)?,
            None => activity,
        };
        Ok(to_bytes(&activity))
    }

    /// The id under which the group announces this event.
    pub(super) fn announce_id(&self) -> ApId {
        self.urls.activity_part(self.event.id, "announce")
    }

    /// The voice of a group hosted here.
    pub(super) async fn voice(&self, group: &Actor) -> Result<Voice, RenderError> {
        let prover = Prover::of(self.app, group, self.event.id).await?;
        let voice = Voice::new(group, self.event.at)?.to_members(self.members.is_some());
        Ok(voice.proved_by(prover))
    }

    /// Rows for a deed: a group hosted here announces it, a group elsewhere is sent it, and so are persons by name.
    pub(super) async fn carry(&self, carried: Carried<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        if carried.group.is_local {
            self.carry_here(carried).await
        } else {
            self.carry_elsewhere(carried).await
        }
    }

    async fn carry_here(&self, carried: Carried<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        let Carried { group, inner, announce, microblog, persons, order_key } = carried;
        let group_id = GroupId(group.id.0);
        let voice = self.voice(group).await?;
        let (wrapped, ours) = match inner {
            Inner::Received(body) => (Some(voice.announce_activity(&announce, &body)?), None),
            Inner::Ours(ours) => (Some(voice.announce_activity(&announce, &ours.body)?), Some(ours)),
            Inner::Unknown => (None, None),
        };
        let mut rows = Vec::new();
        if wrapped.is_some() || microblog.is_some() {
            let told = Told { body_group: wrapped, body_microblog: microblog, group: Some(group_id) };
            rows.push(self.row(&announce, group.id, &order_key, told, Vec::new()));
        }
        if let Some(ours) = ours {
            let targets = recipients::inboxes_beyond(self.app, group_id, &persons).await?;
            rows.extend(self.direct(ours, &order_key, targets));
        }
        Ok(rows)
    }

    async fn carry_elsewhere(&self, carried: Carried<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        let Carried { group, inner, persons, order_key, .. } = carried;
        let Inner::Ours(ours) = inner else { return Ok(Vec::new()) };
        let mut targets: Vec<Target> = recipients::inbox_of(self.app, group).await?.into_iter().collect();
        // Who is a member there, that server alone knows.
        let persons = if self.members.is_some() { Vec::new() } else { persons };
        for inbox in recipients::inboxes_of(self.app, &persons).await? {
            // The group's server has been named by its own inbox.
            if inbox.host != group.host {
                targets.push(inbox);
            }
        }
        Ok(self.direct(ours, &order_key, targets).into_iter().collect())
    }

    /// One activity of ours for inboxes named one by one, whatever software is behind them. `None`: for nobody.
    pub(super) fn direct(&self, ours: Ours, order_key: &str, targets: Vec<Target>) -> Option<NewDelivery> {
        let told = Told { body_group: Some(ours.body.clone()), body_microblog: Some(ours.body), group: None };
        (!targets.is_empty()).then(|| self.row(&ours.id, ours.sender, order_key, told, targets))
    }

    /// A row of the delivery log.
    pub(super) fn row(
        &self,
        id: &ApId,
        sender: ActorId,
        order_key: &str,
        told: Told,
        targets: Vec<Target>,
    ) -> NewDelivery {
        NewDelivery {
            activity_ap_id: id.as_str().to_owned(),
            event_id: self.event.id,
            sender,
            group: told.group,
            order_key: order_key.to_owned(),
            body_group: told.body_group,
            body_microblog: told.body_microblog,
            targets,
        }
    }
}

/// What is told, and to the followers of which group.
pub(super) struct Told {
    pub(super) body_group: Option<Vec<u8>>,
    pub(super) body_microblog: Option<Vec<u8>>,
    pub(super) group: Option<GroupId>,
}

/// Makes an activity: has its id, its actor and its time.
pub(super) struct Maker<'a> {
    pub(super) id: Iri,
    pub(super) actor: Iri,
    teller: &'a Teller<'a>,
}

impl Maker<'_> {
    /// The outside of the activity.
    pub(super) fn envelope<'e>(&'e self, address: Address<'e>) -> Envelope<'e> {
        self.envelope_as(&self.id, address)
    }

    /// The outside of an activity inside of it, such as what an `Undo` takes back.
    pub(super) fn envelope_as<'e>(&'e self, id: &'e Iri, address: Address<'e>) -> Envelope<'e> {
        Envelope { id, actor: &self.actor, address, published: Some(self.teller.event.at.as_millis()) }
    }

    /// An id for an activity inside of it. Receivers match what is undone by what it says: the id under which it was
    /// done is not kept.
    pub(super) fn part(&self, name: &str) -> Result<Iri, RenderError> {
        iri(&self.teller.urls.activity_part(self.teller.event.id, name))
    }
}
