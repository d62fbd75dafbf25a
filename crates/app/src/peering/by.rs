//! Who decides about other servers, and whether they may.

use guildhall_domain::{ActorId, GroupId, staff::Permission};
use guildhall_store::{StoreError, Tx, actor, group};

use super::PeeringError;
use crate::{App, instance, staff};

/// Who decides about other servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever runs the server, who needs no account here: recorded as the group, or the instance.
    Operator,
    /// Somebody with an account.
    Person {
        /// Who: somebody who may do so in the group, or the group itself where an admin stands in for it.
        actor: ActorId,
        /// Whether they administer the instance.
        is_admin: bool,
    },
}

/// Makes sure that `by` keeps the list of a group, or of the instance; gives the actor that the record names. Locks the
/// group.
///
/// # Errors
/// [`PeeringError::NotPermitted`], [`PeeringError::NotAdmin`], [`PeeringError::NoSuchGroup`].
pub(crate) async fn authorise(
    app: &App,
    tx: &mut Tx,
    place: Option<GroupId>,
    by: &By,
) -> Result<Option<ActorId>, PeeringError> {
    match (place, *by) {
        (_, By::Operator) => Ok(operator(app, place).await?),
        (None, By::Person { is_admin: false, .. }) => Err(PeeringError::NotAdmin),
        (None, By::Person { actor, .. }) => Ok(Some(actor)),
        (Some(group), By::Person { actor, .. }) => {
            let here = group::lock(tx, group).await?.filter(|found| found.is_local);
            here.ok_or(PeeringError::NoSuchGroup)?;
            staff::powers(app, tx, group, actor).await?.demand(Permission::Peering)?;
            Ok(Some(actor))
        }
    }
}

/// As whom whoever runs the server acts; `None` before the first start, when the instance has no actor yet.
async fn operator(app: &App, place: Option<GroupId>) -> Result<Option<ActorId>, StoreError> {
    if let Some(group) = place {
        return Ok(Some(group.actor()));
    }
    let found = actor::find_by_ap_id(&app.store, &instance::actor_id(app)).await?;
    Ok(found.map(|actor| actor.id))
}
