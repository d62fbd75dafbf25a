//! Acting on a case: one request, one transaction, however many actions it names. Each leaves its decision.

mod scene;
mod step;

use guildhall_domain::{CaseId, EntryId, moderation::case::CaseAction};

use scene::Scene;
pub(super) use scene::grounds;

use super::{CaseError, Desk, wave};
use crate::{App, Viewer, entry::carry_out};

/// What is to be done in a case, and on which grounds.
#[derive(Debug, Clone, Default)]
pub struct Act {
    /// In this order.
    pub actions: Vec<CaseAction>,
    /// Which of the posts and comments of the case; all where none is named.
    pub entries: Vec<EntryId>,
    /// The reason shown to the person concerned.
    pub reason: Option<String>,
    /// Instead of a reason: the name of a prepared text, and its language; the group's where that is left out.
    pub prepared: Option<(String, Option<String>)>,
    /// The number of the group's rule it rests on.
    pub rule_number: Option<i64>,
    /// For moderators alone.
    pub note: Option<String>,
    /// Whether the case stays open.
    pub stays_open: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acted {
    /// Posts and comments decided about.
    pub entries: usize,
    /// How many of a wave are left: the request is to be sent again.
    pub left: usize,
    /// Whether the case is closed for those who acted.
    pub is_closed: bool,
}

/// Acts on a case, and closes it for those who act.
///
/// # Errors
/// [`CaseError`]; nothing is written then.
pub async fn act(app: &App, viewer: &Viewer, id: CaseId, command: Act) -> Result<Acted, CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    if desk.open_lanes().is_empty() {
        return Err(CaseError::Closed);
    }
    if command.actions.is_empty() {
        return Err(CaseError::NotApplicable("name at least one action"));
    }
    if let Some(action) = wave::action_of(&desk.case.subject, &command)? {
        return wave::act(app, &desk, &command, action).await;
    }
    let scene = Scene::find(app, &desk, &command).await?;
    let mut tx = app.begin().await?;
    let done = scene.play(app, &mut tx, &desk, &command).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    app.signals.received.notify_one();
    for removal in &done.removals {
        carry_out(app, removal).await;
    }
    Ok(Acted { entries: scene.entries.len(), left: 0, is_closed: done.is_closed })
}
