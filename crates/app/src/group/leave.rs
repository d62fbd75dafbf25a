//! Leaving a group.

use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind},
    membership::MembershipState,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    delivery::subscription,
    group,
    group::Counts,
    membership, queue,
    received::Outcome,
    welcome::{answer, vouch},
};

use crate::{App, cause, facts};

/// Somebody leaves, or takes a request back.
#[derive(Debug, Clone, Copy)]
pub struct Leave {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// What set it off.
    pub cause: Cause,
}

/// Leaves a group. `false` when there was nothing to leave, which is no error: the wish is fulfilled.
pub async fn leave(app: &App, command: Leave) -> Result<bool, StoreError> {
    let Leave { group, actor, cause } = command;
    let leaver = facts::actor(app, actor).await?;
    let mut tx = app.begin().await?;
    let Some(here) = group::lock(&mut tx, group).await? else {
        drop(tx);
        return cause::finish_alone(app, cause, Outcome::Ignored, "no such group").await.map(|()| false);
    };
    let left = end_membership(app, &mut tx, group, &leaver).await?;
    let outcome = if left { Outcome::Applied } else { Outcome::Ignored };
    if !cause::finish(&mut tx, cause, outcome, None, app.now()).await? {
        return Ok(false);
    }
    if left && !here.is_local {
        cause::tell(app, &mut tx, cause, EventKind::Left { group, actor }).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(left)
}

/// Ends a membership, or a request for one, with all that hangs on it. `false` when there was none.
pub(crate) async fn end_membership(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let Some(current) = membership::find_locked(tx, group, actor.id).await? else {
        return Ok(false);
    };
    membership::delete(tx, group, actor.id).await?;
    queue::close_join(tx, group, actor.id, app.now()).await?;
    answer::delete(tx, group, actor.id).await?;
    vouch::delete_waiting(tx, group, actor.id).await?;
    if current.state == MembershipState::Member {
        group::add_counts(tx, group, Counts { members: -1, ..Counts::default() }).await?;
        if !actor.is_local {
            subscription::remove(tx, group, actor.delivery_inbox(), app.now()).await?;
        }
    }
    Ok(true)
}
