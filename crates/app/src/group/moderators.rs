//! Appointing and dismissing moderators.

use guildhall_domain::{
    ActorId, DecisionId, GroupId,
    admission::Layer,
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, NotModerator, Target, decide_moderate},
};
use guildhall_store::{StoreError, decision, group, moderator, received::Outcome};

use crate::{App, cause, facts};

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
    let mut tx = app.begin().await?;
    let here = group::lock(&mut tx, group).await?.ok_or(ModerationError::NotFound)?;
    if by != group.actor() {
        decide_moderate(facts::role(&mut tx, group, by).await?)?;
    }
    let now = app.now();
    let changed = if appointed {
        moderator::insert(&mut tx, group, actor, now).await?
    } else {
        moderator::delete(&mut tx, group, actor).await?
    };
    let outcome = if changed { Outcome::Applied } else { Outcome::Ignored };
    if !cause::finish(&mut tx, cause, outcome, None, now).await? || !changed {
        tx.commit().await?;
        return Ok(());
    }
    let record = Decision {
        id: DecisionId(app.new_id()),
        group: Some(group),
        action: if appointed { DecisionAction::Appoint } else { DecisionAction::Dismiss },
        target: Target::Actor(actor),
        layer: Layer::Moderator,
        rule: None,
        reason: None,
        until: None,
        by: Some(by),
        at: now,
    };
    decision::insert(&mut tx, &record).await?;
    if here.is_local {
        cause::tell(app, &mut tx, cause, EventKind::ModeratorChanged { group, actor, by, appointed }).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}
