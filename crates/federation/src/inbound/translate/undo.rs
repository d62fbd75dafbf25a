//! `Undo`: matched by what the inner activity says, since some regenerate it under another id (Lemmy).

use guildhall_activitypub::{
    Activity, Document, Iri, Verb,
    activity::{Blocking, Deletion, InnerActivity, Listing, Locking, Undoing},
};
use guildhall_app::{
    entry::{self as entries, Delete},
    remote,
};
use guildhall_domain::ApId;
use guildhall_store::received::{self, Received};

use super::{
    Incoming, Step, Trouble, block, delete,
    incoming::known_entry,
    lock, membership,
    react::{self, Withdrawn},
    report,
    trouble::IntoStep,
    whole_thread,
};
use crate::Federation;

pub(super) async fn undo(
    federation: &Federation,
    incoming: &Incoming,
    undoing: Undoing,
) -> Result<Step, Trouble> {
    let reason = undoing.reason.clone();
    let inner = match undoing.object.embedded() {
        Some(embedded) => embedded.clone(),
        None => match recall(federation, undoing.object.id()).await? {
            Some(inner) => inner,
            None => return Ok(Step::ignored("takes back something that is not known here")),
        },
    };
    let Some(object) = inner.object.clone() else {
        return Ok(Step::refused("takes back an activity without an object"));
    };
    if let ("Remove", Some(target)) = (inner.kind.as_str(), inner.target.clone()) {
        // NodeBB takes a thread out of a group and puts it back.
        let listing = Listing { object: object.clone(), target };
        if let Some(step) = whole_thread::list(federation, incoming, &listing, true).await? {
            return Ok(step);
        }
    }
    let is_own = inner.actor.as_ref().is_none_or(|actor| *actor == incoming.activity.actor);
    match (inner.kind.as_str(), is_own) {
        // A moderator may take back what another moderator did; the use case asks for the role.
        ("Delete", _) => {
            let deletion = Deletion { object, reason, remove_data: false };
            delete::restore(federation, incoming, &deletion).await
        }
        ("Lock", _) => {
            lock::lock(federation, incoming, &Locking { object, until: None, reason }, false).await
        }
        ("Block", _) => {
            let lifted = Blocking { object, target: inner.target, until: None, remove_data: false, reason };
            block::block(federation, incoming, &lifted, false).await
        }
        (_, false) => Ok(Step::refused("takes back what somebody else did")),
        ("Follow" | "Join" | "TentativeJoin", true) => membership::leave(federation, incoming, &object).await,
        ("Dislike", true) => react::withdraw(federation, incoming, &object, Withdrawn::Vote).await,
        ("Like" | "EmojiReact", true) => {
            let withdrawn = withdrawn(federation, &inner).await?;
            react::withdraw(federation, incoming, &object, withdrawn).await
        }
        ("Flag", true) => report::withdraw(federation, incoming, inner.id.as_ref()).await,
        ("Announce", true) => no_longer_announced(federation, incoming, &object, reason).await,
        (_, true) => Ok(Step::ignored("takes back something that has no effect here")),
    }
}

/// A boost is taken back, which means nothing here; or a group elsewhere shows a post or comment of its own no longer: to
/// software that takes no wrapped activities it has no other word for it.
async fn no_longer_announced(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
    reason: Option<String>,
) -> Result<Step, Trouble> {
    if incoming.actor.is_local || !remote::is_group(&federation.app, &incoming.actor).await? {
        return Ok(Step::ignored("a boost taken back"));
    }
    let group = incoming.actor.id;
    match known_entry(federation, object).await?.filter(|entry| entry.group_id.actor() == group) {
        Some(entry) => {
            let command = Delete { entry: entry.id, by: group, reason, cause: incoming.cause() };
            entries::delete(&federation.app, command).await.into_step()
        }
        None => Ok(Step::ignored("takes back nothing of its own that is known here")),
    }
}

/// An activity of which only the id is named, as it came before.
async fn recall(federation: &Federation, id: Option<&Iri>) -> Result<Option<InnerActivity>, Trouble> {
    let Some(id) = id else {
        return Ok(None);
    };
    let Some((kept, activity)) = kept(federation, id).await? else {
        return Ok(None);
    };
    let target = match activity.as_ref().map(|activity| &activity.verb) {
        Some(Verb::Block(blocking)) => blocking.target.clone(),
        Some(Verb::Remove(listing)) => Some(listing.target.clone()),
        _ => None,
    };
    Ok(Some(InnerActivity {
        id: Some(id.clone()),
        kind: kept.verb,
        actor: Iri::parse(kept.actor.as_str()).ok(),
        object: activity.and_then(|activity| object_of(&activity.verb)),
        target,
        inner: None,
    }))
}

/// An activity that came before, and what it said.
async fn kept(federation: &Federation, id: &Iri) -> Result<Option<(Received, Option<Activity>)>, Trouble> {
    let found = received::find_by_ap_id(&federation.app.store, &ApId::new(id.as_str())).await?;
    Ok(found.map(|kept| {
        let activity = Document::parse(&kept.body).ok().and_then(|document| Activity::read(&document).ok());
        (kept, activity)
    }))
}

/// Whether a `Like` was a vote or, with an emoji in it (Misskey), a reaction, and which; the copy in an `Undo` may have
/// lost that.
async fn withdrawn(federation: &Federation, inner: &InnerActivity) -> Result<Withdrawn, Trouble> {
    let came = match &inner.id {
        Some(id) => kept(federation, id).await?.and_then(|(_, activity)| activity),
        None => None,
    };
    let emoji = match came.map(|activity| activity.verb) {
        Some(Verb::React(reaction)) => react::emoji_of(&reaction),
        _ => None,
    };
    Ok(match emoji {
        None if inner.kind == "Like" => Withdrawn::Vote,
        emoji => Withdrawn::Reaction(emoji),
    })
}

fn object_of(verb: &Verb) -> Option<Iri> {
    match verb {
        Verb::Follow { object } | Verb::Leave { object } => Some(object.clone()),
        Verb::Join(joining) => Some(joining.object.clone()),
        Verb::React(reaction) => Some(reaction.object.clone()),
        Verb::Delete(deletion) => Some(deletion.object.clone()),
        Verb::Lock(locking) => Some(locking.object.clone()),
        Verb::Block(blocking) => Some(blocking.object.clone()),
        Verb::Remove(listing) => Some(listing.object.clone()),
        Verb::Flag(flag) => flag.objects.first().cloned(),
        Verb::Announce(announced) => announced.id(),
        _ => None,
    }
}
