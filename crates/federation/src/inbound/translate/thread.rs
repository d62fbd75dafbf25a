//! Bringing a post or comment in, after what it answers.

use guildhall_activitypub::{Addressing, Iri, Object};
use guildhall_app::{
    entry::{self as entries, Submit, SubmitError},
    remote,
};
use guildhall_domain::{
    ApId, EntryId, GroupId, actor::ActorKind, content::EntryState, event::Cause, group::Visibility,
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    entry::{self, Entry},
    group, membership,
};

use super::{
    Incoming, Step, Trouble,
    backfill::backfill,
    group_of::addressed_group,
    incoming::known_entry,
    membership::local_group,
    object::{origin_of, poll_of, texts_for},
    trouble::IntoStep,
};
use crate::{Federation, fetch::FetchError};

/// The most addresses among which those of groups are looked for.
const MAX_NAMED: usize = 20;

/// What brings an object here.
pub(crate) struct ThreadSource<'a> {
    /// The group elsewhere whose thread it is, where one announced it.
    pub(crate) via: Option<GroupId>,
    /// The addresses on the envelope.
    pub(crate) envelope: &'a Addressing,
    /// What set it off.
    pub(crate) cause: Cause,
}

/// Where an object belongs.
enum Place {
    /// It answers this entry.
    Under(Box<Entry>),
    /// It starts a thread in this group.
    Start(GroupId),
    /// It answers something that a moderator of the group has not decided yet.
    Waiting(EntryId),
    /// It answers something of a group elsewhere, whose server decides about it.
    Elsewhere,
    /// No group here is concerned.
    Nowhere,
}

/// Submits an object that an activity carries.
pub(super) async fn submit_object(
    federation: &Federation,
    incoming: &Incoming,
    object: &Object,
) -> Result<Step, Trouble> {
    let source = ThreadSource {
        via: incoming.via_group(),
        envelope: &incoming.activity.addressing,
        cause: incoming.cause(),
    };
    // Of those whom the object names as its authors (Mobilizon: the group; PeerTube: the channel too) the one who acts.
    bring_in(federation, &source, object, Some(incoming.actor.clone())).await
}

/// Submits an object to its group, and before it the parents that are missing here. `author`: where it is known.
pub(crate) async fn bring_in(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
    author: Option<Actor>,
) -> Result<Step, Trouble> {
    let place = match find_place(federation, source, object).await? {
        Place::Elsewhere => return Ok(Step::ignored("left to the group's own server")),
        Place::Nowhere => return Ok(Step::ignored("for no group here")),
        Place::Waiting(entry) => return Ok(Step::Waits(entry)),
        place => place,
    };
    let author = match author {
        Some(author) => author,
        None => author_of(federation, object).await?,
    };
    let is_for_members = is_for_members(federation, source, object, &place).await?;
    if !is_for_members && is_private_message(federation, source, object, &author).await? {
        // No post that was meant too narrowly: to answer it with a notice could go on for ever between two machines.
        return Ok(Step::ignored("a private message, which groups do not read"));
    }
    let command = command(federation, source, object, &author, place, source.cause).await?;
    entries::submit(&federation.app, command).await.into_step()
}

/// Whether a group elsewhere, of which somebody here is a member, passes on what it says to its members alone. Only by its
/// own announcement: an author who names the members of a group is nobody who could say who reads in it.
async fn is_for_members(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
    place: &Place,
) -> Result<bool, Trouble> {
    let group = group_of(place);
    if is_public(source, object) || source.via != Some(group) {
        return Ok(false);
    }
    let app = &federation.app;
    let Some(actor) = actor::find(&app.store, group.actor()).await? else {
        return Ok(false);
    };
    let followers = actor.followers.as_deref().filter(|_| !actor.is_local);
    let named = || object.addressing.named().chain(source.envelope.named());
    let is_addressed = followers.is_some_and(|followers| named().any(|named| named.as_str() == followers));
    Ok(is_addressed && membership::has_member_here(&app.store, group).await?)
}

/// The group of a place where something can be.
fn group_of(place: &Place) -> GroupId {
    match place {
        Place::Under(parent) => parent.group_id,
        Place::Start(group) => *group,
        Place::Elsewhere | Place::Nowhere | Place::Waiting(_) => GroupId(0),
    }
}

/// Whether an object is for the people it names alone: neither for the public, nor for its author's followers, nor for the
/// members of a group that is for them (Lemmy 1.0 names that group's followers and nobody else).
async fn is_private_message(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
    author: &Actor,
) -> Result<bool, Trouble> {
    if is_public(source, object) {
        return Ok(false);
    }
    if source.via.is_none() && addressed_group(federation, object, source.envelope).await?.is_none() {
        // An answer that its author kept to a circle, and that came here for one of our people.
        return Ok(true);
    }
    let is_for = |named: &Iri| author.followers.as_deref() == Some(named.as_str());
    Ok(!object.addressing.named().any(is_for) && !names_members(federation, source, object).await?)
}

/// Whether an object names the followers of a group here that is for its members.
async fn names_members(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
) -> Result<bool, Trouble> {
    let named = object.addressing.named().chain(source.envelope.named()).take(MAX_NAMED);
    for group in named.filter_map(|named| Iri::parse(named.as_str().strip_suffix("/followers")?).ok()) {
        let Some(id) = local_group(federation, &group).await? else { continue };
        let visibility = group::find_visibility(&federation.app.store, id).await?;
        if visibility == Some(Visibility::Members) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_public(source: &ThreadSource<'_>, object: &Object) -> bool {
    object.addressing.is_public() || source.envelope.is_public()
}

async fn author_of(federation: &Federation, object: &Object) -> Result<Actor, Trouble> {
    let author = object.author().ok_or_else(|| Trouble::Never("an object without an author".to_owned()))?;
    if !author.same_origin(&object.id) {
        return Err(Trouble::Never("the author is of another origin than the object".to_owned()));
    }
    Ok(federation.fetcher.actor(&ApId::new(author.as_str())).await?)
}

async fn find_place(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
) -> Result<Place, Trouble> {
    if let Some(parent) = &object.in_reply_to {
        let above = match known_entry(federation, parent).await? {
            Some(known) => Above::Known(Box::new(known)),
            None => fetch_parents(federation, source, object).await?,
        };
        match above {
            Above::Known(parent) => return place_under(federation, source, object, *parent).await,
            Above::NotIn => return Ok(Place::Nowhere),
            Above::Unknown => {}
        }
        if object.name.is_none() && source.via.is_some() {
            // A comment whose thread cannot be had would stand alone; the group's server still has it.
            return Ok(Place::Nowhere);
        }
    }
    let group = match source.via {
        Some(group) => Some(group),
        None => addressed_group(federation, object, source.envelope).await?,
    };
    Ok(group.map_or(Place::Nowhere, Place::Start))
}

async fn place_under(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
    parent: Entry,
) -> Result<Place, Trouble> {
    let is_in = match source.via {
        Some(via) => via == parent.group_id,
        None => is_from_group(federation, object, &parent).await?,
    };
    if !is_in {
        return Ok(Place::Elsewhere);
    }
    if parent.state == EntryState::Held {
        return Ok(Place::Waiting(parent.id));
    }
    note_let_in(federation, source, &parent).await?;
    Ok(Place::Under(Box::new(parent)))
}

/// An answer that a group announces says that it let in what is answered.
async fn note_let_in(
    federation: &Federation,
    source: &ThreadSource<'_>,
    answered: &Entry,
) -> Result<(), StoreError> {
    match source.via {
        Some(via) if answered.state == EntryState::Sent => {
            remote::entry_let_in(&federation.app, answered.id, via.actor(), Cause::Local).await
        }
        _ => Ok(()),
    }
}

/// Whether an answer that no group announces is in the group all the same: the group is hosted here, and will decide; or
/// its own server sent the answer (Discourse announces the first post of a topic alone).
async fn is_from_group(federation: &Federation, object: &Object, parent: &Entry) -> Result<bool, Trouble> {
    let group = actor::find(&federation.app.store, parent.group_id.actor()).await?;
    Ok(group.is_some_and(|group| {
        let id = Iri::parse(group.ap_id.as_str());
        group.is_local || id.is_ok_and(|id| id.same_origin(&object.id))
    }))
}

/// What is above an object.
enum Above {
    /// What it answers; or what stands above that and waits for a moderator.
    Known(Box<Entry>),
    /// Something that is not in the group.
    NotIn,
    /// Nothing that can be had.
    Unknown,
}

/// Fetches what an object answers, up to something known, and submits it.
///
/// Only for what a group here, or one that is followed here, is concerned with: nobody else's thread is worth it.
async fn fetch_parents(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
) -> Result<Above, Trouble> {
    let Some(parent) = object.in_reply_to.as_ref().filter(|parent| !federation.fetcher.is_own(parent)) else {
        return Ok(Above::Unknown);
    };
    let group = match source.via {
        Some(group) => group,
        None => match addressed_group(federation, object, source.envelope).await? {
            Some(group) => group,
            None => return Ok(Above::Unknown),
        },
    };
    let chain = match federation.fetcher.fetch_thread_upwards(&ApId::new(parent.as_str())).await {
        Ok(chain) => chain,
        // The thread will not be shorter next time.
        Err(FetchError::BudgetSpent) => return Ok(Above::Unknown),
        Err(error) if error.is_retryable() => return Err(error.into()),
        Err(_) => return Ok(Above::Unknown),
    };
    if let Some(top) = chain.first().and_then(|first| first.in_reply_to.as_ref())
        && let Some(known) = known_entry(federation, top).await?
    {
        if known.state == EntryState::Held {
            return Ok(Above::Known(Box::new(known)));
        }
        note_let_in(federation, source, &known).await?;
    }
    for ancestor in &chain {
        if !bring_in_known(federation, source, group, ancestor).await? {
            return Ok(Above::Unknown);
        }
        match known_entry(federation, &ancestor.id).await? {
            // What is below it is fetched again when that is decided.
            Some(held) if held.state == EntryState::Held => return Ok(Above::Known(Box::new(held))),
            Some(known) if known.state.is_out() => {}
            Some(_) | None => return Ok(Above::NotIn),
        }
    }
    if let Some(root) = chain.first().filter(|root| source.via.is_some() && root.in_reply_to.is_none()) {
        Box::pin(backfill(federation, source, group, root)).await?;
    }
    let parent = known_entry(federation, parent).await?;
    Ok(parent.map_or(Above::Unknown, |parent| Above::Known(Box::new(parent))))
}

/// Submits something that was fetched and whose own parent is known by now. `false` when it does not belong to the
/// group, so nothing below it does either.
pub(super) async fn bring_in_known(
    federation: &Federation,
    source: &ThreadSource<'_>,
    group: GroupId,
    object: &Object,
) -> Result<bool, Trouble> {
    let place = match &object.in_reply_to {
        Some(parent) => match known_entry(federation, parent).await? {
            Some(parent) if parent.group_id == group => Place::Under(Box::new(parent)),
            _ => return Ok(false),
        },
        None if source.via.is_some() => Place::Start(group),
        // A thread that began elsewhere is not pulled into a group by an answer that mentions it.
        None => match addressed_group(federation, object, &object.addressing).await? {
            Some(addressed) if addressed == group => Place::Start(group),
            _ => return Ok(false),
        },
    };
    let author = match author_of(federation, object).await {
        Ok(author) => author,
        // Deleted, say. The thread goes on without it.
        Err(Trouble::Never(_)) => return Ok(false),
        Err(later) => return Err(later),
    };
    let command = command(federation, source, object, &author, place, Cause::Local).await?;
    match entries::submit(&federation.app, command).await {
        Err(SubmitError::Store(error)) => Err(error.into()),
        // Known by now, or its own parent was refused: the caller looks again.
        Ok(_) | Err(_) => Ok(true),
    }
}

async fn command(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
    author: &Actor,
    place: Place,
    cause: Cause,
) -> Result<Submit, Trouble> {
    let is_for_members = is_for_members(federation, source, object, &place).await?;
    if is_for_members {
        // Before anything of it is here.
        remote::confine_group(&federation.app, group_of(&place)).await?;
    }
    let (group, parent): (GroupId, Option<EntryId>) = match place {
        Place::Under(parent) => (parent.group_id, Some(parent.id)),
        Place::Start(group) => (group, None),
        Place::Elsewhere | Place::Nowhere | Place::Waiting(_) => {
            return Err(Trouble::Never("no place".to_owned()));
        }
    };
    Ok(Submit {
        group,
        author: author.id,
        parent,
        origin: origin_of(object, federation.app.now()),
        texts: texts_for(federation, group, object, author, parent.is_none()).await?,
        poll: poll_of(object),
        is_public: is_public(source, object) || is_for_members,
        is_fetched: cause == Cause::Local,
        is_passed_on: parent.is_none() && is_passed_on(federation, source, object).await?,
        cause,
    })
}

/// Whether an object that a group elsewhere announces was written for another group: the one that it names as its audience,
/// or addresses, and that is not the one that announces it.
async fn is_passed_on(
    federation: &Federation,
    source: &ThreadSource<'_>,
    object: &Object,
) -> Result<bool, Trouble> {
    let Some(via) = source.via else { return Ok(false) };
    let store = &federation.app.store;
    let Some(announcer) = actor::find(store, via.actor()).await? else { return Ok(false) };
    let own = &object.addressing;
    let names = |id: &Iri| id.as_str() == announcer.ap_id.as_str();
    if own.named().chain(&own.audience).any(names) {
        return Ok(false);
    }
    if !own.audience.is_empty() {
        return Ok(true);
    }
    for named in own.named().take(MAX_NAMED) {
        let known = actor::find_by_ap_id(store, &ApId::new(named.as_str())).await?;
        if known.is_some_and(|known| known.kind == ActorKind::Group) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an entry is known, for callers that only have its id.
pub(super) async fn is_known(federation: &Federation, object: &Object) -> Result<Option<Entry>, Trouble> {
    Ok(entry::find_by_ap_id(&federation.app.store, &ApId::new(object.id.as_str())).await?)
}
