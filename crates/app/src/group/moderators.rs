//! Appointing and dismissing moderators.

use guildhall_domain::{
    ActorId, GroupId,
    event::{Cause, EventKind},
    moderation::{DecisionAction, NotModerator, Target, decide_moderate},
};
use guildhall_store::{
    StoreError, Tx,
    group::{self, Group},
    moderator,
    received::Outcome,
};

use crate::{
    App, cause,
    decision::{Record, keep},
    facts,
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
    /// Only moderators do this.
    #[error(transparent)]
    NotModerator(#[from] NotModerator),
    /// Reading or writing failed.
    #[error("reading or writing failed")]
    Store(#[from] StoreError),
}

/// Appoints or dismisses a moderator. A group elsewhere speaks for itself: its own word is taken (FEP-1b12).
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn set_moderator(app: &App, command: SetModerator) -> Result<(), ModerationError> {
    let SetModerator { group, actor, by, appointed, cause } = command;
    let is_ours = facts::actor(app, by).await?.is_local;
    let mut tx = app.begin().await?;
    let here = match lock_moderated(&mut tx, group, by).await {
        Ok(here) => here,
        Err(error) => {
            drop(tx);
            return Err(give_up(app, cause, error).await);
        }
    };
    let now = app.now();
    let changed = if appointed {
        moderator::insert(&mut tx, group, actor, now).await?
    } else {
        moderator::delete(&mut tx, group, actor).await?
    };
    let outcome = if changed { Outcome::Applied } else { Outcome::Ignored };
    if !cause::finish(&mut tx, cause, outcome, None, now).await? {
        return Ok(());
    }
    if !changed {
        return Ok(tx.commit().await?);
    }
    let action = if appointed { DecisionAction::Appoint } else { DecisionAction::Dismiss };
    keep(app, &mut tx, Record::by_hand(group, by, action, Target::Actor(actor))).await?;
    if here.is_local || is_ours {
        cause::tell(app, &mut tx, cause, EventKind::ModeratorChanged { group, actor, by, appointed }).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// Locks a group for an act of `by`: one of its moderators, or the group itself.
pub(super) async fn lock_moderated(
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
) -> Result<Group, ModerationError> {
    let here = group::lock(tx, group).await?.ok_or(ModerationError::NotFound)?;
    if by != group.actor() {
        decide_moderate(facts::role(tx, group, by).await?)?;
    }
    Ok(here)
}

/// Ends the activity behind an act that was refused. One that met trouble with the store is tried again.
pub(super) async fn give_up(app: &App, cause: Cause, error: ModerationError) -> ModerationError {
    match error {
        ModerationError::Store(_) => error,
        refusal => cause::refused(app, cause, refusal).await,
    }
}
