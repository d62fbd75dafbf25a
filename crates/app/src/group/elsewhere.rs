//! Members elsewhere of a group that becomes one for people here.

use guildhall_domain::{
    GroupId,
    event::{Cause, EventKind},
    membership::JoinRefusal,
};
use guildhall_store::{StoreError, Tx, actor, membership};

use super::leave::end_membership;
use crate::{App, cause};

/// Ends the memberships and requests of everybody elsewhere, in a transaction that has locked the group; each of them is
/// told.
pub(super) async fn end_elsewhere(app: &App, tx: &mut Tx, group: GroupId) -> Result<(), StoreError> {
    for (actor, received) in membership::list_dealings_elsewhere(tx, group).await? {
        let person =
            actor::find_in(tx, actor).await?.ok_or_else(|| StoreError::corrupt("membership", actor))?;
        end_membership(app, tx, group, &person).await?;
        // With the request that is answered, where it is still there: some go by its id.
        let cause = received.map_or(Cause::Local, Cause::Activity);
        let decision = Err(JoinRefusal::LocalOnly);
        cause::tell(app, tx, cause, EventKind::JoinDecided { group, actor, decision, reason: None }).await?;
    }
    Ok(())
}
