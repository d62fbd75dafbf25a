//! What other servers say about a report: that they have settled it, or that whoever reported takes it back.

use guildhall_domain::{
    ActorId, ApId, CaseId, actor::ActorKind, audience, event::Cause, moderation::case::Lane,
    staff::Permission,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    case::{self, CaseLane, Happening, HappeningKind},
    group, instance,
    received::Outcome,
    report,
};

use crate::{App, cause, facts, staff};

/// Somebody elsewhere answers a report.
#[derive(Debug, Clone)]
pub struct FlagAnswer {
    /// The id of the Flag, ours or theirs.
    pub flag: ApId,
    /// Who says so.
    pub by: ActorId,
    /// `resolved` (Lemmy's `Resolve`) or `rejected` (NodeBB's `Reject`).
    pub outcome: &'static str,
    /// What set it off.
    pub cause: Cause,
}

/// Closes the lane of whoever answers: the group's for its moderators, else that of their server. The others stay as they
/// are. `false`: they have none.
pub async fn flag_answered(app: &App, answer: FlagAnswer) -> Result<bool, StoreError> {
    let FlagAnswer { flag, by, outcome, cause } = answer;
    let by = facts::actor(app, by).await?;
    let Some(found) = find_case(app, &flag).await? else {
        cause::finish_alone(app, cause, Outcome::Ignored, "a report that is not known here").await?;
        return Ok(false);
    };
    close(app, found, &by, outcome, cause).await
}

/// The case that a Flag is about: one that came in, or one of ours to moderators elsewhere.
///
/// # Errors
/// The store's.
pub async fn find_case(app: &App, flag: &ApId) -> Result<Option<CaseId>, StoreError> {
    match report::find_by_ap_id(&app.store, flag).await?.and_then(|found| found.case) {
        Some(case) => Ok(Some(case)),
        None => case::find_by_flag(&app.store, flag).await,
    }
}

/// Takes a report back, at the word of whoever made it. The case stays for those who look at it.
pub async fn flag_withdrawn(app: &App, flag: &ApId, by: ActorId, cause: Cause) -> Result<bool, StoreError> {
    let found = report::find_by_ap_id(&app.store, flag).await?.filter(|found| found.reporter == by);
    let Some(found) = found else {
        cause::finish_alone(app, cause, Outcome::Ignored, "a report that is not known here").await?;
        return Ok(false);
    };
    let by = facts::actor(app, by).await?;
    let mut tx = app.begin().await?;
    report::withdraw(&mut tx, found.id, app.now()).await?;
    tx.commit().await?;
    match found.case {
        Some(about) => close(app, about, &by, "withdrawn", cause).await?,
        None => cause::finish_alone(app, cause, Outcome::Applied, "a report without a case")
            .await
            .map(|()| true)?,
    };
    Ok(true)
}

async fn close(
    app: &App,
    about: CaseId,
    by: &Actor,
    outcome: &'static str,
    cause: Cause,
) -> Result<bool, StoreError> {
    let Some(known) = case::find(&app.store, about).await? else {
        cause::finish_alone(app, cause, Outcome::Ignored, "a report without a case").await?;
        return Ok(false);
    };
    let speaks_for_server = speaks_for_server(app, by, known.person).await?;
    let mut tx = app.begin().await?;
    let mut by = Settler { actor: by, moderates: false, speaks_for_server };
    if let Some(group) = known.group {
        group::lock(&mut tx, group).await?;
        let may_see = staff::powers(app, &mut tx, group, by.actor.id).await?.may(Permission::Cases);
        by.moderates = may_see && known.person != Some(by.actor.id);
    }
    let Some(current) = case::lock(&mut tx, known.id).await? else { return Ok(false) };
    let lanes = case::list_lanes(&mut tx, current.id).await?;
    let lane = lanes.iter().find(|lane| is_theirs(lane, &by, outcome));
    let is_closed = match lane {
        Some(lane) => close_lane(app, &mut tx, &current, lane.lane, by.actor.id, outcome).await?,
        None => false,
    };
    let (end, reason) = if is_closed || outcome == "withdrawn" {
        (Outcome::Applied, None)
    } else {
        (Outcome::Refused, Some("not theirs to settle"))
    };
    if !cause::finish(&mut tx, cause, end, reason, app.now()).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(is_closed)
}

/// Whoever says that a report is settled.
struct Settler<'a> {
    actor: &'a Actor,
    moderates: bool,
    speaks_for_server: bool,
}

/// Whether an actor's word is that of its server: its own actor, a group, or, where admins speak by their own accounts,
/// anybody there but whom the case is about.
async fn speaks_for_server(app: &App, by: &Actor, person: Option<ActorId>) -> Result<bool, StoreError> {
    if matches!(by.kind, ActorKind::Application | ActorKind::Group) {
        return Ok(true);
    }
    let server = by.ap_id.authority().unwrap_or(&by.host);
    let software = instance::find(&app.store, server).await?.and_then(|known| known.software);
    let is_by_admins = software.is_some_and(|software| audience::admins_ban_for_server(&software.name));
    Ok(is_by_admins && person != Some(by.id))
}

/// Whether a lane is for `by` to close: the group's for its moderators and, where it lives elsewhere, for its server;
/// another for the server it is looked at.
fn is_theirs(lane: &CaseLane, by: &Settler<'_>, outcome: &str) -> bool {
    let is_withdrawn = outcome == "withdrawn";
    let is_there = !lane.is_ours && by.actor.ap_id.authority() == Some(lane.host.as_str());
    let is_their_server = is_there && (by.speaks_for_server || is_withdrawn);
    lane.closed_at.is_none()
        && match lane.lane {
            Lane::Group => !is_withdrawn && (by.moderates || is_their_server),
            Lane::Home => is_their_server,
            Lane::Target | Lane::Instance => is_their_server && !is_withdrawn,
        }
}

async fn close_lane(
    app: &App,
    tx: &mut Tx,
    current: &case::Case,
    lane: Lane,
    by: ActorId,
    outcome: &str,
) -> Result<bool, StoreError> {
    if !case::close_lane(tx, current.id, lane, outcome, Some(by), app.now()).await? {
        return Ok(false);
    }
    let happening = Happening {
        id: app.new_id(),
        kind: HappeningKind::LaneClosed,
        lane: Some(lane),
        by: Some(by),
        text: Some(outcome.to_owned()),
        at: app.now(),
    };
    case::add_happening(tx, current.id, &happening).await?;
    case::settle(tx, current, app.now()).await?;
    Ok(true)
}
