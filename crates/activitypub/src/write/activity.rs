//! Activities of our actors.

use serde_json::Value;

use super::{Address, Members, context, time};
use crate::Iri;

/// What all activities have.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// The activity's id.
    pub id: &'a Iri,
    /// Who does it.
    pub actor: &'a Iri,
    /// Whom it is for.
    pub address: Address<'a>,
    /// When, in milliseconds.
    pub published: Option<i64>,
}

impl Envelope<'_> {
    pub(super) fn members(&self, kind: &str, context: Value) -> Members {
        let mut members = Members::default();
        members.put("@context", context);
        members.put("id", self.id.as_str());
        members.put("type", kind);
        members.put("actor", self.actor.as_str());
        self.address.put(&mut members);
        members.put_time("published", self.published);
        members
    }

    fn with_object(&self, kind: &str, context: Value, object: impl Into<Value>) -> Members {
        let mut members = self.members(kind, context);
        members.put("object", object);
        members
    }

    fn plain(&self, kind: &str, object: &Iri) -> Value {
        self.with_object(kind, context::plain(), object.as_str()).into_value()
    }

    /// With an embedded object, whose `@context` moves to the outside.
    fn embedding(&self, kind: &str, mut object: Value, otherwise: Value) -> Members {
        let inner = object.as_object_mut().and_then(|members| members.remove("@context"));
        self.with_object(kind, inner.unwrap_or(otherwise), object)
    }
}

/// `Create` of an object.
pub fn create(envelope: &Envelope<'_>, object: Value) -> Value {
    envelope.embedding("Create", object, context::content()).into_value()
}

/// `Update` of an object or actor.
pub fn update(envelope: &Envelope<'_>, object: Value) -> Value {
    envelope.embedding("Update", object, context::content()).into_value()
}

/// `Delete` of an object or actor; with a reason it is a moderator's.
pub fn delete(envelope: &Envelope<'_>, object: &Iri, reason: Option<&str>) -> Value {
    let mut members = envelope.with_object("Delete", context::plain(), object.as_str());
    members.put_some("summary", reason);
    members.into_value()
}

/// `Undo` of one of our activities, given whole.
pub fn undo(envelope: &Envelope<'_>, activity: Value) -> Value {
    envelope.embedding("Undo", activity, context::plain()).into_value()
}

/// `Accept`, of an activity given whole or by its id (a string).
pub fn accept(envelope: &Envelope<'_>, activity: Value) -> Value {
    envelope.embedding("Accept", activity, context::plain()).into_value()
}

/// `Reject`, likewise.
pub fn reject(envelope: &Envelope<'_>, activity: Value, reason: Option<&str>) -> Value {
    let mut members = envelope.embedding("Reject", activity, context::plain());
    members.put_some("summary", reason);
    members.into_value()
}

/// `Follow`
pub fn follow(envelope: &Envelope<'_>, object: &Iri) -> Value {
    envelope.plain("Follow", object)
}

/// `Invite` of somebody into a group, in the shape of Mobilizon's: `object` is the group, `target` the person.
pub fn invite(envelope: &Envelope<'_>, group: &Iri, person: &Iri) -> Value {
    let mut members = envelope.with_object("Invite", context::plain(), group.as_str());
    members.put("target", person.as_str());
    members.into_value()
}

/// `Like`
pub fn like(envelope: &Envelope<'_>, object: &Iri) -> Value {
    envelope.plain("Like", object)
}

/// `Dislike`
pub fn dislike(envelope: &Envelope<'_>, object: &Iri) -> Value {
    envelope.plain("Dislike", object)
}

/// What goes into or out of which collection.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The thing.
    pub object: &'a Iri,
    /// The collection.
    pub target: &'a Iri,
}

/// `Add`
pub fn add(envelope: &Envelope<'_>, listing: Listing<'_>) -> Value {
    list(envelope, "Add", listing)
}

/// `Remove`
pub fn remove(envelope: &Envelope<'_>, listing: Listing<'_>) -> Value {
    list(envelope, "Remove", listing)
}

fn list(envelope: &Envelope<'_>, kind: &str, listing: Listing<'_>) -> Value {
    let mut members = envelope.with_object(kind, context::plain(), listing.object.as_str());
    members.put("target", listing.target.as_str());
    members.into_value()
}

/// `Block` of a person from a group or instance, until a time (milliseconds) or for good.
pub fn block(
    envelope: &Envelope<'_>,
    person: &Iri,
    target: &Iri,
    until: Option<i64>,
    reason: Option<&str>,
    remove_data: bool,
) -> Value {
    let mut members = envelope.with_object("Block", context::moderation(), person.as_str());
    members.put("target", target.as_str());
    let until = until.and_then(time);
    // Lemmy before 1.0 and PieFed read `expires`.
    members.put_some("expires", until.clone());
    members.put_some("endTime", until);
    members.put_some("summary", reason);
    members.put("removeData", remove_data);
    members.into_value()
}

/// `Lock`: no more replies.
pub fn lock(envelope: &Envelope<'_>, object: &Iri, reason: Option<&str>) -> Value {
    let mut members = envelope.with_object("Lock", context::moderation(), object.as_str());
    members.put_some("summary", reason);
    members.into_value()
}

/// `Lock` until a time (milliseconds).
pub fn lock_until(envelope: &Envelope<'_>, object: &Iri, reason: Option<&str>, until: i64) -> Value {
    let mut members = envelope.with_object("Lock", context::moderation(), object.as_str());
    members.put_some("endTime", time(until));
    members.put_some("summary", reason);
    members.into_value()
}

/// `Warn`: a moderator's word to a person, about something they wrote or about themselves (Lemmy 1.0).
pub fn warn(envelope: &Envelope<'_>, object: &Iri, reason: Option<&str>) -> Value {
    let mut members = envelope.with_object("Warn", context::words(), object.as_str());
    members.put_some("summary", reason);
    members.into_value()
}

/// `Resolve` of a `Flag`: whoever looks after what it is about has done with it (Lemmy 1.0).
pub fn resolve(envelope: &Envelope<'_>, flag: Value) -> Value {
    envelope.embedding("Resolve", flag, context::words()).into_value()
}

/// `Flag`. The text goes where Mastodon (`content`) and where Lemmy (`summary`) look for it.
pub fn flag(envelope: &Envelope<'_>, objects: &[Iri], text: &str) -> Value {
    let objects: Vec<_> = objects.iter().map(Iri::as_str).collect();
    let mut members = envelope.with_object("Flag", context::plain(), objects);
    members.put("content", text);
    members.put("summary", text);
    members.into_value()
}
