//! What somebody was told, for their own eyes.

use std::collections::HashMap;

use guildhall_domain::{
    AppealId, DecisionId, GroupId, NoticeId, Timestamp,
    moderation::{AppealOutcome, Decision, NoticeKind, appeal_until, is_appealable},
};
use guildhall_store::{
    StoreError, appeal, decision,
    notice::{self, Notice},
};

use crate::{
    App, Viewer,
    read::{Cursor, DecisionView, GroupRef, Page, PageRequest, decisions, names},
};

pub use crate::notice::NoticeError;

/// A notice.
#[derive(Debug, Clone)]
pub struct NoticeView {
    /// Our key.
    pub id: NoticeId,
    /// What for.
    pub kind: NoticeKind,
    /// Plain text of several lines, in the group's language.
    pub text: String,
    /// The group that tells it.
    pub group: Option<GroupRef>,
    /// The decision it is about, as the one concerned is shown it.
    pub decision: Option<DecisionView>,
    /// What can be done against it, or became of that.
    pub appeal: Option<AppealState>,
    /// When.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
}

/// How it stands with an appeal, for the person concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppealState {
    /// One can be made until then.
    Possible(Timestamp),
    /// It was made.
    Open(AppealId),
    /// It was decided, for this reason.
    Decided(AppealId, AppealOutcome, String),
}

/// What the viewer was told, newest first; nothing for who is not signed in.
pub async fn list(app: &App, viewer: &Viewer, request: PageRequest) -> Result<Page<NoticeView>, StoreError> {
    let Some(actor) = viewer.actor else { return Ok(Page { items: Vec::new(), next: None }) };
    let before = request.after.map(|cursor| NoticeId(cursor.id));
    let found = notice::list_of_actor_before(&app.store, actor, before, request.limit() + 1).await?;
    let page = request.page(found, |notice| Cursor { key: 0, id: notice.id.0 });
    Ok(Page { items: views(app, page.items).await?, next: page.next })
}

/// One of them.
///
/// # Errors
/// [`NoticeError::NotFound`] for somebody else's too.
pub async fn find(app: &App, viewer: &Viewer, id: NoticeId) -> Result<NoticeView, NoticeError> {
    let found = notice::find(&app.store, id).await?;
    let found = found.filter(|found| viewer.actor == Some(found.actor)).ok_or(NoticeError::NotFound)?;
    views(app, vec![found]).await?.pop().ok_or(NoticeError::NotFound)
}

async fn views(app: &App, notices: Vec<Notice>) -> Result<Vec<NoticeView>, StoreError> {
    let groups = names::groups(app, notices.iter().filter_map(|notice| notice.group).collect()).await?;
    let mut decided = HashMap::new();
    for id in notices.iter().filter_map(|notice| notice.decision) {
        if let Some(found) = decision::find(&app.store, id).await? {
            decided.insert(id, found);
        }
    }
    let mut shown = Vec::with_capacity(notices.len());
    for notice in notices {
        let about = notice.decision.and_then(|id| decided.get(&id));
        // Who is to decide an appeal is told which, and how it stands.
        let is_judge = notice.kind == NoticeKind::Appeal;
        shown.push(NoticeView {
            id: notice.id,
            kind: notice.kind,
            text: notice.text,
            group: notice.group.and_then(|group| groups.get(&group).cloned()),
            appeal: match about {
                Some(about) => {
                    let state = state_of(app, about).await?;
                    state.filter(|state| !is_judge || !matches!(state, AppealState::Possible(_)))
                }
                None => None,
            },
            decision: match about {
                Some(about) => view_of(app, about).await?,
                None => None,
            },
            at: notice.created_at,
            read_at: notice.read_at,
        });
    }
    Ok(shown)
}

async fn view_of(app: &App, decision: &Decision) -> Result<Option<DecisionView>, StoreError> {
    let page = Page { items: vec![decision.clone()], next: None };
    Ok(decisions::views(app, page, decisions::Reader::Concerned).await?.items.pop())
}

async fn state_of(app: &App, decision: &Decision) -> Result<Option<AppealState>, StoreError> {
    if let Some(made) = appeal::find_against(&app.store, decision.id).await? {
        return Ok(Some(match made.settled {
            Some(settled) => AppealState::Decided(made.id, settled.outcome, settled.reason),
            None => AppealState::Open(made.id),
        }));
    }
    let Some(days) = days_of(app, decision.group).await?.filter(|days| *days > 0) else { return Ok(None) };
    let until = appeal_until(decision.at, days);
    let is_possible = is_appealable(decision.action) && !app.now().is_after(until);
    Ok(is_possible.then_some(AppealState::Possible(until)))
}

async fn days_of(app: &App, group: Option<GroupId>) -> Result<Option<i64>, StoreError> {
    match group {
        Some(group) => match guildhall_store::group::find(&app.store, group).await? {
            Some(found) if found.is_local => Ok(Some(appeal::find_days(&app.store, group).await?)),
            _ => Ok(None),
        },
        None => Ok(Some(guildhall_domain::moderation::APPEAL_DAYS)),
    }
}

/// The decision that a notice of the viewer's is about, to appeal against.
///
/// # Errors
/// [`NoticeError::NotFound`] where there is none.
pub async fn decision_of(app: &App, viewer: &Viewer, id: NoticeId) -> Result<DecisionId, NoticeError> {
    let found = notice::find(&app.store, id).await?;
    let found = found.filter(|found| viewer.actor == Some(found.actor)).ok_or(NoticeError::NotFound)?;
    found.decision.ok_or(NoticeError::NotFound)
}
