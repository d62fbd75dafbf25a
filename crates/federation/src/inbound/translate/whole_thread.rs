//! What is done to a thread as a whole, named by its collection (`context`, FEP-7888) or its post: NodeBB's `Delete`,
//! `Remove`, `Add` and `Move`, `PieFed`'s `Move`.

use guildhall_activitypub::{
    Iri,
    activity::{Deletion, Listing, Moving},
};
use guildhall_app::entry::{self as entries, Delete, MoveThread};
use guildhall_domain::{ActorId, ApId, GroupId};
use guildhall_store::{
    actor::Actor,
    entry::{self, Entry},
    group,
};

use super::{
    Incoming, Step, Trouble,
    incoming::{known_actor, known_entry},
    trouble::IntoStep,
};
use crate::{Federation, outbound::urls::Urls};

/// How many items of a thread's collection are looked at.
const MAX_ITEMS: usize = 50;

/// `Delete` of a thread. `None`: nothing known here is named so. Nobody is asked: most of what is deleted in the world was
/// never here.
pub(super) async fn delete(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Option<Step>, Trouble> {
    let Some(thread) = known_thread(federation, incoming, &deletion.object).await? else { return Ok(None) };
    let command = command(incoming, &thread, deletion.reason.clone());
    entries::remove_thread(&federation.app, command).await.into_step().map(Some)
}

/// `Undo{Delete}` of a thread.
pub(super) async fn restore(
    federation: &Federation,
    incoming: &Incoming,
    deletion: &Deletion,
) -> Result<Option<Step>, Trouble> {
    let Some(thread) = known_thread(federation, incoming, &deletion.object).await? else { return Ok(None) };
    let command = command(incoming, &thread, deletion.reason.clone());
    entries::restore_thread(&federation.app, command).await.into_step().map(Some)
}

/// `Add` to or `Remove` from a group itself. `None`: the target is none.
pub(super) async fn list(
    federation: &Federation,
    incoming: &Incoming,
    listing: &Listing,
    is_added: bool,
) -> Result<Option<Step>, Trouble> {
    let Some(group) = known_group(federation, &listing.target).await? else { return Ok(None) };
    let thread = named_thread(federation, incoming, &listing.object).await?;
    let Some(thread) = thread.filter(|thread| thread.group_id == group) else {
        return Ok(Some(Step::ignored("no thread of this group that is known here")));
    };
    let (app, command) = (&federation.app, command(incoming, &thread, None));
    let step = if is_added {
        entries::restore_thread(app, command).await.into_step()
    } else {
        entries::remove_thread(app, command).await.into_step()
    };
    step.map(Some)
}

/// `Move` of a thread from one group to another.
pub(super) async fn relocate(
    federation: &Federation,
    incoming: &Incoming,
    moving: &Moving,
) -> Result<Step, Trouble> {
    let to = known_group(federation, &moving.target).await?;
    let from = match &moving.origin {
        Some(origin) => known_group(federation, origin).await?,
        None => incoming.via_group(),
    };
    if from.is_none() && to.is_none() {
        return Ok(Step::ignored("moves something else than itself"));
    }
    let Some(thread) = named_thread(federation, incoming, &moving.object).await? else {
        return Ok(Step::ignored("moves no thread that is known here"));
    };
    if moving.origin.is_some() && from != Some(thread.group_id) {
        return Ok(Step::ignored("moves a thread out of a group that it is not in"));
    }
    let (thread, by, cause) = (thread.id, acting_on(incoming, &thread), incoming.cause());
    entries::move_thread(&federation.app, MoveThread { thread, by, to, cause }).await.into_step()
}

fn command(incoming: &Incoming, thread: &Entry, reason: Option<String>) -> Delete {
    Delete { entry: thread.id, by: acting_on(incoming, thread), reason, cause: incoming.cause() }
}

/// The group itself where it announces what was done: a thread is its own also when its author took it away. Else the
/// actor, whose role the use case asks for.
fn acting_on(incoming: &Incoming, thread: &Entry) -> ActorId {
    match incoming.via_group() {
        Some(group) if group == thread.group_id => group.actor(),
        _ => incoming.actor.id,
    }
}

/// The group with an id, hosted here or elsewhere, that is known here.
pub(super) async fn known_group(federation: &Federation, id: &Iri) -> Result<Option<GroupId>, Trouble> {
    let Some(Actor { id, .. }) = known_actor(federation, id).await? else { return Ok(None) };
    Ok(group::find(&federation.app.store, GroupId(id.0)).await?.map(|group| group.id))
}

/// The thread that is known here by the name of its collection, if this activity may be about it.
async fn known_thread(
    federation: &Federation,
    incoming: &Incoming,
    id: &Iri,
) -> Result<Option<Entry>, Trouble> {
    let store = &federation.app.store;
    let found = match Urls::new(&federation.app.site).thread_of_context(id.as_str()) {
        Some(thread) => entry::find(store, thread).await?.filter(|entry| entry.id == entry.thread_id),
        None => entry::find_by_context(store, id.as_str()).await?,
    };
    Ok(found.filter(|thread| is_concerned(incoming, thread)))
}

/// The same, also by the id of its post, and by what the collection lists: that is still there when a thread is moved.
async fn named_thread(
    federation: &Federation,
    incoming: &Incoming,
    id: &Iri,
) -> Result<Option<Entry>, Trouble> {
    if let Some(thread) = known_thread(federation, incoming, id).await? {
        return Ok(Some(thread));
    }
    let found = match known_entry(federation, id).await? {
        Some(entry) => Some(entry),
        None if id.same_origin(&incoming.activity.actor) => listed_entry(federation, id).await?,
        None => None,
    };
    let found = found.filter(|found| found.id == found.thread_id);
    Ok(found.filter(|thread| is_concerned(incoming, thread)))
}

/// What a group announces is about its own threads alone.
fn is_concerned(incoming: &Incoming, thread: &Entry) -> bool {
    incoming.via_group().is_none_or(|group| group == thread.group_id)
}

/// The post that a collection lists, as far as it is known here.
async fn listed_entry(federation: &Federation, collection: &Iri) -> Result<Option<Entry>, Trouble> {
    if federation.fetcher.is_own(collection) {
        return Ok(None);
    }
    let mut budget = federation.fetcher.budget();
    let fetched = federation.fetcher.fetch_collection(&ApId::new(collection.as_str()), &mut budget).await;
    let items = match fetched {
        Ok(items) => items,
        Err(error) if error.is_retryable() => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    for id in items.iter().take(MAX_ITEMS).filter_map(guildhall_activitypub::collection::Item::id) {
        if let Some(found) = known_entry(federation, &id).await? {
            return Ok(entry::find(&federation.app.store, found.thread_id).await?);
        }
    }
    Ok(None)
}
