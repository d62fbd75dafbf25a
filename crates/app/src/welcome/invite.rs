//! Invitations: making them out, taking them back, and what one is worth at the door.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_domain::{
    ActorId, GroupId, InvitationId, Timestamp,
    actor::ActorKind,
    admission::Role,
    event::{Cause, EventKind},
    group::Visibility,
    membership::MembershipState,
    staff::Permission,
    text::{clean_line, shorten},
    welcome::{
        DAYS_BETWEEN_INVITATIONS, InvitationFacts, InvitationVoid, InviteRefusal, MAX_INVITATION_NOTE,
        MAX_INVITATION_USES, MAX_INVITATIONS_A_DAY, MAX_OPEN_INVITATIONS, decide_invite, decide_use,
    },
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, AuthorFacts},
    group,
    received::Outcome,
    welcome::{
        self,
        invitation::{self, Invitation},
    },
};

use crate::{App, cause, facts, staff};

const DAY: Duration = Duration::from_hours(24);

/// Bytes of a code: 128 bits, so that nobody guesses one.
const CODE_BYTES: usize = 16;

/// An invitation that is to be.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The group.
    pub group: GroupId,
    /// Who invites; the group itself for the instance's admins.
    pub by: ActorId,
    /// How often it can be used; `None` without limit.
    pub max_uses: Option<i64>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// A line for whom it reaches.
    pub note: String,
    /// The one person whom it is for.
    pub only_for: Option<ActorId>,
}

/// An invitation that was made out.
#[derive(Debug, Clone)]
pub struct MadeOut {
    /// What is kept of it.
    pub invitation: Invitation,
    /// Its code, which is not kept.
    pub code: String,
    /// The page it leads to.
    pub url: String,
}

/// Why an invitation was not made out, or not taken back.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// No such group, or one hosted elsewhere.
    #[error("no such group")]
    NoSuchGroup,
    /// No such invitation to this group, or none that is this person's to take back.
    #[error("no such invitation")]
    NoSuchInvitation,
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] InviteRefusal),
    /// A limit out of range.
    #[error("an invitation can be used 1 to {MAX_INVITATION_USES} times")]
    Uses,
    /// An end that is over.
    #[error("an invitation ends in the future")]
    Until,
    /// Only people are invited.
    #[error("only people can be invited, and not oneself")]
    NotSomebody,
    /// Somebody elsewhere, and the group is for people here.
    #[error("this group is for people with an account on its own server")]
    LocalOnly,
    /// Reading or writing failed.
    #[error("reading or writing the invitation failed")]
    Store(#[from] StoreError),
}

/// Makes out an invitation. Somebody elsewhere whom it is for is told, and let in when they follow the group.
///
/// # Errors
/// [`InviteError`]; nothing is written then.
pub async fn invite(app: &App, command: Invite) -> Result<MadeOut, InviteError> {
    let Invite { group, by, max_uses, until, note, only_for } = command;
    let now = app.now();
    let max_uses = if only_for.is_some() { Some(1) } else { max_uses };
    if max_uses.is_some_and(|uses| !(1..=MAX_INVITATION_USES).contains(&uses)) {
        return Err(InviteError::Uses);
    }
    if until.is_some_and(|until| !until.is_after(now)) {
        return Err(InviteError::Until);
    }
    let guest = match only_for {
        Some(actor) => Some(facts::actor(app, actor).await?),
        None => None,
    };
    let is_somebody = |kind| !matches!(kind, ActorKind::Group | ActorKind::Application);
    if guest.as_ref().is_some_and(|guest| !is_somebody(guest.kind) || guest.id == by) {
        return Err(InviteError::NotSomebody);
    }
    let mut secret = [0; CODE_BYTES];
    app.rng.fill(&mut secret);
    let code = URL_SAFE_NO_PAD.encode(secret);
    let id = InvitationId(app.new_id());
    let note = shorten(&clean_line(&note), MAX_INVITATION_NOTE);
    let invitation = Invitation {
        id,
        group,
        by,
        max_uses,
        uses: 0,
        until,
        note: note.clone(),
        only_for,
        revoked_at: None,
        created_at: now,
    };

    let mut tx = app.begin().await?;
    let here =
        group::lock(&mut tx, group).await?.filter(|group| group.is_local).ok_or(InviteError::NoSuchGroup)?;
    if here.policy.visibility == Visibility::Local && guest.as_ref().is_some_and(|guest| !guest.is_local) {
        return Err(InviteError::LocalOnly);
    }
    may_invite(app, &mut tx, group, by).await??;
    if by != group.actor() {
        keep_within(&mut tx, group, by, guest.as_ref(), now).await??;
    }
    invitation::insert(&mut tx, &invitation, &hash_of(&code)).await?;
    if let Some(guest) = guest.filter(|guest| !guest.is_local) {
        let told = EventKind::Invited { group, actor: guest.id, by, note };
        cause::tell(app, &mut tx, Cause::Local, told).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    let here = facts::actor(app, group.actor()).await?;
    let url = format!("{}/groups/{}/join/{code}", app.site.base_url, here.username);
    Ok(MadeOut { invitation, code, url })
}

/// Whether somebody has made out less than too many: each one for somebody elsewhere is a message to them.
async fn keep_within(
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
    guest: Option<&Actor>,
    now: Timestamp,
) -> Result<Result<(), InviteRefusal>, StoreError> {
    if invitation::count_open(tx, group, by, now).await? >= MAX_OPEN_INVITATIONS {
        return Ok(Err(InviteRefusal::TooMany));
    }
    let Some(guest) = guest else { return Ok(Ok(())) };
    if invitation::count_of_people(tx, group, by, now.minus(DAY)).await? >= MAX_INVITATIONS_A_DAY {
        return Ok(Err(InviteRefusal::TooManyToday));
    }
    let since = now.minus(DAY * DAYS_BETWEEN_INVITATIONS);
    let was_invited = invitation::was_invited(tx, group, guest.id, since).await?;
    Ok(if was_invited { Err(InviteRefusal::Invited) } else { Ok(()) })
}

/// Takes an invitation back: one's own, or as a moderator anybody's.
///
/// # Errors
/// [`InviteError::NoSuchInvitation`], also for who may not know of it.
pub async fn revoke(app: &App, group: GroupId, id: InvitationId, by: ActorId) -> Result<(), InviteError> {
    let found = invitation::find(&app.store, id).await?.filter(|found| found.group == group);
    let found = found.ok_or(InviteError::NoSuchInvitation)?;
    let mut tx = app.begin().await?;
    group::lock(&mut tx, group).await?.ok_or(InviteError::NoSuchGroup)?;
    let is_theirs = by == group.actor() || by == found.by;
    if !is_theirs && !staff::powers(app, &mut tx, group, by).await?.may(Permission::Invite) {
        return Err(InviteError::NoSuchInvitation);
    }
    invitation::revoke(&mut tx, id, app.now()).await?;
    Ok(tx.commit().await?)
}

/// Takes back what is made out to somebody elsewhere who does not want it.
pub async fn decline(app: &App, group: GroupId, actor: ActorId, cause: Cause) -> Result<(), StoreError> {
    let mut tx = app.begin().await?;
    group::lock(&mut tx, group).await?;
    if cause::finish(&mut tx, cause, Outcome::Applied, None, app.now()).await? {
        invitation::revoke_for(&mut tx, group, actor, app.now()).await?;
    }
    tx.commit().await
}

/// What is kept of a code: it has 128 random bits, so there is nothing to guess.
pub(crate) fn hash_of(code: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, code.as_bytes()).as_ref().to_vec()
}

/// The invitation that lets somebody in: that of the code they bring, or one that is made out to them. `None`: there is
/// none, and no code was given.
pub(crate) async fn invitation_for(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    code: Option<&str>,
) -> Result<Result<Option<InvitationId>, InvitationVoid>, StoreError> {
    let now = app.now();
    let Some(code) = code else {
        for open in invitation::list_open_for(tx, group, actor, now).await? {
            let inviter = may_invite(app, tx, group, open.by).await?;
            if decide_use(&facts_of(&open, inviter), Some(actor), now).is_ok() {
                return Ok(Ok(Some(open.id)));
            }
        }
        return Ok(Ok(None));
    };
    let Some(found) = invitation::find_by_code_in(tx, group, &hash_of(code)).await? else {
        return Ok(Err(InvitationVoid::Unknown));
    };
    let inviter = may_invite(app, tx, group, found.by).await?;
    Ok(decide_use(&facts_of(&found, inviter), Some(actor), now).map(|()| Some(found.id)))
}

/// Whether somebody may invite into a group now.
async fn may_invite(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
) -> Result<Result<(), InviteRefusal>, StoreError> {
    let invites = welcome::find_in(tx, group).await?.invites;
    let known = entry::find_author_facts(tx, group, by).await?;
    let Some(known) = known else { return Ok(Err(InviteRefusal::NotMember)) };
    Ok(decide_invite(invites, inviting(&known, by == group.actor()), &known.standing, app.now()))
}

/// As what somebody invites: who may do so on behalf of the group, as its moderators do.
fn inviting(known: &AuthorFacts, is_group: bool) -> Role {
    let may = known.office.is_some_and(|office| office.permissions().contains(Permission::Invite));
    match known.membership {
        _ if is_group || may => Role::Moderator,
        Some(MembershipState::Member) => Role::Member,
        Some(MembershipState::Pending) | None => Role::Outsider,
    }
}

fn facts_of(invitation: &Invitation, inviter: Result<(), InviteRefusal>) -> InvitationFacts {
    InvitationFacts {
        uses: invitation.uses,
        max_uses: invitation.max_uses,
        until: invitation.until,
        is_revoked: invitation.revoked_at.is_some(),
        only_for: invitation.only_for,
        inviter,
    }
}

/// An invitation with what it is worth now.
pub(crate) type Shown = (Invitation, Result<(), InvitationVoid>);

/// What an invitation is worth now, for whoever looks at it; outside of a transaction.
pub(crate) async fn state_of(app: &App, invitation: Invitation) -> Result<Shown, StoreError> {
    let (group, by) = (invitation.group, invitation.by);
    let setting = welcome::find(&app.store, group).await?.invites;
    let inviter = match entry::find_author_facts_now(&app.store, group, by).await? {
        Some(known) => {
            decide_invite(setting, inviting(&known, by == group.actor()), &known.standing, app.now())
        }
        None => Err(InviteRefusal::NotMember),
    };
    let state = decide_use(&facts_of(&invitation, inviter), None, app.now());
    Ok((invitation, state))
}
