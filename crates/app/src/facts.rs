//! Facts that several use cases load.

use guildhall_domain::{
    ActorId, GroupId,
    peering::{self, Peering, PeeringEntry},
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    peering as lists,
};

use crate::App;

/// What the lists say about a host: `(the instance's, the group's)`. Our own host is never listed.
pub(crate) async fn peering_of(
    app: &App,
    group: Option<GroupId>,
    host: &str,
) -> Result<(Peering, Peering), StoreError> {
    if host == app.site.host {
        return Ok((Peering::Open, Peering::Open));
    }
    let (of_instance, of_group) = lists::list_covering(&app.store, group, host).await?;
    Ok((
        peering::decide_peering(&of_instance, host, app.site.allow_list_only, app.now()),
        peering::decide_peering(&of_group, host, false, app.now()),
    ))
}

/// The same about an actor: about the host of its handle, and about the authority of its id where that is another one (a
/// domain may only point to its server, as WebFinger has it). The stricter counts.
pub(crate) async fn peering_of_actor(
    app: &App,
    group: Option<GroupId>,
    actor: &Actor,
) -> Result<(Peering, Peering), StoreError> {
    if actor.is_local {
        return Ok((Peering::Open, Peering::Open));
    }
    let by_handle = peering_of(app, group, &actor.host).await?;
    let Some(home) = actor.ap_id.authority().filter(|home| *home != actor.host) else {
        return Ok(by_handle);
    };
    let by_id = peering_of(app, group, home).await?;
    Ok((peering::combine(by_handle.0, by_id.0), peering::combine(by_handle.1, by_id.1)))
}

/// What the lists say about several actors, read at once.
pub(crate) struct Lists {
    entries: Vec<(Option<GroupId>, PeeringEntry)>,
}

impl Lists {
    /// All that may concern one of `actors`.
    pub(crate) async fn about(app: &App, actors: &[Actor]) -> Result<Self, StoreError> {
        let elsewhere = actors.iter().filter(|actor| !actor.is_local);
        let authorities: Vec<&str> = elsewhere.flat_map(authorities_of).collect();
        let entries = match authorities.as_slice() {
            [] => Vec::new(),
            named => lists::list_of_hosts(&app.store, named).await?,
        };
        Ok(Self { entries })
    }

    /// As [`peering_of_actor`], for one of those whom the lists were read for.
    pub(crate) fn of_actor(&self, app: &App, group: GroupId, actor: &Actor) -> (Peering, Peering) {
        if actor.is_local {
            return (Peering::Open, Peering::Open);
        }
        let strictest = |list: Option<GroupId>, allow_list_only: bool| {
            let of_list = self.entries.iter().filter(|(of, _)| *of == list);
            let entries: Vec<PeeringEntry> = of_list.map(|(_, entry)| entry.clone()).collect();
            authorities_of(actor)
                // Our own host is never listed.
                .filter(|authority| *authority != app.site.host)
                .map(|authority| peering::decide_peering(&entries, authority, allow_list_only, app.now()))
                .fold(Peering::Open, peering::combine)
        };
        (strictest(None, app.site.allow_list_only), strictest(Some(group), false))
    }
}

/// Whether what an actor brings into a group is let in without its pictures, by the list of the instance or of the group.
pub(crate) async fn is_media_muted(app: &App, group: GroupId, actor: &Actor) -> Result<bool, StoreError> {
    if actor.is_local {
        return Ok(false);
    }
    for authority in authorities_of(actor).filter(|authority| *authority != app.site.host) {
        let (of_instance, of_group) = lists::list_covering(&app.store, Some(group), authority).await?;
        let mutes = |list: &[PeeringEntry]| peering::decide_media_muted(list, authority, app.now());
        if mutes(&of_instance) || mutes(&of_group) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Under which the lists may name an actor: the host of its handle, and that of its id.
pub(crate) fn authorities_of(actor: &Actor) -> impl Iterator<Item = &str> {
    let home = actor.ap_id.authority().filter(|home| *home != actor.host);
    std::iter::once(actor.host.as_str()).chain(home)
}

/// Why people here can do nothing in a group elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDealings {
    /// This instance does not federate.
    #[error("federation is switched off on this server")]
    SwitchedOff,
    /// The group's server is blocked here, or is not on the allow list that this instance goes by.
    #[error("this server does not deal with the server of this group")]
    HostBlocked,
}

impl NoDealings {
    /// A fixed name for the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::SwitchedOff => "federation-off",
            Self::HostBlocked => "host-blocked",
        }
    }
}

/// What the instance's lists say about the server of a group; a group hosted here is open.
pub(crate) async fn group_host_peering(app: &App, group: &Actor) -> Result<Peering, StoreError> {
    Ok(peering_of_actor(app, None, group).await?.0)
}

/// Whether there is a reason why nothing from here can reach a group: asked before somebody here joins, or writes.
pub(crate) async fn no_dealings(app: &App, group: &Actor) -> Result<Option<NoDealings>, StoreError> {
    if group.is_local {
        return Ok(None);
    }
    if app.resolver.is_switched_off() {
        return Ok(Some(NoDealings::SwitchedOff));
    }
    let is_blocked = group_host_peering(app, group).await? == Peering::Blocked;
    Ok(is_blocked.then_some(NoDealings::HostBlocked))
}

/// An actor that must exist: its key came from a row that refers to it.
pub(crate) async fn actor(app: &App, id: ActorId) -> Result<Actor, StoreError> {
    actor::find(&app.store, id).await?.ok_or_else(|| StoreError::corrupt("actor", id))
}
