//! Groups: making and changing them, joining and leaving, their moderators and bans.

mod ban;
mod create;
mod door;
mod elsewhere;
mod join;
mod leave;
mod moderators;
mod note;
mod roster;
mod sanction;
mod settings;
mod synchronize;
mod trust;
mod warn;

pub use ban::{SetBan, set_ban, set_ban_on};
pub use create::{CreateGroup, CreateGroupError, create, create_own};
pub(crate) use door::{Waiting, ask_again, at_door};
pub(crate) use join::admit as admit_member;
pub use join::{Brings, JoinError, RequestJoin, join_with, request_join};
pub(crate) use leave::end_membership;
pub use leave::{Leave, leave};
pub use moderators::{ModerationError, SetModerator, set_moderator};
pub use note::note_on_person;
pub use roster::{ListedModerators, take_listed_moderators};
pub(crate) use sanction::{Acting, Imposed, action_of, impose};
pub use sanction::{SetSanction, set_sanction, set_sanction_on};
pub use settings::{ChangeGroup, ChangeGroupError, change};
pub use synchronize::{TakeMembers, take_members};
pub use trust::{GivenView, SetTrust, TrustError, TrustView, find_trust, set_trust};
pub use warn::{Warn, warn};

use guildhall_domain::{GroupId, Handle};
use guildhall_store::{StoreError, actor, group};

pub use crate::facts::NoDealings;
use crate::{App, port::ResolveError};

/// The group with a handle that is known here, hosted here or elsewhere.
pub async fn find_id(app: &App, handle: &Handle) -> Result<Option<GroupId>, StoreError> {
    let found = match handle.host.as_deref() {
        None => actor::find_local_by_name(&app.store, &handle.name).await?.into_iter().collect(),
        Some(host) if host == app.site.host => {
            actor::find_local_by_name(&app.store, &handle.name).await?.into_iter().collect()
        }
        Some(host) => actor::list_by_handle(&app.store, &handle.name, host).await?,
    };
    for actor in found {
        let id = GroupId(actor.id.0);
        if group::find(&app.store, id).await?.is_some() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The group with a handle, looked up at its own server where it is not known yet.
///
/// # Errors
/// [`ResolveError::NotFound`] where there is none, or the handle is a person's.
pub async fn resolve(app: &App, handle: &Handle) -> Result<GroupId, ResolveError> {
    let store = |error| ResolveError::Store(std::sync::Arc::new(error));
    if let Some(known) = find_id(app, handle).await.map_err(store)? {
        return Ok(known);
    }
    if handle.host.as_deref().is_none_or(|host| host == app.site.host) {
        return Err(ResolveError::NotFound);
    }
    let id = GroupId(app.resolver.actor_by_handle(handle).await?.0);
    match group::find(&app.store, id).await.map_err(store)? {
        Some(_) => Ok(id),
        None => Err(ResolveError::NotFound),
    }
}
