//! The object that an activity carries, as its origin vouches for it (FEP-fe34). The activity itself was verified before.

use guildhall_activitypub::{Iri, Object, activity::Payload, read};
use guildhall_domain::ApId;

use super::Trouble;
use crate::Federation;

/// Whether `object` is its actor's own: its id is of the actor's origin, and it names the actor as author, or nobody.
pub(super) fn is_own(object: &Object, actor: &Iri) -> bool {
    let authors = &object.attributed_to;
    let is_named = authors.contains(actor)
        // Mobilizon attributes an event to its group and names the person as its actor.
        || read::one_id(&object.raw, "actor").as_ref() == Some(actor);
    object.id.same_origin(actor) && (authors.is_empty() || is_named)
}

/// The object of a payload: as embedded, or fetched where only its id is given. `None`: there is none any more.
pub(super) async fn object_of(federation: &Federation, payload: Payload) -> Result<Option<Object>, Trouble> {
    let id = match payload {
        Payload::Object(object) => return Ok(Some(*object)),
        Payload::Id(id) => id,
        Payload::Actor(_) => return Ok(None),
    };
    if federation.fetcher.is_own(&id) {
        // What lives here comes from nowhere else.
        return Ok(None);
    }
    match federation.fetcher.fetch_object(&ApId::new(id.as_str())).await {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
