//! `Accept` and `Reject` of a Follow that somebody here sent.

use guildhall_activitypub::activity::Answer;
use guildhall_app::remote::{self, JoinAnswered};
use guildhall_domain::ApId;

use super::{Incoming, Step, Trouble};
use crate::Federation;

pub(super) async fn answer(
    federation: &Federation,
    incoming: &Incoming,
    answer: &Answer,
    is_accepted: bool,
) -> Result<Step, Trouble> {
    let id = |iri: &guildhall_activitypub::Iri| ApId::new(iri.as_str());
    let answered = JoinAnswered {
        group: incoming.actor.id,
        follow: answer.object.id().map(id),
        follower: answer.object.embedded().and_then(|follow| follow.actor.as_ref()).map(id),
        is_accepted,
        cause: incoming.cause(),
    };
    remote::join_answered(&federation.app, answered).await?;
    Ok(Step::Done)
}
