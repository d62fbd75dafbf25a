//! Looking at who voted, where votes are only counted: by way of a case, and noted in its history.

use guildhall_domain::{
    CaseId, EntryId,
    moderation::case::Subject,
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    case::HappeningKind,
    entry::{self, Entry},
};

use super::{CaseError, Desk};
use crate::{
    App, Viewer,
    read::{Page, PageRequest, VoterView, voters},
};

/// The votes on an entry with their voters, for a moderator of its group who looks at an open case about it or about its
/// author. That they looked, and when, is noted in the history of the case.
///
/// # Errors
/// [`CaseError::NotPermitted`] also for admins who do not moderate the group; [`CaseError::NotApplicable`] where the case is
/// about something else; [`CaseError::Closed`].
pub async fn look_at_voters(
    app: &App,
    viewer: &Viewer,
    id: CaseId,
    entry: EntryId,
    request: PageRequest,
) -> Result<Page<VoterView>, CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    if !desk.moderates {
        return Err(NotPermitted::Missing { permission: Permission::Cases, is_staff: false }.into());
    }
    let found = entry::find(&app.store, entry).await?.filter(|entry| is_in(&desk, entry));
    let Some(found) = found else {
        return Err(CaseError::NotApplicable("this case is about something else"));
    };
    let mut tx = app.begin().await?;
    if desk.lock(app, &mut tx).await?.closed_at.is_some() {
        return Err(CaseError::Closed);
    }
    let text = format!("{} {}", found.kind.as_str(), found.id);
    desk.happen(app, &mut tx, (HappeningKind::VotersSeen, None), Some(text)).await?;
    tx.commit().await?;
    Ok(voters::page(app, entry, request).await?)
}

/// Whether a case is about an entry or its author, in the group whose moderators have it.
fn is_in(desk: &Desk, entry: &Entry) -> bool {
    let is_about = match &desk.case.subject {
        Subject::Entry(about) => *about == entry.id,
        Subject::Person(about) => *about == entry.author_id,
        Subject::Group(_) | Subject::Host(_) | Subject::Rule(_) => false,
    };
    is_about && desk.group_is_local && desk.case.group == Some(entry.group_id)
}
