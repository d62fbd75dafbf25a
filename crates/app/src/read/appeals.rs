//! Appeals, for those who decide about them.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, AppealId, GroupId, Timestamp,
    moderation::AppealOutcome,
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    StoreError,
    appeal::{self, Appeal},
    decision,
};

use crate::{
    App, Viewer,
    read::{
        Cursor, DecisionView, Page, PageRequest, PersonRef,
        decisions::{self, Reader},
        names,
    },
    staff,
};

/// An appeal.
#[derive(Debug, Clone)]
pub struct AppealView {
    /// Our key.
    pub id: AppealId,
    /// Who objects.
    pub person: Option<PersonRef>,
    /// In their words: plain text.
    pub text: String,
    /// What it is about.
    pub decision: Option<DecisionView>,
    /// When it was made.
    pub at: Timestamp,
    /// What became of it, and why; `None` while it is open.
    pub outcome: Option<(AppealOutcome, String)>,
    /// Who decided it.
    pub by: Option<PersonRef>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// Why appeals are not shown.
#[derive(Debug, thiserror::Error)]
pub enum AppealsError {
    /// They are for the moderators of the group.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Those against decisions for the whole instance are for its admins.
    #[error("only admins of this instance see the appeals against what was decided for all of it")]
    NotAdmin,
    /// Reading failed.
    #[error("reading the appeals failed")]
    Store(#[from] StoreError),
}

/// The open appeals of a group, longest waiting first.
///
/// # Errors
/// [`AppealsError::NotPermitted`] for anybody but its moderators and the instance's admins.
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<AppealView>, AppealsError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    list_open(app, Some(group), request).await
}

/// The open appeals against decisions for the whole instance, longest waiting first.
///
/// # Errors
/// [`AppealsError::NotAdmin`] for anybody but its admins.
pub async fn of_instance(
    app: &App,
    viewer: &Viewer,
    request: PageRequest,
) -> Result<Page<AppealView>, AppealsError> {
    if !viewer.is_admin {
        return Err(AppealsError::NotAdmin);
    }
    list_open(app, None, request).await
}

async fn list_open(
    app: &App,
    group: Option<GroupId>,
    request: PageRequest,
) -> Result<Page<AppealView>, AppealsError> {
    let after = request.after.map(|cursor| AppealId(cursor.id));
    let found = appeal::list_open(&app.store, group, after, request.limit() + 1).await?;
    let page = request.page(found, |appeal| Cursor { key: 0, id: appeal.id.0 });
    let mut items = Vec::with_capacity(page.items.len());
    for appeal in page.items {
        items.push(view(app, appeal).await?);
    }
    Ok(Page { items, next: page.next })
}

/// An appeal as those are shown it who decide about it.
pub async fn view(app: &App, appeal: Appeal) -> Result<AppealView, StoreError> {
    let named: Vec<ActorId> = [Some(appeal.actor), appeal.settled.as_ref().map(|settled| settled.by)]
        .into_iter()
        .flatten()
        .collect();
    let people: HashMap<ActorId, PersonRef> = names::people(app, named).await?;
    let about = decision::find(&app.store, appeal.decision).await?;
    let about = Page { items: about.into_iter().collect(), next: None };
    Ok(AppealView {
        id: appeal.id,
        person: people.get(&appeal.actor).cloned(),
        text: appeal.text,
        decision: decisions::views(app, about, Reader::Keeper).await?.items.pop(),
        at: appeal.created_at,
        by: appeal.settled.as_ref().and_then(|settled| people.get(&settled.by).cloned()),
        decided_at: appeal.settled.as_ref().map(|settled| settled.at),
        outcome: appeal.settled.map(|settled| (settled.outcome, settled.reason)),
    })
}
