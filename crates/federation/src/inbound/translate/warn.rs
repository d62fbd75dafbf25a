//! `Warn`: a moderator's word to a person, about something they wrote or about themselves (Lemmy 1.0).

use guildhall_activitypub::activity::Warning;
use guildhall_app::group::{self, Warn};
use guildhall_domain::moderation::Target;

use super::{
    Incoming, Step, Trouble, incoming::known_actor, lock, trouble::IntoStep, whole_thread::known_group,
};
use crate::Federation;

pub(super) async fn warn(
    federation: &Federation,
    incoming: &Incoming,
    warning: &Warning,
) -> Result<Step, Trouble> {
    let (reason, cause) = (warning.reason.clone(), incoming.cause());
    if let Some(entry) = incoming.entry(federation, &warning.object).await? {
        let by = lock::by(incoming, &entry);
        let command = Warn { group: entry.group_id, target: Target::Entry(entry.id), by, reason, cause };
        return group::warn(&federation.app, command).await.into_step();
    }
    let Some(person) = known_actor(federation, &warning.object).await? else {
        return incoming.not_about(federation, &warning.object, "warns of nothing that is known here").await;
    };
    let target = Target::Actor(person.id);
    let (group, by) = match (&incoming.via, &incoming.activity.addressing.audience.first()) {
        (Some(via), _) => (guildhall_domain::GroupId(via.id.0), via.id),
        (None, Some(audience)) => match known_group(federation, audience).await? {
            Some(group) => (group, incoming.actor.id),
            None => return Ok(Step::ignored("warns in no group that is known here")),
        },
        (None, None) => return Ok(Step::ignored("warns in no group")),
    };
    group::warn(&federation.app, Warn { group, target, by, reason, cause }).await.into_step()
}
