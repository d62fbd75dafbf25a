//! As whom somebody acts: people act as themselves; admins of the instance, where they are no moderators, as the group.

use guildhall_app::{App, read::GroupView};
use guildhall_domain::{ActorId, GroupId};

use super::{extract::SignedIn, lookup, problem::Problem};

/// As whom somebody acts in a group.
pub(super) fn in_group(person: &SignedIn, group: &GroupView) -> ActorId {
    let moderates = group.moderators.iter().any(|moderator| moderator.id == person.actor);
    if person.viewer.is_admin && group.is_local && !moderates { group.group.id.actor() } else { person.actor }
}

/// As [`in_group`], for a group of which only the key is known.
pub(super) async fn in_group_of(app: &App, person: &SignedIn, group: GroupId) -> Result<ActorId, Problem> {
    if !person.viewer.is_admin {
        return Ok(person.actor);
    }
    Ok(in_group(person, &lookup::group_by_id(app, group).await?))
}
