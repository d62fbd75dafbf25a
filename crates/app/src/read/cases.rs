//! Cases as those who look at them read them.

use guildhall_domain::{
    ActorId, CaseId, EntryId, GroupId, Timestamp,
    content::EntryKind,
    moderation::case::{Lane, Subject, SubjectKind},
    staff::{NotPermitted, Permission},
};
use guildhall_store::{
    StoreError, acquaintance,
    case::{self, Case, Counts, Happening, HappeningKind, Item, Which},
    decision, entry, person_note, report,
};

use crate::{
    App, Viewer,
    case::{CaseError, Desk},
    read::{
        Cursor, DecisionView, GroupRef, Page, PageRequest, PersonRef, ReportView, decisions, names, reports,
    },
    staff,
};

pub use guildhall_store::case::CaseLane;

/// The most of a kind that a case shows at once: the latest.
pub const MAX_SHOWN: usize = 200;

/// A case in a list.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// Our key.
    pub id: CaseId,
    /// The group whose moderators look at it.
    pub group: Option<GroupRef>,
    /// What it is about.
    pub kind: SubjectKind,
    /// The host, or the automatic rule, it is about.
    pub name: Option<String>,
    /// The post or comment it is about.
    pub entry: Option<(EntryId, EntryKind)>,
    /// Whom it concerns.
    pub person: Option<PersonRef>,
    /// A line to recognise it by.
    pub title: String,
    /// Who looks after it.
    pub assignee: Option<PersonRef>,
    /// Reports that were not taken back.
    pub reports: i64,
    /// Posts and comments in it, and how many of them are held and published.
    pub counts: Counts,
    /// Who looks at it, each for themselves.
    pub lanes: Vec<CaseLane>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the last lane of this server was closed.
    pub closed_at: Option<Timestamp>,
}

/// A case with all that is in it.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// What the list has of it.
    pub line: CaseLine,
    /// What was said, as it was when it was reported: the first [`MAX_SHOWN`].
    pub evidence: Vec<EvidenceView>,
    /// What happened, oldest first: of each kind the latest [`MAX_SHOWN`].
    pub history: Vec<Past>,
}

/// What was said, as it was when it was reported.
#[derive(Debug, Clone)]
pub struct EvidenceView {
    /// The post or comment.
    pub entry: EntryId,
    /// The handle of its author, as it was.
    pub handle: String,
    /// Its title.
    pub title: Option<String>,
    /// Sanitised HTML.
    pub content_html: String,
    /// The page it was about, and those that it linked to.
    pub links: Vec<String>,
    /// When it was written or last changed, by the author's clock.
    pub written_at: Timestamp,
    /// The automatic rule that attached it.
    pub rule: Option<String>,
    /// When it was kept.
    pub kept_at: Timestamp,
}

/// Something in the history of a case.
#[derive(Debug, Clone)]
pub enum Past {
    /// A report.
    Report(Box<ReportView>),
    /// A decision.
    Decision(Box<DecisionView>),
    /// Anything else: opened, a lane, claimed, a note.
    Happening {
        /// What.
        kind: HappeningKind,
        /// In which lane.
        lane: Option<Lane>,
        /// Who did it.
        by: Option<PersonRef>,
        /// A note, or how a lane ended.
        text: Option<String>,
        /// When.
        at: Timestamp,
    },
}

impl Past {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Report(report) => report.at,
            Self::Decision(decision) => decision.at,
            Self::Happening { at, .. } => *at,
        }
    }
}

/// Which cases are listed.
#[derive(Debug, Clone, Copy)]
pub struct CaseFilter {
    /// Open for those who ask, or not.
    pub is_open: bool,
    /// Looked after by somebody.
    pub assignee: Option<ActorId>,
}

/// Why cases are not listed.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// Those of a group are for its moderators.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Those of the instance are for its admins.
    #[error("only admins of this instance see its cases")]
    NotAdmin,
    /// Reading failed.
    #[error("reading the cases failed")]
    Store(#[from] StoreError),
}

/// The cases of a group, newest first. Moderators do not see those about themselves.
///
/// # Errors
/// [`CasesError::NotPermitted`] for anybody but its moderators and the instance's admins.
pub async fn of_group(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    filter: CaseFilter,
    request: PageRequest,
) -> Result<Page<CaseLine>, CasesError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    Ok(page(app, (Some(group), viewer.concerned()), filter, request).await?)
}

/// The cases that those who run the instance look at, newest first.
///
/// # Errors
/// [`CasesError::NotAdmin`] for anybody but its admins.
pub async fn of_instance(
    app: &App,
    viewer: &Viewer,
    filter: CaseFilter,
    request: PageRequest,
) -> Result<Page<CaseLine>, CasesError> {
    if !viewer.is_admin {
        return Err(CasesError::NotAdmin);
    }
    Ok(page(app, (None, None), filter, request).await?)
}

/// A case with all that is in it.
///
/// # Errors
/// [`CaseError::NotFound`] also for who may not look at it.
pub async fn find(app: &App, viewer: &Viewer, id: CaseId) -> Result<CaseView, CaseError> {
    let desk = Desk::open(app, viewer, id).await?;
    let line = line(app, desk.case).await?;
    let items = case::list_items(&app.store, id, None, MAX_SHOWN).await?;
    Ok(CaseView {
        line,
        evidence: items.into_iter().map(EvidenceView::from).collect(),
        history: history(app, id).await?,
    })
}

async fn page(
    app: &App,
    (group, but_about): (Option<GroupId>, Option<ActorId>),
    filter: CaseFilter,
    request: PageRequest,
) -> Result<Page<CaseLine>, StoreError> {
    let which = Which { group, is_open: filter.is_open, assignee: filter.assignee, but_about };
    let before = request.after.map(|cursor| CaseId(cursor.id));
    let found = case::list_before(&app.store, which, before, request.limit() + 1).await?;
    let page = request.page(found, |case| Cursor { key: 0, id: case.id.0 });
    let mut items = Vec::with_capacity(page.items.len());
    for case in page.items {
        items.push(line(app, case).await?);
    }
    Ok(Page { items, next: page.next })
}

async fn line(app: &App, case: Case) -> Result<CaseLine, StoreError> {
    let named: Vec<ActorId> = [case.person, case.assignee].into_iter().flatten().collect();
    let people = names::people(app, named).await?;
    let person = |id: Option<ActorId>| id.and_then(|id| people.get(&id).cloned());
    let about = match &case.subject {
        Subject::Group(group) => Some(*group),
        Subject::Entry(_) | Subject::Person(_) | Subject::Host(_) | Subject::Rule(_) => None,
    };
    let group = match case.group.or(about) {
        Some(group) => names::groups(app, vec![group]).await?.remove(&group),
        None => None,
    };
    let entry = match case.subject {
        Subject::Entry(entry) => entry::find(&app.store, entry).await?.map(|entry| (entry.id, entry.kind)),
        _ => None,
    };
    Ok(CaseLine {
        id: case.id,
        group,
        kind: case.subject.kind(),
        name: match &case.subject {
            Subject::Host(name) | Subject::Rule(name) => Some(name.clone()),
            Subject::Entry(_) | Subject::Person(_) | Subject::Group(_) => None,
        },
        entry,
        person: person(case.person),
        title: case.title,
        assignee: person(case.assignee),
        reports: report::count_of_case(&app.store, case.id).await?,
        counts: case::count_items(&app.store, case.id).await?,
        lanes: case::list_lanes_of(&app.store, case.id).await?,
        opened_at: case.opened_at,
        closed_at: case.closed_at,
    })
}

/// Reports, decisions and everything else, in the order in which they happened.
async fn history(app: &App, id: CaseId) -> Result<Vec<Past>, StoreError> {
    let told = report::list_of_case(&app.store, id, MAX_SHOWN).await?;
    let told = reports::views(app, Page { items: told, next: None }).await?.items;
    let made = decision::list_of_case(&app.store, id, None, MAX_SHOWN).await?;
    let made =
        decisions::views(app, Page { items: made, next: None }, decisions::Reader::Keeper).await?.items;
    let happened = case::list_happenings(&app.store, id, MAX_SHOWN).await?;
    let people = names::people(app, happened.iter().filter_map(|one| one.by).collect()).await?;
    let happening = |one: Happening| Past::Happening {
        kind: one.kind,
        lane: one.lane,
        by: one.by.and_then(|by| people.get(&by).cloned()),
        text: one.text,
        at: one.at,
    };
    // Keys grow in the order in which things were written, also within a millisecond.
    let mut past: Vec<(i64, Past)> = happened.into_iter().map(|one| (one.id, happening(one))).collect();
    past.extend(told.into_iter().map(|one| (one.id, Past::Report(Box::new(one)))));
    past.extend(made.into_iter().map(|one| (one.id.0, Past::Decision(Box::new(one)))));
    past.sort_by_key(|(id, one)| (one.at(), *id));
    Ok(past.into_iter().map(|(_, one)| one).collect())
}

impl From<Item> for EvidenceView {
    fn from(item: Item) -> Self {
        let anchors = crate::markup::anchors(&item.content_html);
        let linked = anchors.into_iter().filter(|anchor| !anchor.is_mention && !anchor.is_hashtag);
        Self {
            entry: item.entry,
            handle: item.handle,
            title: item.title,
            links: item.link_url.into_iter().chain(linked.map(|anchor| anchor.href)).collect(),
            content_html: item.content_html,
            written_at: item.written_at,
            rule: item.rule,
            kept_at: item.kept_at,
        }
    }
}

/// What moderators know of a person: their notes, and what the group has counted.
#[derive(Debug, Clone)]
pub struct PersonFile {
    /// Who.
    pub person: PersonRef,
    /// Reports found right: strikes.
    pub upheld: i64,
    /// Reports found wrong.
    pub dismissed: i64,
    /// Posts and comments refused or removed.
    pub refused: i64,
    /// Posts and comments let in.
    pub accepted: i64,
    /// The last strike.
    pub struck_at: Option<Timestamp>,
    /// What moderators noted, newest first: the latest [`MAX_SHOWN`].
    pub notes: Vec<NoteView>,
}

/// A note on a person.
#[derive(Debug, Clone)]
pub struct NoteView {
    /// Our key.
    pub id: i64,
    /// The moderator.
    pub by: Option<PersonRef>,
    /// What they noted.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// What the moderators of a group know of a person.
///
/// # Errors
/// [`CasesError::NotPermitted`] for anybody but them and the instance's admins.
pub async fn person_file(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    person: PersonRef,
) -> Result<PersonFile, CasesError> {
    staff::powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let seen =
        acquaintance::find(&app.store, group, person.id).await?.map(|(seen, _)| seen).unwrap_or_default();
    let notes = person_note::list(&app.store, group, person.id, MAX_SHOWN).await?;
    let people =
        names::people(app, notes.iter().map(|note| note.by).collect()).await.map_err(CasesError::from)?;
    let view = |note: person_note::PersonNote| NoteView {
        id: note.id,
        by: people.get(&note.by).cloned(),
        text: note.text,
        at: note.at,
    };
    Ok(PersonFile {
        person,
        upheld: seen.upheld,
        dismissed: seen.dismissed,
        refused: seen.refused,
        accepted: seen.accepted,
        struck_at: seen.struck_at,
        notes: notes.into_iter().map(view).collect(),
    })
}
