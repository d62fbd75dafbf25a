//! `Create`: of a post, a comment, or an answer to a poll.

use guildhall_activitypub::{Object, activity::Payload};

use super::{Incoming, Step, Trouble, answer_note, origin, react, thread};
use crate::Federation;

pub(super) async fn create(
    federation: &Federation,
    incoming: &Incoming,
    payload: Payload,
) -> Result<Step, Trouble> {
    if let Payload::Actor(_) = payload {
        return Ok(Step::ignored("creates an actor"));
    }
    match origin::object_of(federation, payload).await? {
        Some(object) => create_object(federation, incoming, &object).await,
        None => Ok(Step::refused("there is no such object")),
    }
}

/// Brings in an object that may be believed.
pub(super) async fn create_object(
    federation: &Federation,
    incoming: &Incoming,
    object: &Object,
) -> Result<Step, Trouble> {
    if !origin::is_own(object, &incoming.activity.actor) {
        return Ok(Step::refused("the object is somebody else's"));
    }
    if let Some(note) = answer_note::answered(federation, object).await? {
        return answer_note::take(federation, incoming, &note, object).await;
    }
    if let (Some(choice), Some(question)) = (object.as_poll_vote(), &object.in_reply_to) {
        return react::choose(federation, incoming, question, choice.to_owned()).await;
    }
    thread::submit_object(federation, incoming, object).await
}
