//! Opening a case, or joining the one that is open about the same.

use guildhall_domain::{
    ActorId, CaseId, GroupId,
    moderation::case::{Home, Lane, Subject},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    case::{self, Case, Happening, HappeningKind},
};

use crate::App;

/// The longest title of a case, in characters.
const MAX_TITLE_LENGTH: usize = 200;

/// What is to be looked at, and by whom.
pub(super) struct Opening<'a> {
    /// Whose moderators; `None`: those who run the instance alone.
    pub(super) group: Option<GroupId>,
    pub(super) subject: Subject,
    pub(super) title: &'a str,
    pub(super) person: Option<ActorId>,
    pub(super) lanes: Vec<(Lane, Home)>,
}

/// A case that is open until the transaction ends.
pub(super) struct Opened {
    pub(super) case: CaseId,
    /// Whether it was opened just now.
    pub(super) is_new: bool,
}

/// The open case about something; a new one where there is none. It stays open until `tx` ends.
pub(super) async fn open_or_join(
    app: &App,
    tx: &mut Tx,
    opening: &Opening<'_>,
) -> Result<Opened, StoreError> {
    let (group, subject) = (opening.group, &opening.subject);
    if let Some(known) = case::share_open(tx, group, subject).await? {
        open_lanes(app, tx, known, &opening.lanes).await?;
        return Ok(Opened { case: known, is_new: false });
    }
    let new = Case {
        id: CaseId(app.new_id()),
        group,
        subject: subject.clone(),
        title: shorten(opening.title, MAX_TITLE_LENGTH),
        person: opening.person,
        assignee: None,
        opened_at: app.now(),
        closed_at: None,
    };
    let is_new = case::insert(tx, &new).await?;
    let Some(case) = case::share_open(tx, group, subject).await? else {
        // Somebody else opened it, and it was closed since.
        return Err(StoreError::corrupt("case", new.id));
    };
    if is_new {
        happen(app, tx, case, HappeningKind::Opened, None).await?;
    }
    open_lanes(app, tx, case, &opening.lanes).await?;
    Ok(Opened { case, is_new })
}

/// Opens lanes that are not open; looked at first, so that those who join do not wait for each other.
pub(super) async fn open_lanes(
    app: &App,
    tx: &mut Tx,
    id: CaseId,
    lanes: &[(Lane, Home)],
) -> Result<(), StoreError> {
    let known = case::list_lanes(tx, id).await?;
    for (lane, home) in lanes {
        if known.iter().any(|known| known.lane == *lane && known.closed_at.is_none()) {
            continue;
        }
        let (host, is_ours) = match home {
            Home::Here => (app.site.host.as_str(), true),
            Home::Elsewhere(host) => (host.as_str(), false),
        };
        case::open_lane(tx, id, *lane, host, is_ours, app.now()).await?;
        happen(app, tx, id, HappeningKind::LaneOpened, Some(*lane)).await?;
    }
    Ok(())
}

async fn happen(
    app: &App,
    tx: &mut Tx,
    id: CaseId,
    kind: HappeningKind,
    lane: Option<Lane>,
) -> Result<(), StoreError> {
    let happening = Happening { id: app.new_id(), kind, lane, by: None, text: None, at: app.now() };
    case::add_happening(tx, id, &happening).await
}

/// Where an actor lives: by the server that speaks for it.
pub(super) fn home_of(actor: &Actor) -> Home {
    if actor.is_local {
        return Home::Here;
    }
    Home::Elsewhere(actor.ap_id.authority().unwrap_or(&actor.host).to_owned())
}
