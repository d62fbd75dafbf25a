//! As whom somebody acts: people act as themselves; admins of the instance, where they are no moderators, as the group.

use guildhall_app::{App, Grounds, peering::By, read::GroupView, staff};
use guildhall_domain::{ActorId, GroupId, staff::Permission};

use super::{extract::SignedIn, json::Given, lookup, problem::Problem};

/// As whom somebody acts in a group.
pub(super) fn in_group(person: &SignedIn, group: &GroupView) -> ActorId {
    let stands_in = person.viewer.is_admin && group.is_local && !moderates(person, group);
    if stands_in { group.group.id.actor() } else { person.actor }
}

/// As [`in_group`], for what only moderators do. People here may moderate a group elsewhere; nobody else here can.
pub(super) fn as_moderator(person: &SignedIn, group: &GroupView) -> Result<ActorId, Problem> {
    if group.is_local || moderates(person, group) {
        Ok(in_group(person, group))
    } else {
        Err(lookup::elsewhere(group))
    }
}

fn moderates(person: &SignedIn, group: &GroupView) -> bool {
    group.moderators.iter().any(|moderator| moderator.id == person.actor)
}

/// Makes sure that somebody may see what a permission is for. Admins may.
pub(super) async fn demand(
    app: &App,
    person: &SignedIn,
    group: GroupId,
    permission: Permission,
) -> Result<(), Problem> {
    let powers = staff::powers_of(app, &person.viewer, group).await.map_err(Problem::internal)?;
    Ok(powers.demand(permission)?)
}

/// For the whole instance, which the use case leaves to admins.
pub(super) fn for_instance(person: &SignedIn) -> By {
    By::Person { actor: person.actor, is_admin: person.viewer.is_admin }
}

/// As [`in_group`], for a group of which only the key is known.
pub(super) async fn in_group_of(app: &App, person: &SignedIn, group: GroupId) -> Result<ActorId, Problem> {
    if !person.viewer.is_admin {
        return Ok(person.actor);
    }
    Ok(in_group(person, &lookup::group_by_id(app, group).await?))
}

/// What somebody's decision in a group rests on besides the reason.
pub(super) async fn grounds(app: &App, group: GroupId, given: &Given) -> Result<Grounds, Problem> {
    Ok(Grounds::named(app, group, given.rule_number, given.note.clone()).await?)
}
