//! What somebody is in a group, and why not more.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{End, Sanction, Standing},
    membership::MembershipState,
    moderation::{Decision, DecisionAction},
};
use guildhall_store::{
    StoreError, decision,
    membership::{self, Place},
};

use crate::App;

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// Nothing: they never asked, or left.
    None,
    /// Somebody who asked and waits for the answer.
    Pending,
    /// A member.
    Member,
    /// A moderator, member or not.
    Moderator,
    /// Somebody whose request was refused.
    Refused,
    /// Somebody who may not take part.
    Banned,
}

/// What somebody is in a group, as they are shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipView {
    /// What they are.
    pub state: Belonging,
    /// Why they were refused or banned, where a reason was given.
    pub reason: Option<String>,
    /// When the ban ends by itself; `None` without end, and for every other state.
    pub until: Option<Timestamp>,
    /// When they were refused or banned, where the group decided that.
    pub at: Option<Timestamp>,
}

impl MembershipView {
    fn plain(state: Belonging) -> Self {
        Self { state, reason: None, until: None, at: None }
    }

    fn decided(state: Belonging, until: Option<Timestamp>, decision: Option<Decision>) -> Self {
        let (reason, at) = decision.map_or((None, None), |decision| (decision.reason, Some(decision.at)));
        Self { state, reason, until, at }
    }
}

/// What `actor` is in a group, hosted here or elsewhere; for their own eyes. `None`: no such group.
///
/// A ban outranks all, as it does at the door. Who was refused and asked again is waiting, not refused.
pub async fn find(app: &App, group: GroupId, actor: ActorId) -> Result<Option<MembershipView>, StoreError> {
    let Some(place) = membership::find_place(&app.store, group, actor).await? else {
        return Ok(None);
    };
    if let Some(until) = place.standing.end_of(Sanction::Ban, app.now()) {
        return banned(app, group, actor, &place.standing, until).await.map(Some);
    }
    if let Some(state) = present(&place) {
        return Ok(Some(MembershipView::plain(state)));
    }
    let answers = [DecisionAction::Admit, DecisionAction::Refuse];
    let answer = decision::find_latest_about(&app.store, group, actor, &answers).await?;
    Ok(Some(match answer {
        Some(no) if no.action == DecisionAction::Refuse => {
            MembershipView::decided(Belonging::Refused, None, Some(no))
        }
        Some(_) | None => MembershipView::plain(Belonging::None),
    }))
}

fn present(place: &Place) -> Option<Belonging> {
    match (place.is_moderator, place.membership) {
        (true, _) => Some(Belonging::Moderator),
        (false, Some(MembershipState::Member)) => Some(Belonging::Member),
        (false, Some(MembershipState::Pending)) => Some(Belonging::Pending),
        (false, None) => None,
    }
}

/// A ban of the instance has no record in the group: its reason is not the group's to give.
async fn banned(
    app: &App,
    group: GroupId,
    actor: ActorId,
    standing: &Standing,
    end: End,
) -> Result<MembershipView, StoreError> {
    let decision = if standing.of_group().is_banned(app.now()) {
        decision::find_latest_about(&app.store, group, actor, &[DecisionAction::Ban]).await?
    } else {
        None
    };
    Ok(MembershipView::decided(Belonging::Banned, end.moment(), decision))
}
