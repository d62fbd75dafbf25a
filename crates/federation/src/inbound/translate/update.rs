//! `Update`: a new text, new counts of a poll, or a changed actor.

use guildhall_activitypub::{Iri, Object, activity::Payload};
use guildhall_app::entry::{self as entries, Edit};
use guildhall_domain::{ApId, Timestamp, content::EntryKind};

use super::{
    Age, Incoming, Step, Trouble, create, learn_moderators,
    object::{poll_of, texts_for},
    origin, thread,
    trouble::IntoStep,
};
use crate::Federation;

pub(super) async fn update(
    federation: &Federation,
    incoming: &Incoming,
    payload: Payload,
) -> Result<Step, Trouble> {
    let named = match &payload {
        Payload::Actor(document) => document.id.clone(),
        Payload::Object(object) => object.id.clone(),
        Payload::Id(id) => id.clone(),
    };
    if matches!(payload, Payload::Actor(_)) || named == incoming.activity.actor {
        return refresh(federation, incoming, &named).await;
    }
    match origin::object_of(federation, payload).await? {
        Some(object) => update_object(federation, incoming, &object).await,
        None => Ok(Step::refused("there is no such object")),
    }
}

// Fetched anew rather than taken from the activity: keys and addresses hang on it.
async fn refresh(federation: &Federation, incoming: &Incoming, actor: &Iri) -> Result<Step, Trouble> {
    let is_group_itself = incoming.via.as_ref().is_some_and(|via| via.ap_id.as_str() == actor.as_str());
    if *actor != incoming.activity.actor && !is_group_itself {
        return Ok(Step::refused("updates somebody else"));
    }
    let changed = federation.fetcher.refresh_actor(&ApId::new(actor.as_str())).await?;
    learn_moderators(federation, &changed, Age::Changed).await;
    Ok(Step::ended(guildhall_store::received::Outcome::Applied, "actor fetched anew"))
}

async fn update_object(
    federation: &Federation,
    incoming: &Incoming,
    object: &Object,
) -> Result<Step, Trouble> {
    if !origin::is_own(object, &incoming.activity.actor) {
        return Ok(Step::refused("the object is somebody else's"));
    }
    let Some(known) = thread::is_known(federation, object).await? else {
        // An edit may be the first we hear of a post; where its Create has come and was put off, it waits for that.
        incoming.wait_for_earlier(federation).await?;
        return create::create_object(federation, incoming, object).await;
    };
    if known.is_local {
        return Ok(Step::refused("the object is one of ours"));
    }
    let command = Edit {
        entry: known.id,
        editor: incoming.actor.id,
        texts: texts_for(federation, known.group_id, object, &incoming.actor, known.kind == EntryKind::Post)
            .await?,
        poll: poll_of(object),
        written_at: written_at(object, federation.app.now()),
        is_dated: object.updated.is_some(),
        cause: incoming.cause(),
    };
    entries::edit(&federation.app, command).await.into_step()
}

// A time in the future would make every later edit stale.
fn written_at(object: &Object, now: Timestamp) -> Timestamp {
    object.updated.or(object.published).map_or(now, |at| Timestamp(at).min(now))
}
