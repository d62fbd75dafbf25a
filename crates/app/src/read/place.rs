//! What a viewer is in the groups of one answer: the facts that `domain::visibility` goes by.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId,
    admission::Role,
    group::Visibility,
    membership::MembershipState,
    peering::{self, Peering},
    staff::Permission,
    visibility::{Reader, decide_listing, decide_reading},
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    group, membership,
};

use crate::{App, Viewer, facts, staff};

/// What a viewer is in each group, asked once.
#[derive(Default)]
pub(crate) struct Places {
    known: HashMap<GroupId, (Visibility, Reader)>,
}

impl Places {
    /// Who may read in a group, and what the viewer is there. A group that is gone is read by nobody.
    pub(crate) async fn of(
        &mut self,
        app: &App,
        viewer: &Viewer,
        group: GroupId,
    ) -> Result<(Visibility, Reader), StoreError> {
        if let Some(known) = self.known.get(&group) {
            return Ok(*known);
        }
        let visibility = group::find_visibility(&app.store, group).await?.unwrap_or(Visibility::Members);
        let asks_members = visibility == Visibility::Members;
        let place = (visibility, reader(app, viewer, group, asks_members).await?);
        self.known.insert(group, place);
        Ok(place)
    }
}

/// Whether a viewer may read what is said in a group.
pub async fn may_read(app: &App, viewer: &Viewer, group: GroupId) -> Result<bool, StoreError> {
    let (visibility, reader) = Places::default().of(app, viewer, group).await?;
    Ok(decide_reading(visibility, reader))
}

/// What a viewer is in a group, whatever may be read there by everybody.
pub(crate) async fn standing_of(app: &App, viewer: &Viewer, group: GroupId) -> Result<Reader, StoreError> {
    reader(app, viewer, group, true).await
}

/// Whether a group is on the lists that a viewer is shown.
pub(crate) async fn is_listed(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    visibility: Visibility,
) -> Result<bool, StoreError> {
    // Of most groups anybody may know: then nothing is asked about who it is.
    Ok(decide_listing(visibility, stranger(viewer))
        || decide_listing(visibility, reader(app, viewer, group, true).await?))
}

/// The viewer as somebody who is nothing in a group.
fn stranger(viewer: &Viewer) -> Reader {
    Reader { is_server: viewer.is_server, is_local: viewer.account.is_some(), ..Reader::ANYBODY }
}

/// The viewer in a group; whether as a member is asked only with `asks_members`, where something depends on it.
async fn reader(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    asks_members: bool,
) -> Result<Reader, StoreError> {
    let role = match viewer.actor {
        Some(actor) => role_of(app, viewer, group, actor, asks_members).await?,
        None => Role::Outsider,
    };
    Ok(Reader { role, ..stranger(viewer) })
}

async fn role_of(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    actor: ActorId,
    asks_members: bool,
) -> Result<Role, StoreError> {
    if staff::may(app, viewer, group, Permission::Cases).await? {
        return Ok(Role::Moderator);
    }
    Ok(if asks_members && is_member(app, viewer, group, actor).await? {
        Role::Member
    } else {
        Role::Outsider
    })
}

/// Whether somebody is a member; of a server, whether it has one: what one of its people was sent is on it. One that the group
/// or the instance has blocked has none: nothing is sent to it either.
async fn is_member(app: &App, viewer: &Viewer, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    // As it speaks to its members.
    if actor == group.actor() {
        return Ok(true);
    }
    let own = membership::find(&app.store, group, actor).await?;
    let is_one = own.is_some_and(|own| own.state == MembershipState::Member);
    if !viewer.is_server {
        return Ok(is_one);
    }
    let Some(actor) = actor::find(&app.store, actor).await?.filter(|actor| !actor.is_local) else {
        return Ok(is_one);
    };
    if is_blocked(app, group, &actor).await? {
        return Ok(false);
    }
    // By the authority of the id, which is the one that signed: a handle's domain only points to it.
    let Some(authority) = actor.ap_id.authority().filter(|_| !is_one) else { return Ok(is_one) };
    Ok(is_hosted_by(app, group, authority).await?
        || membership::has_member_of(&app.store, group, authority).await?)
}

/// Whether somebody's server is one that a group, or the instance, has blocked.
pub async fn is_blocked(app: &App, group: GroupId, actor: &Actor) -> Result<bool, StoreError> {
    let (of_instance, of_group) = facts::peering_of_actor(app, Some(group), actor).await?;
    Ok(peering::combine(of_instance, of_group) == Peering::Blocked)
}

/// Whether a group is hosted by the server with this authority, which has what is said in it anyway.
async fn is_hosted_by(app: &App, group: GroupId, authority: &str) -> Result<bool, StoreError> {
    let found = actor::find(&app.store, group.actor()).await?;
    Ok(found.is_some_and(|group| !group.is_local && group.ap_id.authority() == Some(authority)))
}
