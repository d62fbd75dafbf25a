//! Who looks after a group, and what they may do there: asked here by every use case that not everybody may use.

mod set;
mod succession;
mod view;

pub(crate) use set::{Change, carry_out, wished};
pub use set::{SetStaff, StaffError, StaffWish, set_staff};
pub use succession::settle_all;
pub use view::{StaffList, StaffView, list};

use guildhall_domain::{
    ActorId, GroupId,
    moderation::DecisionAction,
    staff::{NotPermitted, Permission, Powers, Whom, decide_powers, needed_for},
};
use guildhall_store::{StoreError, Tx, group::Group, staff};

use crate::{App, Viewer};

/// What somebody may do in a group, read in the transaction in which it must hold. The group itself may do everything: for
/// the instance's admins, and for its word about itself where it lives elsewhere.
pub(crate) async fn powers(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
) -> Result<Powers, StoreError> {
    if by == group.actor() {
        return Ok(Powers::OF_GROUP);
    }
    let found = staff::find_powers_in(tx, group, by, app.now()).await?;
    Ok(found.map_or(Powers::NONE, |facts| decide_powers(&facts)))
}

/// Whether somebody may make a decision about a person, who may be on the staff too, or be themselves. `Ok(Err(…))`: they
/// may not.
pub(crate) async fn may_decide_over(
    app: &App,
    tx: &mut Tx,
    group: &Group,
    by: ActorId,
    (action, whom): (DecisionAction, ActorId),
) -> Result<Result<(), NotPermitted>, StoreError> {
    let powers = powers(app, tx, group.id, by).await?;
    // Of groups here: elsewhere the group's server decides.
    let whom = if group.is_local {
        let role = staff::find_in(tx, group.id, whom).await?.map(|staff| staff.office.role);
        Whom { role, is_self: whom == by }
    } else {
        Whom::default()
    };
    Ok(match needed_for(action) {
        Some(permission) => powers.demand_over(permission, whom),
        None => Ok(()),
    })
}

/// What a viewer may do in a group, for showing it. Admins stand in for the group.
pub async fn powers_of(app: &App, viewer: &Viewer, group: GroupId) -> Result<Powers, StoreError> {
    match viewer.actor {
        _ if viewer.is_admin => Ok(Powers::OF_GROUP),
        Some(actor) => {
            let found = staff::find_powers(&app.store, group, actor, app.now()).await?;
            Ok(found.map_or(Powers::NONE, |facts| decide_powers(&facts)))
        }
        None => Ok(Powers::NONE),
    }
}

/// Whether a viewer may do something in a group, for showing it.
pub async fn may(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    permission: Permission,
) -> Result<bool, StoreError> {
    Ok(powers_of(app, viewer, group).await?.may(permission))
}
