//! `Announce`: a group elsewhere passes on what happened in it (FEP-1b12), or somebody boosts.

use guildhall_activitypub::{
    Activity, Document, Iri, Object, Verb,
    activity::{Announced, Payload},
};
use guildhall_app::{cause, remote};
use guildhall_domain::{ApId, GroupId, ReceivedId};
use guildhall_store::{
    entry::Entry,
    membership,
    received::{self, NewReceived, Outcome},
};
use http::StatusCode;

use super::{
    Incoming, Step, Trouble,
    incoming::{known_entry, own_entry},
    thread::{ThreadSource, bring_in},
};
use crate::{
    Federation,
    fetch::FetchError,
    inbound::{Rejection, verify_announced},
};

pub(super) async fn announce(
    federation: &Federation,
    incoming: &Incoming,
    announced: Announced,
) -> Result<Step, Trouble> {
    let group = GroupId(incoming.actor.id.0);
    if !remote::is_group(&federation.app, &incoming.actor).await? {
        return Ok(Step::ignored("a boost"));
    }
    if let Some(entry) = own_announced(federation, &announced).await? {
        // The group's word that it let in what somebody here wrote.
        remote::entry_let_in(&federation.app, entry.id, incoming.actor.id, incoming.cause()).await?;
        return Ok(Step::Done);
    }
    let is_followed = membership::has_local_member(&federation.app.store, group).await?;
    if !is_followed && !is_about_ours(federation, &announced) {
        return Ok(Step::ignored("nobody here follows this group"));
    }
    match announced {
        Announced::Activity(document) => pass_on(federation, incoming, *document).await,
        Announced::Object(object) => announced_object(federation, incoming, group, *object).await,
        Announced::Id(id) => announced_id(federation, incoming, group, &id).await,
    }
}

/// The entry from here that is announced, whole, by its id, or by the activity that published it.
async fn own_announced(federation: &Federation, announced: &Announced) -> Result<Option<Entry>, Trouble> {
    let id = match announced {
        Announced::Id(id) => Some(id.clone()),
        Announced::Object(object) => Some(object.id.clone()),
        Announced::Activity(document) => match Activity::read(document).map(|activity| activity.verb) {
            Ok(Verb::Create(Payload::Object(object)) | Verb::Update(Payload::Object(object))) => {
                Some(object.id)
            }
            Ok(Verb::Create(Payload::Id(id)) | Verb::Update(Payload::Id(id))) => Some(id),
            _ => None,
        },
    };
    match id {
        Some(id) => own_entry(federation, &id).await,
        None => Ok(None),
    }
}

/// Whether an announced activity does something to a person or entry of ours: a ban is lifted and a post removed also
/// when nobody here follows the group any more.
fn is_about_ours(federation: &Federation, announced: &Announced) -> bool {
    let Announced::Activity(document) = announced else {
        return false;
    };
    let about = match Activity::read(document).map(|activity| activity.verb) {
        Ok(Verb::Delete(deletion)) => Some(deletion.object),
        Ok(Verb::Block(blocking)) => Some(blocking.object),
        Ok(Verb::Lock(locking)) => Some(locking.object),
        Ok(Verb::Remove(listing)) => Some(listing.object),
        Ok(Verb::Undo(undoing)) => undoing.object.embedded().and_then(|inner| inner.object.clone()),
        _ => None,
    };
    about.is_some_and(|id| federation.fetcher.is_own(&id))
}

/// Queues the wrapped activity as one of its own, so that it has one effect whether it comes wrapped, directly, or both.
async fn pass_on(federation: &Federation, incoming: &Incoming, document: Document) -> Result<Step, Trouble> {
    let mut budget = federation.fetcher.budget();
    let group = &incoming.activity.actor;
    let inner = match verify_announced(federation, document, group, &mut budget).await {
        Ok(inner) => inner,
        Err(rejection) => return rejected(&rejection),
    };
    let app = &federation.app;
    let new = NewReceived {
        id: ReceivedId(app.new_id()),
        ap_id: ApId::new(inner.activity().id.as_str()),
        actor: inner.actor_ap_id().clone(),
        host: incoming.received.host.clone(),
        verb: inner.document().kind().unwrap_or_default().to_owned(),
        via: Some(incoming.actor.ap_id.clone()),
        body: inner.document().raw().to_vec(),
    };
    let mut tx = app.begin().await?;
    let is_new = received::insert(&mut tx, &new, app.now()).await?
        // Its author sent it here too, where it may have meant nothing without the group's word.
        || received::set_announced(&mut tx, &new.ap_id, &incoming.actor.ap_id).await?;
    if !is_new && received::is_queued(&mut tx, &new.ap_id).await? {
        return Err(Trouble::Later("what its author sent is still being processed".to_owned()));
    }
    let outcome = if is_new { Outcome::Applied } else { Outcome::Ignored };
    let reason = if is_new { "queued what it announces" } else { "known already" };
    cause::finish(&mut tx, incoming.cause(), outcome, Some(reason), app.now()).await?;
    tx.commit().await?;
    app.signals.received.notify_one();
    Ok(Step::Done)
}

/// What the announced activity's own verification says about the announcement.
fn rejected(rejection: &Rejection) -> Result<Step, Trouble> {
    let may_change = rejection.status() == StatusCode::SERVICE_UNAVAILABLE;
    let is_harmless = rejection.status() == StatusCode::ACCEPTED || matches!(rejection, Rejection::OwnActor);
    match (may_change, is_harmless) {
        (true, _) => Err(Trouble::Later(rejection.to_string())),
        (false, true) => Ok(Step::ended(Outcome::Ignored, rejection.to_string())),
        (false, false) => Ok(Step::ended(Outcome::Refused, rejection.to_string())),
    }
}

async fn announced_id(
    federation: &Federation,
    incoming: &Incoming,
    group: GroupId,
    id: &Iri,
) -> Result<Step, Trouble> {
    if federation.fetcher.is_own(id) || known_entry(federation, id).await?.is_some() {
        return Ok(Step::ignored("known already"));
    }
    let mut budget = federation.fetcher.budget();
    let fetched = match federation.fetcher.fetch_document(id, &mut budget).await {
        Ok(fetched) => fetched.document,
        Err(FetchError::Gone | FetchError::NotFound) => {
            return Ok(Step::ignored("what it announces is gone"));
        }
        Err(error) => return Err(error.into()),
    };
    if fetched.actor().is_some() {
        return pass_on(federation, incoming, fetched).await;
    }
    match Object::read(fetched.value()) {
        Ok(object) => adopt(federation, incoming, group, &object).await,
        Err(error) => Ok(Step::ended(Outcome::Refused, error.to_string())),
    }
}

async fn announced_object(
    federation: &Federation,
    incoming: &Incoming,
    group: GroupId,
    object: Object,
) -> Result<Step, Trouble> {
    if federation.fetcher.is_own(&object.id) || known_entry(federation, &object.id).await?.is_some() {
        return Ok(Step::ignored("known already"));
    }
    let is_neighbour = object.id.same_origin(&incoming.activity.actor);
    if is_neighbour {
        return adopt(federation, incoming, group, &object).await;
    }
    match federation.fetcher.fetch_object(&ApId::new(object.id.as_str())).await {
        Ok(served) => adopt(federation, incoming, group, &served).await,
        Err(error) if error.is_retryable() => Err(error.into()),
        Err(_) => Ok(Step::refused("its origin does not serve the object")),
    }
}

async fn adopt(
    federation: &Federation,
    incoming: &Incoming,
    group: GroupId,
    object: &Object,
) -> Result<Step, Trouble> {
    let source =
        ThreadSource { via: Some(group), envelope: &incoming.activity.addressing, cause: incoming.cause() };
    bring_in(federation, &source, object, None).await
}
