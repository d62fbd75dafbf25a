//! `Move` of an account to another one, or of a thread to another group.

use guildhall_activitypub::activity::Moving;
use guildhall_app::remote;
use guildhall_domain::ApId;

use super::{Incoming, Step, Trouble, whole_thread};
use crate::Federation;

pub(super) async fn moved(
    federation: &Federation,
    incoming: &Incoming,
    moving: &Moving,
) -> Result<Step, Trouble> {
    if moving.object != incoming.activity.actor {
        return whole_thread::relocate(federation, incoming, moving).await;
    }
    // Fetched anew, so that `alsoKnownAs` is of today.
    let target = federation.fetcher.refresh_actor(&ApId::new(moving.target.as_str())).await?;
    remote::actor_moved(&federation.app, incoming.actor.id, target.id, incoming.cause()).await?;
    Ok(Step::Done)
}
