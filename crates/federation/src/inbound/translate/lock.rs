//! `Lock` of a thread, and its `Undo`.

use guildhall_activitypub::Iri;
use guildhall_app::entry::{self as entries, Annotate, Annotation};

use super::{Incoming, Step, Trouble, trouble::IntoStep};
use crate::Federation;

pub(super) async fn lock(
    federation: &Federation,
    incoming: &Incoming,
    object: &Iri,
    reason: Option<String>,
    locked: bool,
) -> Result<Step, Trouble> {
    let Some(entry) = incoming.entry(federation, object).await? else {
        return Ok(Step::ignored("locks nothing that is known here"));
    };
    let command = Annotate {
        entry: entry.id,
        by: by(incoming, &entry),
        annotation: Annotation::Locked(locked),
        reason,
        cause: incoming.cause(),
    };
    entries::annotate(&federation.app, command).await.into_step()
}

/// Who notes something on an entry: in a group elsewhere always the group, whose moderators are its own affair.
pub(super) fn by(incoming: &Incoming, entry: &guildhall_store::entry::Entry) -> guildhall_domain::ActorId {
    incoming.via_group().map_or(incoming.actor.id, |_| entry.group_id.actor())
}
