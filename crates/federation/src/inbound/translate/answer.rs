//! `Accept` and `Reject` of a Follow that somebody here sent, or of an invitation of a group here, and `Reject` of a post
//! that somebody here wrote.

use guildhall_activitypub::{Iri, activity::Answer};
use guildhall_app::remote::{self, EntryRefused, JoinAnswered};
use guildhall_domain::ApId;
use guildhall_store::entry::Entry;

use super::{Incoming, Step, Trouble, incoming::own_entry, membership, report};
use crate::Federation;

pub(super) async fn answer(
    federation: &Federation,
    incoming: &Incoming,
    answer: &Answer,
    is_accepted: bool,
) -> Result<Step, Trouble> {
    if !is_accepted && let Some(entry) = refused_entry(federation, answer).await? {
        let refused = EntryRefused {
            entry: entry.id,
            group: incoming.actor.id,
            reason: answer.reason.clone(),
            is_edit: answer.object.embedded().is_some_and(|inner| inner.kind == "Update"),
            cause: incoming.cause(),
        };
        remote::entry_refused(&federation.app, refused).await?;
        return Ok(Step::Done);
    }
    if let Some(step) = membership::invited(federation, incoming, answer, is_accepted).await? {
        return Ok(step);
    }
    if !is_accepted && let Some(step) = report::settled(federation, incoming, answer, "rejected").await? {
        return Ok(step);
    }
    let id = |iri: &Iri| ApId::new(iri.as_str());
    let answered = JoinAnswered {
        group: incoming.actor.id,
        follow: answer.object.id().map(id),
        follower: answer.object.embedded().and_then(|follow| follow.actor.as_ref()).map(id),
        is_accepted,
        reason: answer.reason.clone(),
        cause: incoming.cause(),
    };
    if is_accepted {
        let server = incoming.activity.actor.authority();
        federation.fetcher.learn_software(server).await?;
    }
    remote::join_answered(&federation.app, answered).await?;
    Ok(Step::Done)
}

/// The post or comment from here that is refused: by its own id or by that of its `Create`, which is made of it.
async fn refused_entry(federation: &Federation, answer: &Answer) -> Result<Option<Entry>, Trouble> {
    let embedded = answer.object.embedded();
    let of_create = embedded.and_then(|inner| inner.object.as_ref());
    for named in [of_create, answer.object.id()].into_iter().flatten() {
        if let Some(found) = own_entry(federation, named).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
