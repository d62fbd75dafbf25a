//! Who of our people is a member of a group elsewhere, by the word of its own server.

use std::{collections::HashSet, time::Duration};

use guildhall_domain::{
    ActorId, ApId, GroupId, Timestamp,
    event::{Cause, EventKind},
};
use guildhall_store::{StoreError, actor, group, membership};

use super::leave::end_membership;
use crate::{App, cause, facts};

/// Whoever joined so shortly before the list was asked for may not be on it yet.
const SETTLED: Duration = Duration::from_mins(10);
/// How many memberships end here, and how many are undone there, in one go: the rest follows with the next list. So a server
/// that names nobody, because it is broken or was set back, has not put everybody out before anybody can look.
const MOST_AT_ONCE: usize = 100;

/// A group elsewhere has said who of our people is a member.
#[derive(Debug, Clone)]
pub struct TakeMembers {
    /// The group.
    pub group: GroupId,
    /// All of them.
    pub members: Vec<ApId>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// Ends here the memberships that a group elsewhere does not know, and takes back there those that we do not know
/// (FEP-8fcf). Requests that wait for its answer stay.
///
/// # Errors
/// Reading or writing failed; nothing is changed then.
pub async fn take_members(app: &App, command: TakeMembers) -> Result<(), StoreError> {
    let TakeMembers { group: id, members, asked_at } = command;
    let there: HashSet<&str> = members.iter().map(ApId::as_str).collect();
    let mut unknown = unknown_here(app, id, &members).await?;
    unknown.truncate(MOST_AT_ONCE);
    let settled = asked_at.minus(SETTLED);
    let mut ended = Vec::new();
    for (person, ap_id) in membership::list_here_until(&app.store, id, settled).await? {
        if ended.len() < MOST_AT_ONCE && !there.contains(ap_id.as_str()) {
            ended.push(facts::actor(app, person).await?);
        }
    }
    if ended.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    let mut tx = app.begin().await?;
    if group::lock(&mut tx, id).await?.is_none_or(|group| group.is_local) {
        return Ok(());
    }
    for person in &ended {
        // Whoever left meanwhile, and has asked anew, is not meant.
        if membership::is_member_since(&mut tx, id, person.id, settled).await? {
            end_membership(app, &mut tx, id, person).await?;
        }
    }
    for person in unknown {
        if membership::find_locked(&mut tx, id, person).await?.is_none() {
            cause::tell(app, &mut tx, Cause::Local, EventKind::Left { group: id, actor: person }).await?;
        }
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// Those of the list who live here and are nothing in the group.
async fn unknown_here(app: &App, group: GroupId, members: &[ApId]) -> Result<Vec<ActorId>, StoreError> {
    let mut unknown = Vec::new();
    let here = format!("{}/", app.site.base_url.trim_end_matches('/'));
    for ap_id in members.iter().filter(|ap_id| ap_id.as_str().starts_with(&here)) {
        let found = actor::find_by_ap_id(&app.store, ap_id).await?;
        let Some(person) = found.filter(|person| person.is_local && person.deleted_at.is_none()) else {
            continue;
        };
        if membership::find(&app.store, group, person.id).await?.is_none() {
            unknown.push(person.id);
        }
    }
    Ok(unknown)
}
