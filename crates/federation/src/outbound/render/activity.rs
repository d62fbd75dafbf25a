//! What a group does with what happened in it: `Announce` of activities and of objects, and the `Undo` of those.

use guildhall_activitypub::{
    Iri,
    write::{self, Address, Envelope, Public},
};
use guildhall_domain::{ApId, Timestamp};
use guildhall_store::actor::Actor;
use serde_json::Value;

use super::{RenderError, iri, part, proof::Prover};

/// A group hosted here that speaks to its followers.
pub struct Voice {
    /// The group.
    pub id: Iri,
    /// Who hears it.
    followers: Iri,
    /// When the present message was caused: an `Announce` says when it was made, whenever it is rendered again.
    at: Timestamp,
    /// Whether nobody else is to hear it.
    is_for_members: bool,
    /// The only one who is to hear it.
    to: Option<Iri>,
    prover: Option<Prover>,
}

impl Voice {
    /// The voice of `group` for what happened at `at`.
    pub fn new(group: &Actor, at: Timestamp) -> Result<Self, RenderError> {
        let id = iri(&group.ap_id)?;
        let followers = part(&group.ap_id, "followers")?;
        Ok(Self { id, followers, at, is_for_members: false, to: None, prover: None })
    }

    /// The same voice, where nobody but the group's members may hear it.
    #[must_use]
    pub fn to_members(self, is_for_members: bool) -> Self {
        Self { is_for_members, ..self }
    }

    /// The same voice, for one person alone.
    pub fn to_one(self, person: &Actor) -> Result<Self, RenderError> {
        Ok(Self { to: Some(iri(&person.ap_id)?), ..self })
    }

    /// The same voice with proofs by `prover` on the activities that it passes on.
    #[must_use]
    pub fn proved_by(self, prover: Option<Prover>) -> Self {
        Self { prover, ..self }
    }

    /// `Announce` of an activity in its original bytes (FEP-1b12).
    pub fn announce_activity(&self, id: &ApId, activity: &[u8]) -> Result<Vec<u8>, RenderError> {
        let id = iri(id)?;
        let envelope = self.envelope(&id);
        match &self.prover {
            Some(Prover { method, key }) => {
                Ok(write::announce_activity_proved(&envelope, activity, method, key, self.at.as_millis())?)
            }
            None => Ok(write::announce_activity(&envelope, activity)?),
        }
    }

    /// `Announce` of an object by its id: a boost, to microblogs.
    pub fn announce_object(&self, id: &ApId, object: &Iri) -> Result<Value, RenderError> {
        Ok(write::announce_id(&self.envelope(&iri(id)?), object))
    }

    /// `Undo` of [`Voice::announce_object`], the same to the letter but for the time.
    pub fn undo_announce_object(&self, id: &ApId, boost: &ApId, object: &Iri) -> Result<Value, RenderError> {
        let announced =
            write::announce_id(&Envelope { published: None, ..self.envelope(&iri(boost)?) }, object);
        Ok(write::undo(&self.envelope(&iri(id)?), announced))
    }

    fn envelope<'a>(&'a self, id: &'a Iri) -> Envelope<'a> {
        Envelope { id, actor: &self.id, address: self.address(), published: Some(self.at.as_millis()) }
    }

    fn address(&self) -> Address<'_> {
        if let Some(person) = &self.to {
            return Address { public: Public::No, to: std::slice::from_ref(person), ..Address::default() };
        }
        let followers = std::slice::from_ref(&self.followers);
        if self.is_for_members {
            return Address { public: Public::No, to: followers, ..Address::default() };
        }
        Address { public: Public::To, to: &[], cc: followers, audience: None }
    }
}

/// The bytes of an activity, as they are signed and sent.
pub fn to_bytes(activity: &Value) -> Vec<u8> {
    activity.to_string().into_bytes()
}
