//! `Flag`: a report to the moderators of a group here.

use guildhall_activitypub::activity::Report as Flag;
use guildhall_app::entry::{self as entries, Report};
use guildhall_domain::{ActorId, ApId, GroupId};
use guildhall_store::entry::Entry;

use super::{
    Incoming, Step, Trouble,
    incoming::{known_actor, known_entry},
    membership::local_group,
};
use crate::Federation;

pub(super) async fn report(federation: &Federation, incoming: &Incoming, flag: &Flag) -> Result<Step, Trouble> {
    let mut entry: Option<Entry> = None;
    let mut person: Option<ActorId> = None;
    for object in &flag.objects {
        if let Some(found) = known_entry(federation, object).await? {
            entry.get_or_insert(found);
        } else if let Some(found) = known_actor(federation, object).await? {
            person.get_or_insert(found.id);
        }
    }
    let Some(group) = group_of(federation, incoming, entry.as_ref()).await? else {
        return Ok(Step::ignored("reports nothing in a group here"));
    };
    let command = Report {
        group,
        reporter: incoming.actor.id,
        entry: entry.as_ref().map(|entry| entry.id),
        person: person.or(entry.as_ref().map(|entry| entry.author_id)),
        text: flag.text.clone().unwrap_or_default(),
        flag: Some(ApId::new(incoming.activity.id.as_str())),
        cause: incoming.cause(),
    };
    entries::report(&federation.app, command).await?;
    Ok(Step::Done)
}

async fn group_of(
    federation: &Federation,
    incoming: &Incoming,
    entry: Option<&Entry>,
) -> Result<Option<GroupId>, Trouble> {
    if let Some(entry) = entry {
        return Ok(Some(entry.group_id));
    }
    for named in incoming.activity.addressing.named().take(10) {
        if let Some(group) = local_group(federation, named).await? {
            return Ok(Some(group));
        }
    }
    Ok(None)
}
