//! How far somebody is trusted in a group: why, and by hand.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, GroupId,
    event::Cause,
    moderation::{DecisionAction, MAX_REASON_LENGTH, Target},
    staff::{AppointRefusal, Permission, StaffRole},
    text::shorten,
    trust::{Seen, Trust, TrustFacts, decide_trust, explain},
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, Given},
    entry, group, staff,
};

use super::ModerationError;
use crate::{
    App, Viewer,
    decision::{Record, keep},
    facts,
    read::{PersonRef, names},
    staff::{Change, StaffError, StaffWish, carry_out, powers_of, wished},
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
    /// They have a place on the staff that is above it.
    #[error("this person moderates the group; change their role instead")]
    IsModerator,
    /// Helpers are appointed, and this is not theirs to do.
    #[error(transparent)]
    Appointment(#[from] AppointRefusal),
    /// Only by those who may, only here.
    #[error(transparent)]
    Moderation(#[from] ModerationError),
}

impl From<StaffError> for TrustError {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Refused(AppointRefusal::NotPermitted(refusal)) => {
                ModerationError::from(refusal).into()
            }
            StaffError::Refused(refusal) => refusal.into(),
            StaffError::Store(error) => error.into(),
            StaffError::NotFound
            | StaffError::NotSomebody
            | StaffError::NotOnStaff
            | StaffError::Elsewhere => ModerationError::NotFound.into(),
        }
    }
}

impl From<StoreError> for TrustError {
    fn from(error: StoreError) -> Self {
        ModerationError::from(error).into()
    }
}

/// How far somebody is trusted in a group hosted here; for its moderators, and for themselves.
///
/// # Errors
/// [`ModerationError::NotFound`] for a group elsewhere, [`ModerationError::NotPermitted`] for anybody else.
pub async fn find_trust(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    actor: ActorId,
) -> Result<TrustView, ModerationError> {
    let facts = entry::find_author_facts_now(&app.store, group, actor).await?;
    let facts = facts.filter(|facts| facts.group_is_local).ok_or(ModerationError::NotFound)?;
    let sight = powers_of(app, viewer, group).await?.demand(Permission::Cases);
    let moderates = sight.is_ok();
    if viewer.actor != Some(actor) {
        sight?;
    }
    let known = acquaintance::find(&app.store, group, actor).await?;
    let (seen, given) = known.unwrap_or_default();
    let placed = staff::find(&app.store, group, actor).await?;
    let is_moderator = placed.as_ref().is_some_and(|placed| placed.office.role.is_listed());
    let given = match placed.filter(|placed| !placed.office.role.is_listed()) {
        // Helpers are appointed, as moderators are; that is the level that counts.
        Some(helper) => Some(Given {
            level: Trust::Helper,
            reason: helper.reason.unwrap_or_default(),
            by: helper.by.unwrap_or(group.actor()),
        }),
        None => given,
    };
    let book = app.signals.shelf.of_group_now(&app.store, group, &facts).await?;
    let facts = TrustFacts { seen, given: given.as_ref().map(|given| given.level), is_moderator };
    let thresholds = book.thresholds;
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

/// Gives somebody a level by hand, or takes it back, and records why. Helpers are appointed: that level is a place on the staff
/// of the group, and whoever gives or takes it appoints or dismisses.
///
/// # Errors
/// [`TrustError`]; nothing is written then.
pub async fn set_trust(app: &App, command: SetTrust) -> Result<(), TrustError> {
    let SetTrust { group, actor, by, given } = command;
    let given = given.map(|(level, reason)| checked(level, &reason)).transpose()?;
    let is_ours = facts::actor(app, by).await?.is_local;
    let mut tx = app.begin().await?;
    let here =
        group::lock(&mut tx, group).await?.filter(|here| here.is_local).ok_or(ModerationError::NotFound)?;
    demand_powers(app, &mut tx, group, by).await?;
    let before = staff::find_in(&mut tx, group, actor).await?;
    let is_helper = before.as_ref().is_some_and(|staff| staff.office.role == StaffRole::Helper);
    let becomes_helper = given.as_ref().is_some_and(|(level, _)| *level == Trust::Helper);
    if becomes_helper && before.is_some() && !is_helper {
        return Err(TrustError::IsModerator);
    }
    if is_helper || becomes_helper {
        let office = before.as_ref().map(|staff| staff.office);
        let wish = if becomes_helper { StaffWish::Role(StaffRole::Helper) } else { StaffWish::Nothing };
        let after = wished(office, wish);
        let reason = given.as_ref().map(|(_, reason)| reason.clone());
        let change = Change { actor, by, is_ours, before, after, reason, cause: Cause::Local };
        carry_out(app, &mut tx, &here, &change).await?;
    }
    let level = given.filter(|(level, _)| *level != Trust::Helper);
    if level.is_some() || !(is_helper || becomes_helper) {
        let known = acquaintance::find_in(&mut tx, group, actor).await?;
        let has_given = is_helper || known.is_some_and(|(_, given)| given.is_some());
        if level.is_none() && !has_given {
            return Err(TrustError::NothingGiven);
        }
        give(app, &mut tx, (group, actor, by), level).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

async fn demand_powers(app: &App, tx: &mut Tx, group: GroupId, by: ActorId) -> Result<(), ModerationError> {
    Ok(crate::staff::powers(app, tx, group, by).await?.demand(Permission::Trust)?)
}

async fn give(
    app: &App,
    tx: &mut Tx,
    (group, actor, by): (GroupId, ActorId, ActorId),
    given: Option<(Trust, String)>,
) -> Result<(), StoreError> {
    let action = if given.is_some() { DecisionAction::GiveTrust } else { DecisionAction::UngiveTrust };
    let record = Record {
        rule: given.as_ref().map(|(level, _)| level.as_str().to_owned()),
        reason: given.as_ref().map(|(_, reason)| reason.clone()),
        ..Record::by_hand(group, by, action, Target::Actor(actor))
    };
    let given = given.map(|(level, reason)| Given { level, reason, by });
    acquaintance::give(tx, group, actor, given.as_ref(), app.now()).await?;
    keep(app, tx, record).await?;
    Ok(())
}

fn checked(level: Trust, reason: &str) -> Result<(Trust, String), TrustError> {
    if level == Trust::Moderator {
        return Err(TrustError::NotGivable);
    }
    let reason = shorten(reason.trim(), MAX_REASON_LENGTH);
    if reason.is_empty() { Err(TrustError::NoReason) } else { Ok((level, reason)) }
}
