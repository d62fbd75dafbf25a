//! Who may look at a case and on whose behalf; claiming it, noting something, closing and opening its lanes.

use guildhall_domain::{
    ActorId, CaseId, GroupId,
    event::{Cause, EventKind},
    moderation::{DecisionAction, Signed, case::Lane},
    staff::{Permission, needed_for},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    case::{self, Case, CaseLane, Happening, HappeningKind},
    group,
};

use super::CaseError;
use crate::{App, Viewer, cause, instance, staff};

/// The longest private note, in characters.
const MAX_NOTE_LENGTH: usize = 5_000;

/// Somebody before a case that they may look at.
pub(crate) struct Desk {
    pub(crate) case: Case,
    pub(crate) lanes: Vec<CaseLane>,
    /// As whom they act: a moderator, the group where an admin stands in for them, or the instance.
    pub(crate) by: ActorId,
    /// Who it is, for what is not told to anybody.
    pub(crate) person: ActorId,
    /// Whether they look after the group, and may see its cases.
    pub(crate) moderates: bool,
    pub(crate) group_is_local: bool,
}

impl Desk {
    /// Whom the case is about does not look at it as a moderator: they would read who reported them. Admins look at it for
    /// the group, or for those who run the instance.
    ///
    /// # Errors
    /// [`CaseError::NotFound`] also for who may not look at it: that there is one is nobody else's affair.
    pub(crate) async fn open(app: &App, viewer: &Viewer, id: CaseId) -> Result<Self, CaseError> {
        let found = case::find(&app.store, id).await?.ok_or(CaseError::NotFound)?;
        let moderates = match (found.group, viewer.actor) {
            (Some(group), Some(actor)) if found.person != Some(actor) => {
                let own = Viewer { actor: Some(actor), ..Viewer::anonymous() };
                staff::may(app, &own, group, Permission::Cases).await?
            }
            _ => false,
        };
        if !moderates && !viewer.is_admin {
            return Err(CaseError::NotFound);
        }
        let group_is_local = match found.group {
            Some(group) => group::find(&app.store, group).await?.is_some_and(|group| group.is_local),
            None => false,
        };
        let person = match viewer.actor {
            Some(actor) => actor,
            None => instance::ensure_actor(app).await?.id,
        };
        let by = match found.group {
            Some(group) if !moderates && group_is_local => group.actor(),
            _ => person,
        };
        let lanes = case::list_lanes_of(&app.store, id).await?;
        Ok(Self { case: found, lanes, by, person, moderates, group_is_local })
    }

    /// The group that they act for; `None`: the whole instance.
    pub(crate) fn scope(&self) -> Option<GroupId> {
        self.case.group.filter(|_| self.moderates || (self.group_is_local && !self.has_open_of_instance()))
    }

    /// The open lanes of this server that are theirs to close: of moderators the group's, of admins their own, and the
    /// group's where there is none.
    pub(crate) fn open_lanes(&self) -> Vec<Lane> {
        let is_theirs = |lane: Lane| (lane == Lane::Group) == self.scope().is_some();
        let open = |lane: &&CaseLane| lane.closed_at.is_none() && (lane.is_ours || self.moderates);
        self.lanes.iter().filter(open).map(|lane| lane.lane).filter(|lane| is_theirs(*lane)).collect()
    }

    /// Whether one of those lanes is open now that the case is locked.
    pub(crate) async fn has_open_lane(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let theirs = self.open_lanes();
        let now = case::list_lanes(tx, self.case.id).await?;
        Ok(now.iter().any(|lane| lane.closed_at.is_none() && theirs.contains(&lane.lane)))
    }

    fn has_open_of_instance(&self) -> bool {
        let is_of_instance = |lane: &CaseLane| lane.is_ours && lane.lane != Lane::Group;
        self.lanes.iter().any(|lane| is_of_instance(lane) && lane.closed_at.is_none())
    }

    /// Makes sure that they may make a decision: those who run the instance may where it is theirs.
    pub(crate) async fn demand(
        &self,
        app: &App,
        tx: &mut Tx,
        action: DecisionAction,
    ) -> Result<(), CaseError> {
        let (Some(group), true) = (self.case.group, self.moderates) else { return Ok(()) };
        let powers = staff::powers(app, tx, group, self.by).await?;
        Ok(needed_for(action).map_or(Ok(()), |permission| powers.demand(permission))?)
    }

    /// Locks the case, and its group before it; asks once more whether they may see it.
    pub(crate) async fn lock(&self, app: &App, tx: &mut Tx) -> Result<Case, CaseError> {
        if let Some(group) = self.case.group {
            group::lock(tx, group).await?;
            if self.moderates {
                staff::powers(app, tx, group, self.by).await?.demand(Permission::Cases)?;
            }
        }
        case::lock(tx, self.case.id).await?.ok_or(CaseError::NotFound)
    }

    /// Notes in the history that they did something.
    pub(crate) async fn happen(
        &self,
        app: &App,
        tx: &mut Tx,
        (kind, lane): (HappeningKind, Option<Lane>),
        text: Option<String>,
    ) -> Result<(), StoreError> {
        let by = Some(self.person);
        let happening = Happening { id: app.new_id(), kind, lane, by, text, at: app.now() };
        case::add_happening(tx, self.case.id, &happening).await
    }

    /// Closes the lanes that are theirs; `outcome`: how. `false`: none was open.
    pub(crate) async fn close_lanes(&self, app: &App, tx: &mut Tx, outcome: &str) -> Result<bool, CaseError> {
        let mut is_closed = false;
        for lane in self.open_lanes() {
            if case::close_lane(tx, self.case.id, lane, outcome, Some(self.person), app.now()).await? {
                let what = (HappeningKind::LaneClosed, Some(lane));
                self.happen(app, tx, what, Some(outcome.to_owned())).await?;
                if lane == Lane::Group {
                    self.tell_settled(app, tx).await?;
                }
                is_closed = true;
            }
        }
        let current = case::lock(tx, self.case.id).await?.ok_or(CaseError::NotFound)?;
        case::settle(tx, &current, app.now()).await?;
        Ok(is_closed)
    }

    /// Tells those elsewhere who reported. A group elsewhere says itself when its moderators have done.
    async fn tell_settled(&self, app: &App, tx: &mut Tx) -> Result<(), StoreError> {
        let Some(group) = self.case.group.filter(|_| self.group_is_local) else { return Ok(()) };
        let by = match group::find_signed(tx, group).await? {
            Signed::Name => self.by,
            Signed::Group => group.actor(),
        };
        let told = EventKind::CaseSettled { group, case: self.case.id, by };
        cause::tell(app, tx, Cause::Local, told).await?;
        Ok(())
    }
}

/// Takes a case to look after, whoever had it before.
///
/// # Errors
/// [`CaseError`].
pub async fn claim(app: &App, viewer: &Viewer, id: CaseId) -> Result<(), CaseError> {
    assign(app, viewer, id, true).await
}

/// Leaves a case to whoever wants it.
///
/// # Errors
/// [`CaseError`].
pub async fn release(app: &App, viewer: &Viewer, id: CaseId) -> Result<(), CaseError> {
    assign(app, viewer, id, false).await
}

async fn assign(app: &App, viewer: &Viewer, id: CaseId, is_claimed: bool) -> Result<(), CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    let mut tx = app.begin().await?;
    let current = desk.lock(app, &mut tx).await?;
    let assignee = is_claimed.then_some(desk.person);
    if current.assignee == assignee {
        return Ok(());
    }
    case::set_assignee(&mut tx, id, assignee).await?;
    let kind = if is_claimed { HappeningKind::Claimed } else { HappeningKind::Released };
    desk.happen(app, &mut tx, (kind, None), None).await?;
    Ok(tx.commit().await?)
}

/// Notes something on a case, for those alone who may look at it.
///
/// # Errors
/// [`CaseError`].
pub async fn note(app: &App, viewer: &Viewer, id: CaseId, text: &str) -> Result<(), CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    let text = shorten(text, MAX_NOTE_LENGTH);
    if text.is_empty() {
        return Err(CaseError::NotApplicable("a note without a word says nothing"));
    }
    let mut tx = app.begin().await?;
    desk.happen(app, &mut tx, (HappeningKind::Note, None), Some(text)).await?;
    Ok(tx.commit().await?)
}

/// Closes a case where the asker looks at it, without a decision.
///
/// # Errors
/// [`CaseError::Closed`] where it is.
pub async fn close(app: &App, viewer: &Viewer, id: CaseId) -> Result<(), CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    let mut tx = app.begin().await?;
    desk.lock(app, &mut tx).await?;
    if !desk.close_lanes(app, &mut tx, "closed").await? {
        return Err(CaseError::Closed);
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// Opens a case again where the asker looks at it.
///
/// # Errors
/// [`CaseError::OpenElsewhere`] where there is a new one about the same.
pub async fn reopen(app: &App, viewer: &Viewer, id: CaseId) -> Result<(), CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    let mut tx = app.begin().await?;
    let current = desk.lock(app, &mut tx).await?;
    let theirs = |lane: &&CaseLane| {
        lane.closed_at.is_some()
            && (lane.is_ours || desk.moderates)
            && (lane.lane == Lane::Group) == desk.acts_as_group()
    };
    let closed: Vec<CaseLane> = desk.lanes.iter().filter(theirs).cloned().collect();
    if closed.is_empty() {
        return Err(CaseError::NotApplicable("this case is open"));
    }
    for lane in closed {
        case::open_lane(&mut tx, id, lane.lane, &lane.host, lane.is_ours, app.now()).await?;
        desk.happen(app, &mut tx, (HappeningKind::LaneOpened, Some(lane.lane)), None).await?;
    }
    if !case::settle(&mut tx, &current, app.now()).await? {
        return Err(CaseError::OpenElsewhere);
    }
    Ok(tx.commit().await?)
}

impl Desk {
    /// Whether what they open again is the group's lane: of moderators, and of admins where there is no other.
    fn acts_as_group(&self) -> bool {
        let has_own = self.lanes.iter().any(|lane| lane.is_ours && lane.lane != Lane::Group);
        self.moderates || !has_own
    }
}
