//! Reports: by members, and by other servers.

use std::collections::BTreeMap;

use guildhall_domain::{
    ActorId, ApId, CaseId, EntryId, GroupId,
    admission::{Decided, Layer, Refusal, Verdict, Wants},
    event::{Cause, EventKind},
    moderation::case::{LaneFacts, Subject, decide_lanes},
    peering::Peering,
    rules::Received,
    staff::Permission,
    text,
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    entry::{self, Entry},
    group, moderator,
    received::Outcome,
    report::{self as reports, NewReport},
    staff::{self, Staff},
};

use super::{
    attach_by_rules,
    evidence::keep_evidence,
    open::{Opening, home_of, open_or_join},
    passing_on::tell_of,
};
use crate::{
    App,
    admission::{Applying, follow_rules},
    cause, facts, markup,
    said::Said,
};

/// The longest text of a report, in characters.
const MAX_TEXT_LENGTH: usize = 5_000;
/// The most posts and comments of one report.
pub const MAX_ENTRIES: usize = 100;

/// Somebody reports posts, comments, a person, a group or a server.
#[derive(Debug, Clone)]
pub struct Report {
    /// The group it concerns, where no post or comment says so.
    pub group: Option<GroupId>,
    /// Who reports.
    pub reporter: ActorId,
    /// What about.
    pub entries: Vec<EntryId>,
    /// Whom about: a person, or a whole group. Of posts and comments their author where it is left out.
    pub person: Option<ActorId>,
    /// Which server about.
    pub host: Option<String>,
    /// What they say: plain text.
    pub text: String,
    /// The Flag it came by.
    pub flag: Option<ApId>,
    /// Whether other servers are told who reports; else the instance does.
    pub is_named: bool,
    /// Whether the server of whom it is about is told too.
    pub is_forwarded: bool,
    /// What set it off.
    pub cause: Cause,
}

impl Report {
    /// By somebody here, about nothing yet; not told on, and in nobody's name.
    pub fn by(reporter: ActorId, text: impl Into<String>) -> Self {
        Self {
            group: None,
            reporter,
            entries: Vec::new(),
            person: None,
            host: None,
            text: text.into(),
            flag: None,
            is_named: false,
            is_forwarded: false,
            cause: Cause::Local,
        }
    }
}

/// Why a report was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The group's rules say no, in these words.
    #[error("the group does not take this report: {1}")]
    Refused(Refusal, String),
    /// It is about nothing that is known here.
    #[error("there is nothing of that name to report")]
    AboutNothing,
    /// Reading or writing failed.
    #[error("reading or writing the report failed")]
    Store(#[from] StoreError),
}

/// Takes a report: it opens a case, or joins the one about the same. What is about a group elsewhere is passed on to it,
/// and to moderators who live elsewhere.
///
/// # Errors
/// [`ReportError`]; nothing is kept then.
pub async fn report(app: &App, command: Report) -> Result<(), ReportError> {
    let text = text::shorten(&command.text, MAX_TEXT_LENGTH);
    let command = Report { text, ..command };
    let reporter = facts::actor(app, command.reporter).await?;
    let parts = parts_of(app, &command, &reporter).await?;
    if parts.is_empty() {
        return Err(cause::refused(app, command.cause, ReportError::AboutNothing).await);
    }
    let mut tx = app.begin().await?;
    let mut taken = Vec::new();
    let mut refused = None;
    for part in &parts {
        let decided = judge(app, &mut tx, &command, &reporter, part).await?;
        match decided.verdict {
            Verdict::Refuse(refusal) | Verdict::Drop(refusal) => {
                let said = decided.explanation().unwrap_or(refusal.explanation()).to_owned();
                refused = Some(ReportError::Refused(refusal, said));
            }
            Verdict::Admit | Verdict::AdmitAndReport | Verdict::Hold(_) => taken.push((part, decided)),
        }
    }
    if let (true, Some(refusal)) = (taken.is_empty(), refused) {
        drop(tx);
        return Err(cause::refused(app, command.cause, refusal).await);
    }
    if !cause::finish(&mut tx, command.cause, Outcome::Applied, None, app.now()).await? {
        return Ok(());
    }
    for (place, (part, decided)) in taken.iter().enumerate() {
        keep(app, &mut tx, &command, part, decided, place == 0).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}

/// What goes into one case.
struct Part {
    group: Option<Place>,
    subject: Subject,
    title: String,
    person: Option<Actor>,
    entries: Vec<Entry>,
    lanes: LaneFacts,
}

/// A group, as far as a report needs it.
struct Place {
    actor: Actor,
    peering: (Peering, Peering),
    has_far_moderators: bool,
    has_moderators_here: bool,
    /// Who looks at its cases.
    keepers: Vec<ActorId>,
}

impl Place {
    async fn find(app: &App, group: GroupId, reporter: &Actor) -> Result<Option<Self>, StoreError> {
        if group::find(&app.store, group).await?.is_none() {
            return Ok(None);
        }
        let moderators = moderator::list(&app.store, group).await?;
        let moderators = actor::list_by_ids(&app.store, &moderators).await?;
        let keeps = |one: &Staff| one.office.permissions().contains(Permission::Cases);
        let keepers = staff::list(&app.store, group).await?.into_iter().filter(keeps);
        Ok(Some(Self {
            actor: facts::actor(app, group.actor()).await?,
            peering: facts::peering_of_actor(app, Some(group), reporter).await?,
            has_far_moderators: moderators.iter().any(|moderator| !moderator.is_local),
            has_moderators_here: moderators.iter().any(|moderator| moderator.is_local),
            keepers: keepers.map(|one| one.actor).collect(),
        }))
    }

    fn is_kept_by_nobody_but(&self, person: Option<&Actor>) -> bool {
        !self.keepers.is_empty()
            && self.keepers.iter().all(|keeper| person.is_some_and(|who| who.id == *keeper))
    }

    fn id(&self) -> GroupId {
        GroupId(self.actor.id.0)
    }
}

/// A report of several things is taken apart by group, and there by author: what one person wrote is one case.
async fn parts_of(app: &App, command: &Report, reporter: &Actor) -> Result<Vec<Part>, StoreError> {
    let named = &command.entries[..command.entries.len().min(MAX_ENTRIES)];
    let mut by_author: BTreeMap<(GroupId, ActorId), Vec<Entry>> = BTreeMap::new();
    for entry in entry::list_by_ids(&app.store, named).await? {
        by_author.entry((entry.group_id, entry.author_id)).or_default().push(entry);
    }
    let mut parts = Vec::new();
    for ((group, author), entries) in by_author {
        let Some(group) = Place::find(app, group, reporter).await? else { continue };
        let author = facts::actor(app, author).await?;
        let subject = match entries.as_slice() {
            [only] => Subject::Entry(only.id),
            _ => Subject::Person(author.id),
        };
        let title = match entries.first() {
            Some(entry) if entries.len() == 1 => entry.title.clone().unwrap_or_else(|| entry.excerpt.clone()),
            _ => handle_of(&author),
        };
        let lanes = lanes(command, Some(&group), Some(&author), reporter);
        parts.push(Part { group: Some(group), subject, title, person: Some(author), entries, lanes });
    }
    if parts.is_empty() {
        parts.extend(part_without_entries(app, command, reporter).await?);
    }
    Ok(parts)
}

async fn part_without_entries(
    app: &App,
    command: &Report,
    reporter: &Actor,
) -> Result<Option<Part>, StoreError> {
    let (subject, title, group, person) = if let Some(person) = command.person {
        let person = facts::actor(app, person).await?;
        let title = handle_of(&person);
        let itself = GroupId(person.id.0);
        if group::find(&app.store, itself).await?.is_some() {
            (Subject::Group(itself), title, None, None)
        } else {
            let group = match command.group {
                Some(group) => Place::find(app, group, reporter).await?,
                None => None,
            };
            (Subject::Person(person.id), title, group, Some(person))
        }
    } else if let Some(host) = &command.host {
        (Subject::Host(host.to_lowercase()), host.clone(), None, None)
    } else {
        return Ok(None);
    };
    let lanes = lanes(command, group.as_ref(), person.as_ref(), reporter);
    Ok(Some(Part { group, subject, title, person, entries: Vec::new(), lanes }))
}

fn lanes(command: &Report, group: Option<&Place>, person: Option<&Actor>, reporter: &Actor) -> LaneFacts {
    LaneFacts {
        group: group.map(|group| home_of(&group.actor)),
        is_moderated_here: group.is_some_and(|group| group.has_moderators_here),
        has_nobody_else: group.is_some_and(|group| group.is_kept_by_nobody_but(person)),
        person: person.map(home_of),
        reporter: Some(home_of(reporter)),
        is_forwarded: command.is_forwarded,
    }
}

fn handle_of(actor: &Actor) -> String {
    format!("@{}@{}", actor.username, actor.host)
}

/// What the pipeline says to the report. A group elsewhere decides by itself.
async fn judge(
    app: &App,
    tx: &mut Tx,
    command: &Report,
    reporter: &Actor,
    part: &Part,
) -> Result<Decided, StoreError> {
    let admitted = || Decided::by(Layer::Default, Verdict::Admit);
    let Some(place) = part.group.as_ref().filter(|place| place.actor.is_local) else {
        return Ok(admitted());
    };
    let group = place.id();
    let Some(known) = entry::find_author_facts(tx, group, reporter.id).await? else {
        return Ok(admitted());
    };
    let books = app.signals.shelf.books(tx, group, &known).await?;
    let mut applying = Applying::bare(Wants::Report, group, reporter, &known, place.peering);
    applying.said = Said::of_html(None, &markup::render_markdown(&command.text)).into();
    if let Some(entry) = part.entries.first() {
        let (tally, reports) = (entry.tally, reports::count_about((&mut *tx).into(), entry.id).await?);
        applying.received = Received { score: tally.score(), downs: tally.down, reports: reports + 1 };
    }
    let before = applying.look_back(app, tx, &books).await?;
    Ok(applying.decide(&books, &before, app.now()))
}

async fn keep(
    app: &App,
    tx: &mut Tx,
    command: &Report,
    part: &Part,
    decided: &Decided,
    is_first: bool,
) -> Result<(), StoreError> {
    let group = part.group.as_ref().map(Place::id);
    let opening = Opening {
        group,
        subject: part.subject.clone(),
        title: &part.title,
        person: part.person.as_ref().map(|person| person.id),
        lanes: decide_lanes(&part.lanes),
    };
    let case = open_or_join(app, tx, &opening).await?.case;
    for entry in &part.entries {
        keep_evidence(app, tx, case, entry, None).await?;
    }
    let told = tell(app, tx, command, part, case).await?;
    let new = new_report(app, command, part, case, command.flag.clone().filter(|_| is_first).or(told));
    reports::insert(tx, &new, app.now()).await?;
    if let (Some(group), Some(entry)) = (group, part.entries.first()) {
        follow_rules(tx, group, Some(entry.id), decided, app.now()).await?;
        attach_by_rules(app, tx, group, entry.id, decided).await?;
    }
    Ok(())
}

fn new_report(app: &App, command: &Report, part: &Part, case: CaseId, flag: Option<ApId>) -> NewReport {
    let about = match &part.subject {
        Subject::Group(group) => Some(group.actor()),
        _ => command.person.or(part.person.as_ref().map(|person| person.id)),
    };
    NewReport {
        id: app.new_id(),
        ap_id: flag,
        group: part.group.as_ref().map(Place::id),
        case: Some(case),
        reporter: command.reporter,
        entry: part.entries.first().map(|entry| entry.id),
        actor: about,
        text: command.text.clone(),
        is_named: command.is_named,
    }
}

/// Tells those elsewhere who look at it; gives the id of the Flag that they get.
async fn tell(
    app: &App,
    tx: &mut Tx,
    command: &Report,
    part: &Part,
    case: CaseId,
) -> Result<Option<ApId>, StoreError> {
    let is_ours = command.cause == Cause::Local;
    let group_hears = part
        .group
        .as_ref()
        .is_some_and(|place| if place.actor.is_local { place.has_far_moderators } else { is_ours });
    let home_hears = is_ours && command.is_forwarded && part.person.as_ref().is_some_and(|who| !who.is_local);
    if !group_hears && !home_hears {
        return Ok(None);
    }
    let told = EventKind::Reported {
        group: part.group.as_ref().filter(|_| group_hears).map(Place::id),
        entry: part.entries.first().map(|entry| entry.id),
        person: part.person.as_ref().map(|person| person.id),
        // Who reports must not have to fear whom they report.
        by: Some(command.reporter).filter(|_| is_ours && command.is_named),
        text: command.text.clone(),
        is_forwarded: home_hears,
    };
    let to_moderators = group_hears && part.group.as_ref().is_some_and(|place| place.actor.is_local);
    let flag = tell_of(app, tx, case, command.cause, (told, to_moderators)).await?;
    Ok(is_ours.then_some(flag))
}
