//! Appointing and dismissing moderators, as other servers know them; and who may moderate.

use guildhall_domain::{
    ActorId, GroupId,
    event::Cause,
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    StoreError, Tx,
    group::{self, Group},
};

use crate::{
    App, cause,
    staff::{self, SetStaff, StaffError, StaffWish},
};

/// Somebody is to become moderator, or to cease to be one.
#[derive(Debug, Clone, Copy)]
pub struct SetModerator {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// Who says so: a moderator, or the group itself for the instance's admins.
    pub by: ActorId,
    /// Moderator from now on.
    pub appointed: bool,
    /// What set it off.
    pub cause: Cause,
}

/// Why a moderator's act did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ModerationError {
    /// No such group, person or entry.
    #[error("there is no such thing to moderate")]
    NotFound,
    /// It takes a permission that they do not have.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Reading or writing failed.
    #[error("reading or writing failed")]
    Store(#[from] StoreError),
}

/// Appoints or dismisses a moderator, where roles are not known. A group elsewhere speaks for itself: its own word is taken
/// (FEP-1b12).
///
/// # Errors
/// [`StaffError`]; nothing is written then.
pub async fn set_moderator(app: &App, command: SetModerator) -> Result<(), StaffError> {
    let SetModerator { group, actor, by, appointed, cause } = command;
    let wish = StaffWish::Listed(appointed);
    staff::set_staff(app, SetStaff { group, actor, by, wish, reason: None, cause }).await?;
    Ok(())
}

/// Locks a group for an act of `by`: somebody who may do that there, or the group itself.
pub(super) async fn lock_moderated(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
    permission: Permission,
) -> Result<Group, ModerationError> {
    let here = group::lock(tx, group).await?.ok_or(ModerationError::NotFound)?;
    staff::powers(app, tx, group, by).await?.demand(permission)?;
    Ok(here)
}

/// Ends the activity behind an act that was refused. One that met trouble with the store is tried again.
pub(super) async fn give_up(app: &App, cause: Cause, error: ModerationError) -> ModerationError {
    match error {
        ModerationError::Store(_) => error,
        refusal => cause::refused(app, cause, refusal).await,
    }
}
