//! The proof that an activity is its actor's own.

use guildhall_activitypub::{Activity, Document, Iri};
use guildhall_domain::{ActorId, ApId};
use guildhall_store::actor::Actor;
use guildhall_store::received::Received;

use super::Rejection;

/// An activity of which it is sure that its actor, or its actor's server, has made it.
///
/// Whether the actor may do this to that object is not decided yet. The author of what a `Create` brings is the actor.
#[derive(Debug, Clone)]
pub struct VerifiedActivity {
    activity: Activity,
    document: Document,
    actor: ActorId,
    actor_ap_id: ApId,
    by: Authentication,
}

/// How it was made sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// The actor's key signed the request.
    Signature,
    /// The actor's key made a proof in the document (FEP-8b32).
    Proof,
    /// The origin of the actor was asked and says the same.
    Origin,
    /// It came inside an activity of the same origin.
    SameOrigin,
    /// It was kept after one of the above.
    Kept,
}

impl VerifiedActivity {
    pub(super) fn new(activity: Activity, document: Document, actor: &Actor, by: Authentication) -> Self {
        Self { activity, document, actor: actor.id, actor_ap_id: actor.ap_id.clone(), by }
    }

    pub(super) fn of_parts(
        activity: Activity,
        document: Document,
        (actor, actor_ap_id): (ActorId, ApId),
        by: Authentication,
    ) -> Self {
        Self { activity, document, actor, actor_ap_id, by }
    }

    /// Takes a kept activity out again: only verified ones are kept.
    ///
    /// # Errors
    /// [`Rejection::Document`] or [`Rejection::Malformed`] when what is kept can no longer be read.
    pub fn from_received(received: &Received, actor: &Actor) -> Result<Self, Rejection> {
        let document = Document::parse(&received.body)?;
        let activity = Activity::read(&document)?;
        Ok(Self::new(activity, document, actor, Authentication::Kept))
    }

    /// The activity.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// The document it was read from, with its exact bytes.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Our key of its actor.
    pub fn actor(&self) -> ActorId {
        self.actor
    }

    /// The global id of its actor.
    pub fn actor_ap_id(&self) -> &ApId {
        &self.actor_ap_id
    }

    /// The authority of its actor.
    pub fn host(&self) -> &str {
        Iri::authority(&self.activity.actor)
    }

    /// How it was made sure.
    pub fn authentication(&self) -> Authentication {
        self.by
    }
}
