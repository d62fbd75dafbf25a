//! Warning somebody: nothing is taken from them, and it is on record that they were told.

use guildhall_domain::{
    ActorId, GroupId,
    event::Cause,
    moderation::{DecisionAction, Target},
    staff::Permission,
};
use guildhall_store::received::Outcome;

use super::{
    ModerationError,
    moderators::{give_up, lock_moderated},
};
use crate::{
    App, cause,
    decision::{Record, keep},
};

/// Somebody is to be warned.
#[derive(Debug, Clone)]
pub struct Warn {
    /// The group.
    pub group: GroupId,
    /// Whom, or for which of their posts.
    pub target: Target,
    /// The moderator, or the group itself.
    pub by: ActorId,
    /// The reason shown.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Warns somebody, who is told so.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn warn(app: &App, command: Warn) -> Result<(), ModerationError> {
    let Warn { group, target, by, reason, cause } = command;
    let mut tx = app.begin().await?;
    if let Err(error) = lock_moderated(app, &mut tx, group, by, Permission::Warn).await {
        drop(tx);
        return Err(give_up(app, cause, error).await);
    }
    if !cause::finish(&mut tx, cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    keep(app, &mut tx, Record { reason, ..Record::by_hand(group, by, DecisionAction::Warn, target) }).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}
