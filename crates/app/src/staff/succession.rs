//! Succession: a group hosted here does not stay without anybody who leads it. Never silently: it is on record, and those
//! concerned are told.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    event::{Cause, EventKind},
    moderation::{DecisionAction, Target},
    staff::{Candidate, Office, StaffRole, Succession, SuccessionFacts, decide_succession},
};
use guildhall_store::{
    StoreError, Tx,
    group::{self, Group},
    staff::{self, Staff},
    succession::{self, Lead},
};

use crate::{
    App, cause,
    decision::{Record, keep},
    notice,
};

/// Groups looked at in one query.
const BATCH: i64 = 500;
/// How many people are proposed to those who run the instance.
pub(super) const PROPOSED: i64 = 3;

/// Looks at every group hosted here, and finds somebody for those that nobody leads any more. Gives how many changed hands.
///
/// Each in its own transaction, which decides anew: whoever comes second, on another node or after a crash, finds it done.
///
/// # Errors
/// The store's; what was done stays done.
pub async fn settle_all(app: &App) -> Result<usize, StoreError> {
    let (mut after, mut changed) = (GroupId(0), 0);
    while let Some(end) = succession::find_end(&app.store, after, BATCH).await? {
        let leads = succession::list(&app.store, (after, BATCH), absent_since(app), app.now()).await?;
        for lead in leads.iter().filter(|lead| is_due(lead)) {
            let mut tx = app.begin().await?;
            let Some(here) = group::lock(&mut tx, lead.group).await? else { continue };
            settle(app, &mut tx, &here, None).await?;
            tx.commit().await?;
            app.signals.event.notify_one();
            changed += 1;
        }
        after = end;
    }
    Ok(changed)
}

fn decide(lead: &Lead, lost: Option<(ActorId, StaffRole)>) -> Succession {
    decide_succession(&SuccessionFacts { staff: &lead.staff, lost, is_in_care: lead.is_in_care })
}

fn is_due(lead: &Lead) -> bool {
    match decide(lead, None) {
        Succession::Led => lead.is_in_care,
        Succession::To(_) => true,
        Succession::Care => !lead.is_in_care,
    }
}

/// Who was last seen before this is absent.
fn absent_since(app: &App) -> Timestamp {
    if app.site.absence.is_zero() { Timestamp(i64::MIN) } else { app.now().minus(app.site.absence) }
}

/// Sees to it that somebody leads a group, in a transaction that has it locked. `lost`: who has just left the staff, or has
/// become less, and what they were.
pub(super) async fn settle(
    app: &App,
    tx: &mut Tx,
    here: &Group,
    lost: Option<(ActorId, StaffRole)>,
) -> Result<Succession, StoreError> {
    let lead = succession::find(tx, here.id, absent_since(app), app.now()).await?;
    let decided = decide(&lead, lost);
    match decided {
        Succession::Led => {
            // An owner has stepped down beside one who cannot act: else they would be in that one's place within the hour.
            if !lead.staff.iter().any(|one| one.is_able && one.role == StaffRole::Owner) {
                owners_step_back(app, tx, &lead).await?;
            }
            end_care(app, tx, here.id).await?;
        }
        Succession::To(next) => {
            hand_over(app, tx, &lead, next).await?;
            end_care(app, tx, here.id).await?;
            let told: Vec<ActorId> =
                lead.staff.iter().map(|one| one.actor).filter(|actor| *actor != next).collect();
            notice::of_new_owner(app, tx, here.id, next, &told).await?;
        }
        Succession::Care => {
            if succession::set_care(tx, here.id, Some(app.now())).await? {
                record(app, tx, here.id, here.id.actor(), (DecisionAction::TakeIntoCare, None), NOBODY_LEFT)
                    .await?;
                let proposed = succession::list_proposed(tx, here.id, app.now(), PROPOSED).await?;
                notice::of_care(app, tx, here.id, &proposed).await?;
            }
        }
    }
    Ok(decided)
}

const NOBODY_LEFT: &str = "nobody of its own is left to lead the group";
const LONGEST: &str =
    "nobody else was left to lead the group, and nobody who could has looked after it longer";
const ABSENT: &str = "not seen for long, or banned: somebody else leads the group now";
const GONE: &str = "the account is gone";

async fn end_care(app: &App, tx: &mut Tx, group: GroupId) -> Result<(), StoreError> {
    if !succession::set_care(tx, group, None).await? {
        return Ok(());
    }
    let over = (DecisionAction::EndCare, None);
    record(app, tx, group, group.actor(), over, "the group is led by its own people again").await
}

/// Makes somebody the owner. Owners who cannot act stay as moderators, for when they come back; those who are gone do not.
async fn hand_over(app: &App, tx: &mut Tx, lead: &Lead, next: ActorId) -> Result<(), StoreError> {
    let group = lead.group;
    owners_step_back(app, tx, lead).await?;
    let Some(found) = staff::find_in(tx, group, next).await? else { return Ok(()) };
    let was_listed = found.office.role.is_listed();
    let (office, reason) = (Office::of(StaffRole::Owner), Some(LONGEST.to_owned()));
    staff::set(tx, group, &Staff { office, by: None, reason, ..found }).await?;
    let is_owner = (DecisionAction::ChangeRole, Some(StaffRole::Owner));
    record(app, tx, group, next, is_owner, LONGEST).await?;
    if !was_listed {
        tell(app, tx, group, next, true).await?;
    }
    Ok(())
}

async fn owners_step_back(app: &App, tx: &mut Tx, lead: &Lead) -> Result<(), StoreError> {
    for owner in lead.staff.iter().filter(|one| one.role == StaffRole::Owner) {
        step_back(app, tx, lead.group, owner).await?;
    }
    Ok(())
}

async fn step_back(app: &App, tx: &mut Tx, group: GroupId, owner: &Candidate) -> Result<(), StoreError> {
    let Some(found) = staff::find_in(tx, group, owner.actor).await? else { return Ok(()) };
    if owner.is_gone {
        staff::delete(tx, group, owner.actor).await?;
        record(app, tx, group, owner.actor, (DecisionAction::Dismiss, Some(StaffRole::Owner)), GONE).await?;
        return tell(app, tx, group, owner.actor, false).await;
    }
    let (office, reason) = (Office::of(StaffRole::Moderator), Some(ABSENT.to_owned()));
    staff::set(tx, group, &Staff { office, by: None, reason, ..found }).await?;
    let is_moderator = (DecisionAction::ChangeRole, Some(StaffRole::Moderator));
    record(app, tx, group, owner.actor, is_moderator, ABSENT).await
}

async fn record(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    about: ActorId,
    (action, becomes): (DecisionAction, Option<StaffRole>),
    reason: &str,
) -> Result<(), StoreError> {
    let record = Record::by_hand(group, None, action, Target::Actor(about));
    let rule = becomes.map(|role| role.as_str().to_owned());
    keep(app, tx, Record { rule, reason: Some(reason.to_owned()), ..record }).await?;
    Ok(())
}

async fn tell(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    appointed: bool,
) -> Result<(), StoreError> {
    let told = EventKind::ModeratorChanged { group, actor, by: group.actor(), appointed };
    cause::tell(app, tx, Cause::Local, told).await?;
    Ok(())
}

/// Tells the last one who led a group, and resigned, who follows.
pub(super) async fn tell_who_left(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    who: ActorId,
    follows: Succession,
) -> Result<(), StoreError> {
    match follows {
        Succession::Led => Ok(()),
        Succession::To(next) => notice::of_new_owner(app, tx, group, next, &[who]).await,
        Succession::Care => notice::of_care_to(app, tx, group, who).await,
    }
}
