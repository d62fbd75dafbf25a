//! `Undo`: matched by what the inner activity says, since some regenerate it under another id (Lemmy).

use guildhall_activitypub::{
    Activity, Document, Iri, Verb,
    activity::{Blocking, Deletion, InnerActivity, Undoing},
};
use guildhall_domain::ApId;
use guildhall_store::received;

use super::{Incoming, Step, Trouble, block, delete, lock, membership, react};
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
    let is_own = inner.actor.as_ref().is_none_or(|actor| *actor == incoming.activity.actor);
    match (inner.kind.as_str(), is_own) {
        // A moderator may take back what another moderator did; the use case asks for the role.
        ("Delete", _) => {
            let deletion = Deletion { object, reason, remove_data: false };
            delete::restore(federation, incoming, &deletion).await
        }
        ("Lock", _) => lock::lock(federation, incoming, &object, reason, false).await,
        ("Block", _) => {
            let lifted = Blocking { object, target: inner.target, until: None, remove_data: false, reason };
            block::block(federation, incoming, &lifted, false).await
        }
        (_, false) => Ok(Step::refused("takes back what somebody else did")),
        ("Follow" | "Join" | "TentativeJoin", true) => membership::leave(federation, incoming, &object).await,
        ("Like" | "Dislike", true) => react::withdraw(federation, incoming, &object, false).await,
        ("EmojiReact", true) => react::withdraw(federation, incoming, &object, true).await,
        ("Announce", true) => Ok(Step::ignored("a boost taken back")),
        (_, true) => Ok(Step::ignored("takes back something that has no effect here")),
    }
}

/// An activity of which only the id is named, as it came before.
async fn recall(federation: &Federation, id: Option<&Iri>) -> Result<Option<InnerActivity>, Trouble> {
    let Some(id) = id else {
        return Ok(None);
    };
    let Some(kept) = received::find_by_ap_id(&federation.app.store, &ApId::new(id.as_str())).await? else {
        return Ok(None);
    };
    let Ok(document) = Document::parse(&kept.body) else {
        return Ok(None);
    };
    let object = Activity::read(&document).ok().and_then(|activity| object_of(&activity.verb));
    Ok(Some(InnerActivity {
        id: Some(id.clone()),
        kind: kept.verb,
        actor: Iri::parse(kept.actor.as_str()).ok(),
        object,
        target: None,
        inner: None,
    }))
}

fn object_of(verb: &Verb) -> Option<Iri> {
    match verb {
        Verb::Follow { object } | Verb::Leave { object } => Some(object.clone()),
        Verb::Join(joining) => Some(joining.object.clone()),
        Verb::React(reaction) => Some(reaction.object.clone()),
        Verb::Delete(deletion) => Some(deletion.object.clone()),
        Verb::Lock(locking) => Some(locking.object.clone()),
        Verb::Block(blocking) => Some(blocking.object.clone()),
        Verb::Announce(announced) => announced.id(),
        _ => None,
    }
}
