//! Names of actors and groups as pages and the API use them.

use std::collections::HashMap;

use guildhall_domain::{ActorId, GroupId};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    group::{self, Group},
};

use crate::{
    App,
    read::{GroupRef, PersonRef},
};

/// The short name of an actor here: without the host for our own.
fn short_name(app: &App, actor: &Actor) -> String {
    if actor.host == app.site.host {
        actor.username.clone()
    } else {
        format!("{}@{}", actor.username, actor.host)
    }
}

/// How an actor is named.
pub(super) fn person_ref(app: &App, actor: &Actor) -> PersonRef {
    let display_name = match actor.deleted_at {
        None => actor.display_name.clone().filter(|name| !name.trim().is_empty()),
        // What they wrote may stay without them.
        Some(_) => Some("deleted account".to_owned()),
    };
    PersonRef {
        id: actor.id,
        handle: format!("@{}@{}", actor.username, actor.host),
        name: short_name(app, actor),
        display_name: display_name.unwrap_or_else(|| actor.username.clone()),
        ap_id: actor.ap_id.clone(),
        url: actor.page_url.clone().unwrap_or_else(|| actor.ap_id.to_string()),
        icon_url: actor.icon_url.clone().filter(|_| actor.deleted_at.is_none()),
    }
}

/// How a group is named.
pub(super) fn group_ref(app: &App, actor: &Actor, group: &Group) -> GroupRef {
    GroupRef {
        id: GroupId(actor.id.0),
        name: short_name(app, actor),
        handle: format!("@{}@{}", actor.username, actor.host),
        ap_id: actor.ap_id.clone(),
        title: group.title.clone(),
        language: group.language.clone(),
        picture_url: group.picture_url.clone().or_else(|| actor.icon_url.clone()),
    }
}

/// Names of several actors at once.
pub(crate) async fn people(
    app: &App,
    mut ids: Vec<ActorId>,
) -> Result<HashMap<ActorId, PersonRef>, StoreError> {
    ids.sort_unstable();
    ids.dedup();
    let actors = actor::list_by_ids(&app.store, &ids).await?;
    Ok(actors.iter().map(|actor| (actor.id, person_ref(app, actor))).collect())
}

/// Names of several groups at once.
pub(crate) async fn groups(
    app: &App,
    mut ids: Vec<GroupId>,
) -> Result<HashMap<GroupId, GroupRef>, StoreError> {
    ids.sort_unstable();
    ids.dedup();
    let keys: Vec<ActorId> = ids.iter().map(|id| id.actor()).collect();
    let actors = actor::list_by_ids(&app.store, &keys).await?;
    let actors: HashMap<ActorId, Actor> = actors.into_iter().map(|actor| (actor.id, actor)).collect();
    let groups = group::list_by_ids(&app.store, &ids).await?;
    let named = groups.iter().filter_map(|group| {
        let actor = actors.get(&group.id.actor())?;
        Some((group.id, group_ref(app, actor, group)))
    });
    Ok(named.collect())
}
