//! Step 16, as far as it needs no knowledge of groups: nobody speaks for objects of another origin, or of another author.

use guildhall_activitypub::activity::Payload;
use guildhall_activitypub::{Activity, Iri, Object, Verb, read};

use super::Rejection;

/// Checks whose object a `Create` or `Update` carries. All else is for the use case to say: the same host is not the same
/// person, and a moderator may act on what is not theirs.
pub(super) fn check(activity: &Activity) -> Result<(), Rejection> {
    match &activity.verb {
        Verb::Create(Payload::Object(object)) | Verb::Update(Payload::Object(object)) => {
            of_actor(object, &activity.actor)
        }
        _ => Ok(()),
    }
}

fn of_actor(object: &Object, actor: &Iri) -> Result<(), Rejection> {
    if !object.id.same_origin(actor) {
        return Err(Rejection::ForeignObject);
    }
    let authors = &object.attributed_to;
    let is_named = authors.contains(actor)
        // Mobilizon attributes an event to its group and names the person as its actor.
        || read::one_id(&object.raw, "actor").as_ref() == Some(actor);
    let all_at_home = authors.iter().all(|author| author.same_origin(actor));
    if authors.is_empty() || (is_named && all_at_home) { Ok(()) } else { Err(Rejection::NotAttributed) }
}
