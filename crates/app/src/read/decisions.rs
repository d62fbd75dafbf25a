//! What was decided, as its records say: for admins, for moderators, and for the author of what it is about.

use std::collections::HashMap;

use guildhall_domain::{
    ActorId, CaseId, DecisionId, EntryId, GroupId, Timestamp,
    admission::Layer,
    content::EntryKind,
    moderation::{Decision, DecisionAction, Target, WrittenRule, open_rule},
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    StoreError, decision,
    entry::{self, Entry},
};

use crate::{
    App, Viewer,
    queue::may_see,
    read::{Cursor, Page, PageRequest, PersonRef, entries, names},
    staff,
};

/// A decision.
#[derive(Debug, Clone)]
pub struct DecisionView {
    /// Our key.
    pub id: DecisionId,
    /// What was decided.
    pub action: DecisionAction,
    /// The post or comment it is about.
    pub entry: Option<(EntryId, EntryKind)>,
    /// Whom it concerns: the author of the entry, or the person it is about.
    pub person: Option<PersonRef>,
    /// The host it is about.
    pub host: Option<String>,
    /// The layer that decided.
    pub layer: Layer,
    /// The rule, by its fixed name.
    pub rule: Option<String>,
    /// The rule that the group has written down.
    pub written_rule: Option<WrittenRule>,
    /// The reason given.
    pub reason: Option<String>,
    /// What moderators noted; for them alone.
    pub note: Option<String>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Who decided; `None` where a rule did, and for readers who are not told.
    pub by: Option<PersonRef>,
    /// The case it was made in; for moderators alone.
    pub case: Option<CaseId>,
    /// The decision that this one takes back.
    pub undoes: Option<DecisionId>,
    /// When.
    pub at: Timestamp,
}

/// Why decisions are not shown.
#[derive(Debug, thiserror::Error)]
pub enum DecisionsError {
    /// No such entry, or nothing the reader may know of.
    #[error("no such entry")]
    NotFound,
    /// Those of a whole group are for its moderators.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Those of the whole instance are for its admins.
    #[error("only admins of this instance see what was decided for all of it")]
    NotAdmin,
    /// Those of an entry are for its author too.
    #[error("only the author and the moderators of the group see what was decided about this")]
    NotConcerned,
    /// Reading failed.
    #[error("reading the decisions failed")]
    Store(#[from] StoreError),
}

/// The decisions of a group, newest first.
///
/// # Errors
/// [`DecisionsError::NotPermitted`] for anybody but its moderators and the instance's admins.
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    request: PageRequest,
) -> Result<Page<DecisionView>, DecisionsError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let before = request.after.map(|cursor| DecisionId(cursor.id));
    let found = decision::list_of_group_before(&app.store, group, before, request.limit() + 1).await?;
    Ok(views(app, request.page(found, by_id), Reader::Keeper).await?)
}

/// The decisions for the whole instance, newest first.
///
/// # Errors
/// [`DecisionsError::NotAdmin`] for anybody but its admins.
pub async fn of_instance(
    app: &App,
    viewer: &Viewer,
    request: PageRequest,
) -> Result<Page<DecisionView>, DecisionsError> {
    if !viewer.is_admin {
        return Err(DecisionsError::NotAdmin);
    }
    let before = request.after.map(|cursor| DecisionId(cursor.id));
    let found = decision::list_of_instance_before(&app.store, before, request.limit() + 1).await?;
    Ok(views(app, request.page(found, by_id), Reader::Keeper).await?)
}

/// The decisions about a post or comment, oldest first. Its author is told who decided where the group signs by name.
///
/// # Errors
/// [`DecisionsError::NotFound`] where the viewer sees nothing of it, [`DecisionsError::NotConcerned`] where they see it
/// but are neither its author, nor a moderator of its group, nor an admin.
pub async fn of_entry(
    app: &App,
    viewer: &Viewer,
    id: EntryId,
    kind: EntryKind,
    request: PageRequest,
) -> Result<Page<DecisionView>, DecisionsError> {
    let found = entry::find(&app.store, id).await?.filter(|entry| entry.kind == kind);
    let entry = found.ok_or(DecisionsError::NotFound)?;
    let moderates = may_see(app, viewer, entry.group_id).await?;
    if !moderates && viewer.actor != Some(entry.author_id) {
        let seen = entries::find(app, viewer, id).await?;
        return Err(if seen.is_some() { DecisionsError::NotConcerned } else { DecisionsError::NotFound });
    }
    let after = request.after.map(|cursor| DecisionId(cursor.id));
    let found = decision::list_of_entry(&app.store, id, after, request.limit() + 1).await?;
    let reader = Reader::about(entry.group_id, viewer, moderates);
    Ok(views(app, request.page(found, by_id), reader).await?)
}

/// Who reads decisions, which decides how much of them is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Whose business all of them are: an admin, or a moderator who reads those of their own group alone.
    Keeper,
    /// A moderator of this group. What another one decided about an entry before it was moved is shown as to its author.
    Of(GroupId),
    /// Whom they are about.
    Concerned,
}

impl Reader {
    /// Somebody who reads about something in `group`, and may see it as one who `moderates` that, or else as its author.
    pub(crate) fn about(group: GroupId, viewer: &Viewer, moderates: bool) -> Self {
        match moderates {
            _ if viewer.is_admin => Self::Keeper,
            true => Self::Of(group),
            false => Self::Concerned,
        }
    }

    fn sees_all_of(self, decision: &Decision) -> bool {
        match self {
            Self::Keeper => true,
            Self::Of(group) => decision.group == Some(group),
            Self::Concerned => false,
        }
    }

    /// The rule that decided: what a group calls its automatic ones is for its moderators.
    fn rule_of(self, decision: &Decision) -> Option<String> {
        if self.sees_all_of(decision) {
            decision.rule.clone()
        } else {
            open_rule(decision).map(str::to_owned)
        }
    }
}

/// Decisions as they are shown.
pub(crate) async fn told(
    app: &App,
    decisions: Vec<Decision>,
    reader: Reader,
) -> Result<Vec<DecisionView>, StoreError> {
    Ok(views(app, Page { items: decisions, next: None }, reader).await?.items)
}

fn by_id(decision: &Decision) -> Cursor {
    Cursor { key: 0, id: decision.id.0 }
}

pub(super) async fn views(
    app: &App,
    page: Page<Decision>,
    reader: Reader,
) -> Result<Page<DecisionView>, StoreError> {
    let about: Vec<EntryId> = page.items.iter().filter_map(entry_of).collect();
    let about = entry::list_by_ids(&app.store, &about).await?;
    let about: HashMap<EntryId, Entry> = about.into_iter().map(|entry| (entry.id, entry)).collect();
    let whom = |decision: &Decision| match &decision.target {
        Target::Actor(actor) => Some(*actor),
        Target::Entry(entry) => about.get(entry).map(|entry| entry.author_id),
        Target::Host(_) => None,
    };
    let named: Vec<ActorId> =
        page.items.iter().flat_map(|decision| [whom(decision), decision.by]).flatten().collect();
    let people = names::people(app, named).await?;
    let name = |actor: Option<ActorId>| actor.and_then(|actor| people.get(&actor).cloned());
    let view = |decision: Decision| DecisionView {
        id: decision.id,
        action: decision.action,
        entry: entry_of(&decision).and_then(|id| about.get(&id)).map(|entry| (entry.id, entry.kind)),
        person: name(whom(&decision)),
        host: host_of(&decision),
        layer: decision.layer,
        by: name(if reader.sees_all_of(&decision) { decision.by } else { decision.signer() }),
        rule: reader.rule_of(&decision),
        note: decision.note.clone().filter(|_| reader.sees_all_of(&decision)),
        case: decision.case.filter(|_| reader.sees_all_of(&decision)),
        written_rule: decision.written_rule,
        reason: decision.reason,
        undoes: decision.undoes,
        until: decision.until,
        at: decision.at,
    };
    Ok(Page { items: page.items.into_iter().map(view).collect(), next: page.next })
}

fn entry_of(decision: &Decision) -> Option<EntryId> {
    match decision.target {
        Target::Entry(entry) => Some(entry),
        Target::Actor(_) | Target::Host(_) => None,
    }
}

fn host_of(decision: &Decision) -> Option<String> {
    match &decision.target {
        Target::Host(host) => Some(host.clone()),
        Target::Actor(_) | Target::Entry(_) => None,
    }
}
