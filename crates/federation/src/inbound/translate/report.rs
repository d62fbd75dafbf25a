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

pub(super) async fn report(
    federation: &Federation,
    incoming: &Incoming,
    flag: &Flag,
) -> Result<Step, Trouble> {
    let reported = Reported::find(federation, flag).await?;
    let Some(group) = group_of(federation, incoming, &reported).await? else {
        return Ok(Step::ignored("reports nothing in a group here"));
    };
    let command = Report {
        group,
        reporter: incoming.actor.id,
        entry: reported.entry.as_ref().map(|entry| entry.id),
        person: reported.person.or(reported.entry.as_ref().map(|entry| entry.author_id)),
        text: flag.text.clone().unwrap_or_default(),
        flag: Some(ApId::new(incoming.activity.id.as_str())),
        cause: incoming.cause(),
    };
    entries::report(&federation.app, command).await?;
    Ok(Step::Done)
}

/// What a report is about, as far as it is known here; of several the first.
#[derive(Default)]
struct Reported {
    entry: Option<Entry>,
    person: Option<ActorId>,
    /// For microblogs a group is an account like others, and what it boosted is reported with it.
    group: Option<GroupId>,
}

impl Reported {
    async fn find(federation: &Federation, flag: &Flag) -> Result<Self, Trouble> {
        let mut reported = Self::default();
        for object in &flag.objects {
            if let Some(group) = local_group(federation, object).await? {
                reported.group.get_or_insert(group);
            } else if let Some(found) = known_entry(federation, object).await? {
                reported.entry.get_or_insert(found);
            } else if let Some(found) = known_actor(federation, object).await? {
                reported.person.get_or_insert(found.id);
            }
        }
        Ok(reported)
    }
}

async fn group_of(
    federation: &Federation,
    incoming: &Incoming,
    reported: &Reported,
) -> Result<Option<GroupId>, Trouble> {
    if let Some(entry) = &reported.entry {
        return Ok(Some(entry.group_id));
    }
    for named in incoming.activity.addressing.named().take(10) {
        if let Some(group) = local_group(federation, named).await? {
            return Ok(Some(group));
        }
    }
    Ok(reported.group)
}
