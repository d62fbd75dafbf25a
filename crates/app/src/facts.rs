//! Facts that several use cases load.

use guildhall_domain::{
    ActorId, GroupId,
    admission::{EntryFacts, Role},
    content::EntryKind,
    peering::{self, Peering},
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    entry::{self, AuthorFacts},
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
        peering::decide_peering(&of_instance, host, app.site.allow_list_only),
        peering::decide_peering(&of_group, host, false),
    ))
}

/// An actor that must exist: its key came from a row that refers to it.
pub(crate) async fn actor(app: &App, id: ActorId) -> Result<Actor, StoreError> {
    actor::find(&app.store, id).await?.ok_or_else(|| StoreError::corrupt("actor", id))
}

/// What an actor is in a group; an outsider where there is no such group.
pub(crate) async fn role(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<Role, StoreError> {
    Ok(entry::find_author_facts(tx, group, actor).await?.map_or(Role::Outsider, |facts| facts.role))
}

/// The facts of an entry as the pipeline wants them.
pub(crate) fn entry_facts(
    author: &AuthorFacts,
    kind: EntryKind,
    (instance_peering, group_peering): (Peering, Peering),
    is_public: bool,
    thread_locked: bool,
) -> EntryFacts {
    EntryFacts {
        kind,
        instance_peering,
        group_peering,
        standing: author.standing,
        role: author.role,
        policy: author.policy,
        admitted_before: author.admitted_before,
        is_public,
        thread_locked,
    }
}
