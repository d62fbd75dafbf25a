//! Linking a group here to another one, and ending that.

use guildhall_domain::{
    ActorId, ApId, GroupId, Handle,
    event::{Cause, EventKind},
    group::Visibility,
    membership::MembershipState,
    moderation::{DecisionAction, Target},
    partner::PartnerPolicy,
    peering::Peering,
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    group::{self, Group},
    membership::{self, Membership},
    partner::{self, Partner},
};

use super::{MAX_PARTNERS, PartnerError};
use crate::{
    App, cause,
    decision::{Record, keep},
    facts,
    group::{end_membership, resolve},
    peering::{By, authorise, words},
    port::ResolveError,
};

/// A group is to be a partner, or what is said about it is to be replaced.
#[derive(Debug, Clone)]
pub struct SetPartner {
    /// The group hosted here.
    pub group: GroupId,
    /// The other one.
    pub partner: GroupId,
    /// What for.
    pub policy: PartnerPolicy,
    /// Why, for the record.
    pub reason: Option<String>,
    /// What everybody may read about it.
    pub public_comment: Option<String>,
}

/// A group is to be a partner no longer.
#[derive(Debug, Clone)]
pub struct ClearPartner {
    /// The group hosted here.
    pub group: GroupId,
    /// The other one.
    pub partner: GroupId,
    /// Why, for the record.
    pub reason: Option<String>,
}

/// The group that a person means by a handle, or by the address of one that is known here.
///
/// # Errors
/// [`ResolveError::NotFound`] where there is none.
pub async fn find_group(app: &App, text: &str) -> Result<GroupId, ResolveError> {
    let store = |error| ResolveError::Store(std::sync::Arc::new(error));
    if text.starts_with("https://") || text.starts_with("http://") {
        let known = actor::find_by_ap_id(&app.store, &ApId::new(text)).await.map_err(store)?;
        let known = known.ok_or(ResolveError::NotFound)?;
        let found = group::find(&app.store, GroupId(known.id.0)).await.map_err(store)?;
        return found.map(|group| group.id).ok_or(ResolveError::NotFound);
    }
    let handle: Handle = text.parse().map_err(|_| ResolveError::NotFound)?;
    resolve(app, &handle).await
}

/// Makes a group a partner; a new word about one replaces the old one. Where its posts are wanted, our group asks to follow
/// it; asked for anew, also where it had said no.
///
/// # Errors
/// [`PartnerError`]; nothing is written then.
pub async fn set(app: &App, by: &By, command: SetPartner) -> Result<(), PartnerError> {
    let SetPartner { group, partner, policy, reason, public_comment } = command;
    let reason = words("the reason", reason)?;
    let public_comment = words("the public comment", public_comment)?;
    let other = find_partner(app, group, partner, policy).await?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, Some(group), by).await?;
    let here = group::lock(&mut tx, group).await?.ok_or(PartnerError::NoSuchGroup)?;
    let before = partner::lock(&mut tx, group, partner).await?;
    if before.is_none() && partner::count(&mut tx, group).await? >= MAX_PARTNERS {
        return Err(PartnerError::TooMany);
    }
    let created_at = app.now();
    let (note, said) = (reason.clone(), public_comment.clone());
    let link = Partner { group, partner, policy, reason, public_comment, by, created_at };
    partner::put(&mut tx, &link).await?;
    if policy.wants_posts() && here.policy.visibility != Visibility::Local {
        ask(app, &mut tx, group, &other).await?;
    } else {
        take_leave(app, &mut tx, group, &other).await?;
    }
    if !policy.wants_posts() {
        partner::end_mirrors(&mut tx, group, partner).await?;
    }
    let record = Record::by_hand(group, by, DecisionAction::LinkPartner, Target::Actor(partner.actor()));
    // The log is read by everybody: it has what was meant for them.
    let rule = Some(policy.as_str().to_owned());
    keep(app, &mut tx, Record { reason: said, note, rule, ..record }).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.promised.notify_one();
    Ok(())
}

/// Ends a link: our group follows its partner no longer, and what was mirrored of it is shown no more, which followers are
/// told of after that. `false`: there was
/// none, and nothing is recorded.
///
/// # Errors
/// [`PartnerError`]; nothing is written then.
pub async fn clear(app: &App, by: &By, command: ClearPartner) -> Result<bool, PartnerError> {
    let ClearPartner { group, partner, reason } = command;
    let reason = words("the reason", reason)?;
    let other = facts::actor(app, partner.actor()).await?;
    let mut tx = app.begin().await?;
    let by = authorise(app, &mut tx, Some(group), by).await?;
    // Before what is shown in it, as everybody does who changes that.
    group::lock(&mut tx, group).await?;
    if !partner::delete(&mut tx, group, partner).await? {
        return Ok(false);
    }
    take_leave(app, &mut tx, group, &other).await?;
    partner::end_mirrors(&mut tx, group, partner).await?;
    let record = Record::by_hand(group, by, DecisionAction::UnlinkPartner, Target::Actor(partner.actor()));
    keep(app, &mut tx, Record { note: reason, ..record }).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.promised.notify_one();
    Ok(true)
}

/// The actor of a group that can be a partner of ours.
async fn find_partner(
    app: &App,
    group: GroupId,
    partner: GroupId,
    policy: PartnerPolicy,
) -> Result<Actor, PartnerError> {
    if partner == group {
        return Err(PartnerError::Itself);
    }
    let known: Group = group::find(&app.store, partner).await?.ok_or(ResolveError::NotFound)?;
    if known.policy.visibility != Visibility::Public {
        return Err(PartnerError::NotPublic);
    }
    let actor = facts::actor(app, partner.actor()).await?;
    let (of_instance, of_group) = facts::peering_of_actor(app, Some(group), &actor).await?;
    if of_instance == Peering::Blocked || of_group == Peering::Blocked {
        return Err(PartnerError::HostBlocked);
    }
    if policy.wants_posts()
        && !actor.is_local
        && let Some(reason) = facts::no_dealings(app, &actor).await?
    {
        return Err(reason.into());
    }
    Ok(actor)
}

/// Has our group follow its partners only while others may know of it: one that becomes a group for people here takes leave
/// of them, and asks them again when it is open again.
pub(crate) async fn keep_to_visibility(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    (before, now): (Visibility, Visibility),
) -> Result<(), StoreError> {
    let is_local = now == Visibility::Local;
    if is_local == (before == Visibility::Local) {
        return Ok(());
    }
    for partner in partner::list_wanted(tx, group).await? {
        let Some(other) = actor::find_in(tx, partner.actor()).await? else { continue };
        if is_local {
            take_leave(app, tx, group, &other).await?;
        } else {
            ask(app, tx, group, &other).await?;
        }
    }
    Ok(())
}

/// Has our group ask to follow one elsewhere, unless it does so already.
async fn ask(app: &App, tx: &mut Tx, group: GroupId, partner: &Actor) -> Result<(), StoreError> {
    let (there, follower) = (GroupId(partner.id.0), group.actor());
    let asked = membership::find_locked(tx, there, follower).await?;
    if partner.is_local || asked.is_some_and(|asked| asked.state == MembershipState::Member) {
        return Ok(());
    }
    let event = EventKind::JoinRequested { group: there, actor: follower };
    let event = cause::tell(app, tx, Cause::Local, event).await?;
    let follow = Some(ApId::new(format!("{}/activities/{event}", app.site.base_url)));
    let state = MembershipState::Pending;
    let pending = Membership { group_id: there, actor_id: follower, state, follow };
    membership::set(tx, &pending, app.now()).await
}

/// Takes that back, whatever the answer was.
async fn take_leave(app: &App, tx: &mut Tx, group: GroupId, partner: &Actor) -> Result<(), StoreError> {
    let (there, follower): (GroupId, ActorId) = (GroupId(partner.id.0), group.actor());
    let Some(ours) = actor::find_in(tx, follower).await? else { return Ok(()) };
    if !partner.is_local && end_membership(app, tx, there, &ours).await? {
        let left = EventKind::Left { group: there, actor: follower };
        cause::tell(app, tx, Cause::Local, left).await?;
    }
    Ok(())
}
