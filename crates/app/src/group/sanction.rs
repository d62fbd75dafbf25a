//! Bans, mutes and probation: what a group decides about a person.

use guildhall_domain::{
    ActorId, GroupId,
    admission::{End, Sanction},
    event::{Cause, EventKind},
    membership::MembershipState,
    moderation::{Decision, DecisionAction, Target},
    welcome::VOUCH_COUNTS_FOR,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    group::{self, Group},
    membership, removal, standing,
    welcome::vouch,
};

use super::{ModerationError, leave::end_membership};
use crate::{
    App, cause,
    decision::{Grounds, News, Record, keep},
    facts, staff,
};

/// What is decided about a person.
pub(crate) struct Imposed {
    pub(crate) sanction: Sanction,
    /// `None`: it is lifted.
    pub(crate) end: Option<End>,
    /// The reason shown.
    pub(crate) reason: Option<String>,
}

/// Who decides it, and for whom.
pub(crate) struct Acting<'a> {
    pub(crate) group: &'a Group,
    pub(crate) by: ActorId,
    /// Whether they are of this server.
    pub(crate) is_ours: bool,
    pub(crate) cause: Cause,
}

/// Imposes or lifts a sanction in a transaction that has the group locked. A ban ends the membership, and counts against
/// those who vouched for the person a short time ago; lifting it does not bring the membership back.
///
/// `None`: somebody elsewhere said again what stands, which is no news to anybody.
pub(crate) async fn impose(
    app: &App,
    tx: &mut Tx,
    person: &Actor,
    imposed: &Imposed,
    acting: Acting<'_>,
    grounds: &Grounds,
) -> Result<Option<Decision>, StoreError> {
    let Acting { group, by, is_ours, cause } = acting;
    let Imposed { sanction, end, reason } = imposed;
    let mut grounds = grounds.clone();
    if end.is_some() && !is_ours {
        let stands = standing::find_in(tx, Some(group.id), person.id).await?;
        if stands.end_of(*sanction, app.now()) == *end {
            return Ok(None);
        }
    }
    match end {
        Some(end) => standing::set(tx, Some(group.id), person.id, *sanction, *end).await?,
        None if standing::lift(tx, Some(group.id), person.id, *sanction).await? => {}
        // Nothing was lifted: on record, and no news to anybody.
        None => grounds.news = News::Quiet,
    }
    let (banned, until) = (end.is_some(), end.and_then(End::moment));
    let record = Record::by_hand(group.id, by, action_of(*sanction, banned), Target::Actor(person.id));
    let kept = keep(app, tx, grounds.of(Record { reason: reason.clone(), until, ..record })).await?;
    if *sanction == Sanction::Ban && banned {
        shut_out(app, tx, group.id, person, &kept).await?;
    }
    // Others know bans alone.
    if *sanction == Sanction::Ban && (group.is_local || is_ours) {
        let (group, actor, reason) = (group.id, person.id, reason.clone());
        cause::tell(app, tx, cause, EventKind::BanChanged { group, actor, by, banned, until, reason })
            .await?;
    }
    Ok(Some(kept))
}

/// What goes with a ban. After it was told: a group elsewhere tells those alone who had to do with it.
async fn shut_out(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    person: &Actor,
    ban: &Decision,
) -> Result<(), StoreError> {
    let was_member = membership::find_locked(tx, group, person.id)
        .await?
        .is_some_and(|current| current.state == MembershipState::Member);
    if was_member {
        removal::note_membership(tx, ban.id).await?;
    }
    end_membership(app, tx, group, person).await?;
    vouch::set_failed(tx, group, person.id, ban.at.minus(VOUCH_COUNTS_FOR), ban.at).await?;
    Ok(())
}

/// Locks a group for a decision of `by` about a person, who may stand above them.
pub(super) async fn lock_over(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
    about: (DecisionAction, ActorId),
) -> Result<Group, ModerationError> {
    let here = group::lock(tx, group).await?.ok_or(ModerationError::NotFound)?;
    staff::may_decide_over(app, tx, &here, by, about).await??;
    Ok(here)
}

/// What imposing or lifting a sanction is called.
pub(crate) fn action_of(sanction: Sanction, is_imposed: bool) -> DecisionAction {
    match (sanction, is_imposed) {
        (Sanction::Ban, true) => DecisionAction::Ban,
        (Sanction::Ban, false) => DecisionAction::Unban,
        (Sanction::Mute, true) => DecisionAction::Mute,
        (Sanction::Mute, false) => DecisionAction::Unmute,
        (Sanction::Probation, true) => DecisionAction::Probation,
        (Sanction::Probation, false) => DecisionAction::EndProbation,
    }
}

/// Somebody here is to be muted or put on probation, or no longer.
#[derive(Debug, Clone)]
pub struct SetSanction {
    /// The group, hosted here.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// The moderator, or the group itself.
    pub by: ActorId,
    /// What; for a ban see [`super::set_ban`], which takes away what they wrote too.
    pub sanction: Sanction,
    /// Until when; `None`: no longer.
    pub end: Option<End>,
    /// The reason shown.
    pub reason: Option<String>,
}

/// Imposes or lifts a sanction by a moderator here.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn set_sanction(app: &App, command: SetSanction) -> Result<(), ModerationError> {
    set_sanction_on(app, command, &Grounds::default()).await
}

/// The same, on grounds that go on record with it.
///
/// # Errors
/// [`ModerationError`]; nothing is written then.
pub async fn set_sanction_on(
    app: &App,
    command: SetSanction,
    grounds: &Grounds,
) -> Result<(), ModerationError> {
    let SetSanction { group, actor, by, sanction, end, reason } = command;
    let (person, is_ours) = (facts::actor(app, actor).await?, facts::actor(app, by).await?.is_local);
    let mut tx = app.begin().await?;
    let about = (action_of(sanction, end.is_some()), actor);
    let here = lock_over(app, &mut tx, group, by, about).await?;
    if !here.is_local {
        return Err(ModerationError::NotFound);
    }
    let acting = Acting { group: &here, by, is_ours, cause: Cause::Local };
    impose(app, &mut tx, &person, &Imposed { sanction, end, reason }, acting, grounds).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}
