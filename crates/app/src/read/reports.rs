//! What was reported to the moderators of a group.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, CaseId, EntryId, GroupId, Timestamp,
    content::EntryKind,
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    StoreError, entry,
    report::{self, Report},
};

use crate::{
    App, Viewer,
    read::{Cursor, Page, PageRequest, PersonRef, names},
    staff,
};

/// A report.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// Our key.
    pub id: i64,
    /// Who reports: a person, or the actor of the server that reports for one of its people (Mastodon).
    pub reporter: PersonRef,
    /// The post or comment it is about.
    pub entry: Option<(EntryId, EntryKind)>,
    /// Whom it is about.
    pub person: Option<PersonRef>,
    /// What they say: plain text.
    pub text: String,
    /// When it came in.
    pub at: Timestamp,
    /// When it was taken back.
    pub withdrawn_at: Option<Timestamp>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
}

/// Why reports are not shown.
#[derive(Debug, thiserror::Error)]
pub enum ReportsError {
    /// They are for the moderators of the group.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Reading failed.
    #[error("reading the reports failed")]
    Store(#[from] StoreError),
}

/// The reports to the moderators of a group, newest first. Moderators do not see those about themselves.
///
/// # Errors
/// [`ReportsError::NotPermitted`] for anybody but its moderators and the instance's admins.
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<ReportView>, ReportsError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let before = request.after.map(|cursor| cursor.id);
    let found =
        report::list_of_group_before(&app.store, group, viewer.concerned(), before, request.limit() + 1)
            .await?;
    let page = request.page(found, |report| Cursor { key: 0, id: report.id });
    Ok(views(app, page).await?)
}

pub(super) async fn views(app: &App, page: Page<Report>) -> Result<Page<ReportView>, StoreError> {
    let about: Vec<EntryId> = page.items.iter().filter_map(|report| report.entry).collect();
    let about = entry::list_by_ids(&app.store, &about).await?;
    let kinds: HashMap<EntryId, EntryKind> = about.iter().map(|entry| (entry.id, entry.kind)).collect();
    let named: Vec<ActorId> =
        page.items.iter().flat_map(|report| [Some(report.reporter), report.actor]).flatten().collect();
    let people = names::people(app, named).await?;
    let view = |report: Report| {
        let reporter =
            people.get(&report.reporter).ok_or_else(|| StoreError::corrupt("report", report.id))?;
        Ok(ReportView {
            id: report.id,
            reporter: reporter.clone(),
            entry: report.entry.and_then(|id| Some((id, *kinds.get(&id)?))),
            person: report.actor.and_then(|actor| people.get(&actor).cloned()),
            text: report.text,
            at: report.at,
            withdrawn_at: report.withdrawn_at,
            case: report.case,
        })
    };
    let items = page.items.into_iter().map(view).collect::<Result<_, StoreError>>()?;
    Ok(Page { items, next: page.next })
}
