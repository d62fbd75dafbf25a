//! `Lock` of a thread, and its `Undo`.

use guildhall_activitypub::activity::Locking;
use guildhall_app::entry::{self as entries, Annotate, Annotation};
use guildhall_domain::Timestamp;

use super::{Incoming, Step, Trouble, trouble::IntoStep};
use crate::Federation;

pub(super) async fn lock(
    federation: &Federation,
    incoming: &Incoming,
    locking: &Locking,
    locked: bool,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, &locking.object).await? else {
        return incoming.not_about(federation, &locking.object, "locks nothing that is known here").await;
    };
    let annotation =
        if locked { Annotation::lock_until(locking.until.map(Timestamp)) } else { Annotation::Locked(false) };
    let command = Annotate {
        entry: entry.id,
        by: by(incoming, &entry),
        annotation,
        reason: locking.reason.clone(),
        cause: incoming.cause(),
    };
    entries::annotate(&federation.app, command).await.into_step()
}

/// Who notes something on an entry: in a group elsewhere always the group, whose moderators are its own affair.
pub(super) fn by(incoming: &Incoming, entry: &guildhall_store::entry::Entry) -> guildhall_domain::ActorId {
    incoming.via_group().map_or(incoming.actor.id, |_| entry.group_id.actor())
}
