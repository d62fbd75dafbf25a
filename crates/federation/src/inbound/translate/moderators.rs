//! The moderators of a group elsewhere, looked up when something comes from it: after its own activity, which does not wait.

use guildhall_domain::GroupId;
use guildhall_store::actor::Actor;
use guildhall_store::membership;

use crate::Federation;

/// How old the list may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// As an actor's document: a day.
    Actor,
    /// The group said that it has changed. No more often than keys are asked for again: 10 minutes.
    Changed,
}

/// Learns the moderators of a group that somebody here follows; nobody else's list is worth a question.
pub(crate) async fn learn_moderators(federation: &Federation, group: &Actor, age: Age) {
    let memory = &federation.config.limits.memory;
    let max_age = match age {
        Age::Actor => memory.actor_max_age,
        Age::Changed => memory.key_refetch_interval,
    };
    if !federation.fetcher.may_learn_moderators(group, max_age) {
        return;
    }
    match membership::has_local_member(&federation.app.store, GroupId(group.id.0)).await {
        Ok(true) => federation.fetcher.learn_moderators(group, max_age).await,
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "finding the followers of a group elsewhere failed"),
    }
}
