//! `Add` to and `Remove` from a group's moderators or featured posts (FEP-1b12).

use guildhall_activitypub::{Iri, activity::Listing};
use guildhall_app::{
    entry::{self as entries, Annotate, Annotation},
    group::{self, SetModerator},
};
use guildhall_domain::{ActorId, ApId, GroupId};
use guildhall_store::{actor::Actor, moderator, received::Outcome};

use super::{
    Age, Incoming, Step, Trouble, incoming::known_actor, learn_moderators, lock, trouble::IntoStep,
    whole_thread::known_group,
};
use crate::Federation;

/// A collection of a group.
enum List {
    Moderators(GroupId, ActorId),
    /// The moderators of a group elsewhere, at the word of somebody who may have been dismissed.
    Theirs(Box<Actor>),
    Featured,
}

pub(super) async fn list(
    federation: &Federation,
    incoming: &Incoming,
    listing: &Listing,
    is_added: bool,
) -> Result<Step, Trouble> {
    match find_list(federation, incoming, &listing.target).await? {
        Some(List::Theirs(group)) => {
            learn_moderators(federation, &group, Age::Changed).await;
            if moderator::exists(&federation.app.store, GroupId(group.id.0), incoming.actor.id).await? {
                return Ok(Step::ignored("its own list says who moderates a group elsewhere"));
            }
            Ok(Step::ended(Outcome::Refused, "by somebody who does not moderate the group"))
        }
        Some(List::Moderators(group, by)) => {
            let actor = federation.fetcher.actor(&ApId::new(listing.object.as_str())).await?.id;
            let command = SetModerator { group, actor, by, appointed: is_added, cause: incoming.cause() };
            group::set_moderator(&federation.app, command).await.into_step()
        }
        Some(List::Featured) => feature(federation, incoming, &listing.object, is_added).await,
        None => Ok(Step::ignored("a collection of no group here")),
    }
}

async fn feature(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
    featured: bool,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, object).await? else {
        return incoming.not_about(federation, object, "features nothing that is known here").await;
    };
    let command = Annotate {
        entry: entry.id,
        by: lock::by(incoming, &entry),
        annotation: Annotation::Featured(featured),
        reason: None,
        cause: incoming.cause(),
    };
    entries::annotate(&federation.app, command).await.into_step()
}

async fn find_list(
    federation: &Federation,
    incoming: &Incoming,
    target: &Iri,
) -> Result<Option<List>, Trouble> {
    if let Some(via) = &incoming.via {
        return Ok(list_of(via, target).map(|is_featured| {
            if is_featured { List::Featured } else { List::Moderators(GroupId(via.id.0), via.id) }
        }));
    }
    let Some((owner, _)) = target.as_str().rsplit_once('/') else {
        return Ok(None);
    };
    let Ok(owner) = Iri::parse(owner) else {
        return Ok(None);
    };
    let (Some(group), Some(actor)) =
        (known_group(federation, &owner).await?, known_actor(federation, &owner).await?)
    else {
        return Ok(None);
    };
    Ok(list_of(&actor, target).map(|is_featured| match is_featured {
        true => List::Featured,
        false if actor.is_local => List::Moderators(group, incoming.actor.id),
        false => List::Theirs(Box::new(actor)),
    }))
}

/// Which list of a group a URL names: `true` for the featured posts, `false` for the moderators.
fn list_of(group: &Actor, target: &Iri) -> Option<bool> {
    let is = |url: &Option<String>| url.as_deref() == Some(target.as_str());
    match (is(&group.featured_url), is(&group.moderators_url)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        (false, false) => None,
    }
}
