//! Appointing and dismissing; granting and withdrawing single permissions; laying an office down.

use guildhall_domain::{
    ActorId, GroupId,
    actor::ActorKind,
    event::{Cause, EventKind},
    moderation::{DecisionAction, MAX_REASON_LENGTH, Target},
    staff::{
        AppointFacts, AppointOutcome, AppointRefusal, NotPermitted, Office, Permission, Permissions,
        StaffRole, Succession, decide_appoint,
    },
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    group::{self, Group},
    received::Outcome,
    staff::{self, Staff},
};

use super::{powers, succession};
use crate::{
    App, cause,
    decision::{Record, keep},
    facts,
};

/// What somebody is to be on the staff of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffWish {
    /// A role, with what comes with it.
    Role(StaffRole),
    /// May do this too.
    Grant(Permission),
    /// May do this no more.
    Withdraw(Permission),
    /// Not on the staff; by themselves: they resign.
    Nothing,
    /// On the list of moderators that other servers know, or not. Who is an owner stays one, who helps goes on helping.
    Listed(bool),
}

/// Somebody's place on the staff of a group is to change.
#[derive(Debug, Clone)]
pub struct SetStaff {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// Who says so: somebody with a place of their own, the one concerned, or the group itself.
    pub by: ActorId,
    /// What they are to be.
    pub wish: StaffWish,
    /// Why; shown to them.
    pub reason: Option<String>,
    /// What set it off.
    pub cause: Cause,
}

/// Why it did not change.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// No such group.
    #[error("there is no such group")]
    NotFound,
    /// A group or a program.
    #[error("only people look after a group")]
    NotSomebody,
    /// They have no role that a permission could be granted to, or withdrawn from.
    #[error("this person is not on the staff of the group; give them a role first, helper is the smallest")]
    NotOnStaff,
    /// Other servers know moderators alone.
    #[error(
        "a group on another server knows no roles and permissions that could be set here, only moderators"
    )]
    Elsewhere,
    /// Not theirs to do.
    #[error(transparent)]
    Refused(#[from] AppointRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the staff failed")]
    Store(#[from] StoreError),
}

impl From<NotPermitted> for StaffError {
    fn from(refusal: NotPermitted) -> Self {
        Self::Refused(refusal.into())
    }
}

/// Changes somebody's place on the staff of a group, and says who leads it from now on. A group elsewhere speaks for itself:
/// its own word is taken (FEP-1b12).
///
/// # Errors
/// [`StaffError`]; nothing is written then.
pub async fn set_staff(app: &App, command: SetStaff) -> Result<Succession, StaffError> {
    let is_ours = facts::actor(app, command.by).await?.is_local;
    let person = facts::actor(app, command.actor).await?;
    let cause = command.cause;
    let mut tx = app.begin().await?;
    let result = if matches!(person.kind, ActorKind::Group | ActorKind::Application) {
        Err(StaffError::NotSomebody)
    } else {
        change(app, &mut tx, command, is_ours).await
    };
    match result {
        Ok(succession) => {
            tx.commit().await?;
            app.signals.event.notify_one();
            Ok(succession)
        }
        Err(StaffError::Store(error)) => Err(error.into()),
        Err(refusal) => {
            drop(tx);
            Err(cause::refused(app, cause, refusal).await)
        }
    }
}

async fn change(app: &App, tx: &mut Tx, command: SetStaff, is_ours: bool) -> Result<Succession, StaffError> {
    let SetStaff { group, actor, by, wish, reason, cause } = command;
    let here = group::lock(tx, group).await?.ok_or(StaffError::NotFound)?;
    let before = staff::find_in(tx, group, actor).await?;
    let is_known_there =
        matches!(wish, StaffWish::Listed(_) | StaffWish::Nothing | StaffWish::Role(StaffRole::Moderator));
    if !here.is_local && !is_known_there {
        return Err(StaffError::Elsewhere);
    }
    if before.is_none() && matches!(wish, StaffWish::Grant(_) | StaffWish::Withdraw(_)) {
        powers(app, tx, group, by).await?.demand(Permission::Appoint)?;
        return Err(StaffError::NotOnStaff);
    }
    let after = wished(before.as_ref().map(|staff| staff.office), wish);
    let reason =
        reason.map(|reason| shorten(reason.trim(), MAX_REASON_LENGTH)).filter(|said| !said.is_empty());
    let change = Change { actor, by, is_ours, before, after, reason, cause };
    carry_out(app, tx, &here, &change).await
}

/// What somebody becomes who is `before`, if a wish is granted.
pub(crate) fn wished(before: Option<Office>, wish: StaffWish) -> Option<Office> {
    let is_listed = before.is_some_and(|office| office.role.is_listed());
    match wish {
        StaffWish::Role(role) => before.filter(|office| office.role == role).or(Some(Office::of(role))),
        StaffWish::Grant(permission) => before.map(|office| office.granting(permission)),
        StaffWish::Withdraw(permission) => before.map(|office| office.withdrawing(permission)),
        StaffWish::Nothing => None,
        StaffWish::Listed(true) if !is_listed => Some(Office::of(StaffRole::Moderator)),
        StaffWish::Listed(false) if is_listed => None,
        StaffWish::Listed(_) => before,
    }
}

/// What changes.
pub(crate) struct Change {
    pub(crate) actor: ActorId,
    pub(crate) by: ActorId,
    /// Whether `by` is of this server.
    pub(crate) is_ours: bool,
    pub(crate) before: Option<Staff>,
    pub(crate) after: Option<Office>,
    pub(crate) reason: Option<String>,
    pub(crate) cause: Cause,
}

/// Carries a change out in a transaction that has the group locked, if it may be.
///
/// # Errors
/// [`StaffError`].
pub(crate) async fn carry_out(
    app: &App,
    tx: &mut Tx,
    here: &Group,
    change: &Change,
) -> Result<Succession, StaffError> {
    let Change { actor, by, is_ours, after, cause, .. } = *change;
    let before = change.before.as_ref().map(|staff| staff.office);
    let by_powers = powers(app, tx, here.id, by).await?;
    let decided = decide_appoint(&AppointFacts { by: by_powers, is_self: actor == by, before, after })?;
    let outcome = match decided {
        AppointOutcome::Unchanged => Outcome::Ignored,
        AppointOutcome::Appointed | AppointOutcome::Changed | AppointOutcome::Dismissed => Outcome::Applied,
    };
    if !cause::finish(tx, cause, outcome, None, app.now()).await? || outcome == Outcome::Ignored {
        return Ok(Succession::Led);
    }
    write(app, tx, here.id, change).await?;
    for (action, rule) in records(decided, before, after) {
        let record = Record::by_hand(here.id, by, action, Target::Actor(actor));
        keep(app, tx, Record { rule, reason: change.reason.clone(), ..record }).await?;
    }
    let is_listed = |office: Option<Office>| office.is_some_and(|office| office.role.is_listed());
    if is_listed(before) != is_listed(after) && (is_ours || here.is_local) {
        let told = EventKind::ModeratorChanged { group: here.id, actor, by, appointed: is_listed(after) };
        cause::tell(app, tx, cause, told).await?;
    }
    if !here.is_local {
        return Ok(Succession::Led);
    }
    let lost = before.map(|office| office.role).filter(|role| Some(*role) > after.map(|office| office.role));
    let follows = succession::settle(app, tx, here, lost.map(|was| (actor, was))).await?;
    // Who is still on the staff has heard of the new owner with it.
    let has_heard = after.is_some() && matches!(follows, Succession::To(_));
    if follows != Succession::Led && actor == by && !has_heard {
        succession::tell_who_left(app, tx, here.id, actor, follows).await?;
    }
    Ok(follows)
}

async fn write(app: &App, tx: &mut Tx, group: GroupId, change: &Change) -> Result<(), StoreError> {
    let Some(office) = change.after else {
        staff::delete(tx, group, change.actor).await?;
        return Ok(());
    };
    let since = change.before.as_ref().map_or(app.now(), |staff| staff.since);
    // A single permission makes nobody something else: everybody who reads there sees why they are what they are.
    let (by, reason) = match change.before.as_ref().filter(|before| before.office.role == office.role) {
        Some(before) => (before.by, before.reason.clone()),
        None => (Some(change.by), change.reason.clone()),
    };
    staff::set(tx, group, &Staff { actor: change.actor, office, since, by, reason }).await
}

/// What goes on record, each with what stands for its rule.
fn records(
    decided: AppointOutcome,
    before: Option<Office>,
    after: Option<Office>,
) -> Vec<(DecisionAction, Option<String>)> {
    let role = |office: Option<Office>| office.map(|office| office.role.as_str().to_owned());
    let permissions =
        |office: Option<Office>| office.map_or(Permissions::NONE, |office| office.permissions());
    match decided {
        AppointOutcome::Unchanged => Vec::new(),
        AppointOutcome::Appointed => vec![(DecisionAction::Appoint, role(after))],
        AppointOutcome::Dismissed => vec![(DecisionAction::Dismiss, role(before))],
        AppointOutcome::Changed if role(before) != role(after) => {
            vec![(DecisionAction::ChangeRole, role(after))]
        }
        AppointOutcome::Changed => {
            let has = permissions(after);
            let action = |permission| {
                if has.contains(permission) {
                    DecisionAction::GrantPermission
                } else {
                    DecisionAction::WithdrawPermission
                }
            };
            let changed = permissions(before).changed(has);
            changed.iter().map(|one| (action(one), Some(one.as_str().to_owned()))).collect()
        }
    }
}
