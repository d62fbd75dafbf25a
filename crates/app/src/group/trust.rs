//! How far somebody is trusted in a group: why, and by hand.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId,
    moderation::{DecisionAction, MAX_REASON_LENGTH, NotModerator, Target},
    text::shorten,
    trust::{Seen, Trust, decide_trust, explain},
};
use guildhall_store::{
    StoreError,
    acquaintance::{self, Given},
    entry,
};

use super::{ModerationError, moderators::lock_moderated};
use crate::{
    App, Viewer,
    decision::{Record, keep},
    queue::may_see,
    read::{PersonRef, names},
};

/// How far somebody is trusted in a group.
#[derive(Debug, Clone)]
pub struct TrustView {
    /// Who.
    pub actor: ActorId,
    /// The level.
    pub level: Trust,
    /// Why, in one sentence.
    pub sentence: String,
    /// What the group has seen.
    pub seen: Seen,
    /// The level given by hand; who gave it is told to moderators alone.
    pub given: Option<GivenView>,
}

/// A level given by hand.
#[derive(Debug, Clone)]
pub struct GivenView {
    /// The level.
    pub level: Trust,
    /// Why.
    pub reason: String,
    /// Who gave it.
    pub by: Option<PersonRef>,
}

/// A moderator gives somebody a level, or takes it back.
#[derive(Debug, Clone)]
pub struct SetTrust {
    /// The group.
    pub group: GroupId,
    /// Whom.
    pub actor: ActorId,
    /// The moderator, or the group itself.
    pub by: ActorId,
    /// The level, up to [`Trust::Helper`], and why. `None`: what they have earned counts again.
    pub given: Option<(Trust, String)>,
}

/// Why a level was not given.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// Moderators are appointed.
    #[error("moderators are appointed, not trusted by hand; the highest level that can be given is helper")]
    NotGivable,
    /// Nobody may be left to guess.
    #[error("a reason is wanted: it is kept with the decision")]
    NoReason,
    /// There is none to take back.
    #[error("no level was given by hand")]
    NothingGiven,
    /// Only moderators, only here.
    #[error(transparent)]
    Moderation(#[from] ModerationError),
}

impl From<StoreError> for TrustError {
    fn from(error: StoreError) -> Self {
        ModerationError::from(error).into()
    }
}

/// How far somebody is trusted in a group hosted here; for its moderators, and for themselves.
///
/// # Errors
/// [`ModerationError::NotFound`] for a group elsewhere, [`ModerationError::NotModerator`] for anybody else.
pub async fn find_trust(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    actor: ActorId,
) -> Result<TrustView, ModerationError> {
    let facts = entry::find_author_facts_now(&app.store, group, actor).await?;
    let facts = facts.filter(|facts| facts.group_is_local).ok_or(ModerationError::NotFound)?;
    let moderates = may_see(app, viewer, group).await?;
    if !moderates && viewer.actor != Some(actor) {
        return Err(NotModerator.into());
    }
    let (_, given) = acquaintance::find(&app.store, group, actor).await?.unwrap_or_default();
    let book = app.signals.shelf.of_group_now(&app.store, group, &facts).await?;
    let (facts, thresholds) = (facts.trust, book.thresholds);
    let now = app.now();
    let mut by = match given.as_ref().filter(|_| moderates) {
        Some(given) => names::people(app, vec![given.by]).await?,
        None => HashMap::new(),
    };
    let given = given.map(|Given { level, reason, by: id }| GivenView { level, reason, by: by.remove(&id) });
    Ok(TrustView {
        actor,
        level: decide_trust(&facts, &thresholds, now),
        sentence: explain(&facts, &thresholds, now),
        seen: facts.seen,
        given,
    })
}

/// Gives somebody a level by hand, or takes it back, and records why.
///
/// # Errors
/// [`TrustError`]; nothing is written then.
pub async fn set_trust(app: &App, command: SetTrust) -> Result<(), TrustError> {
    let SetTrust { group, actor, by, given } = command;
    let given = given.map(|(level, reason)| checked(level, &reason)).transpose()?;
    let known = acquaintance::find(&app.store, group, actor).await?;
    let mut tx = app.begin().await?;
    if !lock_moderated(&mut tx, group, by).await?.is_local {
        return Err(ModerationError::NotFound.into());
    }
    if given.is_none() && known.is_none_or(|(_, given)| given.is_none()) {
        return Err(TrustError::NothingGiven);
    }
    let now = app.now();
    let action = if given.is_some() { DecisionAction::GiveTrust } else { DecisionAction::UngiveTrust };
    let record = Record {
        rule: given.as_ref().map(|(level, _)| level.as_str().to_owned()),
        reason: given.as_ref().map(|(_, reason)| reason.clone()),
        ..Record::by_hand(group, by, action, Target::Actor(actor))
    };
    let given = given.map(|(level, reason)| Given { level, reason, by });
    acquaintance::give(&mut tx, group, actor, given.as_ref(), now).await?;
    keep(app, &mut tx, record).await?;
    tx.commit().await?;
    Ok(())
}

fn checked(level: Trust, reason: &str) -> Result<(Trust, String), TrustError> {
    if level == Trust::Moderator {
        return Err(TrustError::NotGivable);
    }
    let reason = shorten(reason.trim(), MAX_REASON_LENGTH);
    if reason.is_empty() { Err(TrustError::NoReason) } else { Ok((level, reason)) }
}
