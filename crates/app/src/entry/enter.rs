//! Entering: those who submit at the same time go through the door together, in one transaction with no more statements
//! than one of them would need. Each is judged by itself.
//!
//! What answers something that another transaction has locked is left out and goes with others of its kind, so that a
//! thread that is being worked on holds up nobody else. When the store refuses the transaction, each is tried alone: one
//! that cannot be written takes nobody with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use guildhall_domain::{
    EntryId, GroupId, QueueItemId, Timestamp,
    admission::{Verdict, Wants},
    content::{EntryKind, EntryState},
    event::{Event, EventKind},
    moderation::DecisionAction,
    partner::is_for_partners,
    peering::Peering,
    rules::Received,
};
use guildhall_store::{
    StoreError, Together, Tx, acquaintance,
    actor::{self, Actor},
    arrivals::{self, End},
    entry::{self, AuthorFacts, Entry, Locked, NewEntry, past},
    event, partner as promises, poll,
    queue::{self, QueueItem, QueueKind},
    request_key,
};

use super::judge::{Judged, Place, judge};
use super::once::RequestKey;
use super::publish::count_new;
use super::seen;
use super::submit::{Submit, SubmitError, Submitted, record};
use crate::{
    App,
    admission::{self, Applying},
    case::attach_by_rules,
    cause, facts, notice,
    port::PortFuture,
    said::Said,
};

/// Somebody at the door.
#[derive(Debug, Clone)]
pub(super) struct Applicant {
    /// What they want.
    pub(super) command: Submit,
    /// Whether it was written here for a group elsewhere that will announce it when it lets it in.
    pub(super) awaits_announcement: bool,
    /// What a client calls the request.
    pub(super) key: Option<RequestKey>,
    /// What they say, taken apart before the transaction; nothing for a group that decides elsewhere.
    pub(super) said: Arc<Said>,
}

/// `None`: what it answers is locked by another transaction.
type Answer = Option<Result<Submitted, SubmitError>>;

/// Those who wait at the door of this process.
#[derive(Debug, Default)]
pub(crate) struct Door {
    line: Together<Applicant, Answer>,
    /// Those who answer something that another transaction has locked.
    patient: Together<Applicant, Answer>,
}

/// Goes through the door.
pub(super) async fn enter(app: &App, applicant: Applicant) -> Result<Submitted, SubmitError> {
    let door = &app.signals.door;
    if let Some(answer) = door.line.ask(applicant.clone(), all(app, Locked::Skipped)).await? {
        return answer;
    }
    let answer = door.patient.ask(applicant, all(app, Locked::Awaited)).await?;
    answer.unwrap_or(Err(SubmitError::NoSuchParent))
}

/// Lets in all who come at the same time.
fn all(app: &App, locked: Locked) -> impl Fn(Vec<Applicant>) -> PortFuture<'static, Vec<Answer>> + use<> {
    let app = app.clone();
    move |applicants| {
        let app = app.clone();
        Box::pin(async move {
            match enter_together(&app, &applicants, locked).await {
                Ok(answers) => answers,
                Err(SubmitError::Store(error)) if applicants.len() == 1 || error.is_unavailable() => {
                    error.shared(applicants.len()).map(|error| Some(Err(error.into()))).collect()
                }
                Err(error) if applicants.len() == 1 => vec![Some(Err(error))],
                Err(_) => enter_apart(&app, &applicants, locked).await,
            }
        })
    }
}

/// One after the other, so that each has its own trouble.
async fn enter_apart(app: &App, applicants: &[Applicant], locked: Locked) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(applicants.len());
    for applicant in applicants {
        let alone = enter_together(app, std::slice::from_ref(applicant), locked).await;
        answers.push(alone.map_or_else(|error| Some(Err(error)), |mut answers| answers.pop().flatten()));
    }
    answers
}

/// # Errors
/// The store's, or [`SubmitError::Known`] where one of them, or the key of its request, is known: then nothing of any of them was kept.
async fn enter_together(
    app: &App,
    applicants: &[Applicant],
    locked: Locked,
) -> Result<Vec<Answer>, SubmitError> {
    let authors = authors_of(app, applicants).await?;
    let mut tx = app.begin().await?;
    let mut judged = judge_all(app, &mut tx, applicants, &authors, locked).await?;
    let now = app.now();
    let ends: Vec<End<'_>> = let_in(&judged).filter_map(Judged::end).collect();
    let ended = arrivals::finish_all(&mut tx, &ends, now).await?;
    for judged in judged.iter_mut().flatten() {
        if judged.as_ref().is_ok_and(|judged| judged.end().is_some_and(|end| !ended.contains(&end.id))) {
            *judged = Err(SubmitError::Known);
        }
    }
    let judgements: Vec<&Judged<'_>> = let_in(&judged).collect();
    let promised = write(app, &mut tx, &judgements, now).await?;
    tx.commit().await?;
    if promised > 0 {
        app.signals.promised.notify_one();
    }
    let answer = |judged: Result<Judged<'_>, SubmitError>| judged.map(|judged| judged.submitted());
    Ok(judged.into_iter().map(|judged| judged.map(answer)).collect())
}

/// An author, and what the instance's and the group's lists say about their host.
type Listed = (Actor, (Peering, Peering));

async fn authors_of(app: &App, applicants: &[Applicant]) -> Result<Vec<Listed>, StoreError> {
    let mut ids: Vec<_> = applicants.iter().map(|applicant| applicant.command.author).collect();
    ids.sort_unstable();
    ids.dedup();
    let authors = actor::list_by_ids(&app.store, &ids).await?;
    let lists = facts::Lists::about(app, &authors).await?;
    let listed = |Applicant { command, .. }: &Applicant| {
        let author = authors.iter().find(|author| author.id == command.author);
        let author = author.ok_or_else(|| StoreError::corrupt("actor", command.author))?;
        Ok((author.clone(), lists.of_actor(app, command.group, author)))
    };
    applicants.iter().map(listed).collect()
}

type Judgement<'a> = Option<Result<Judged<'a>, SubmitError>>;

async fn judge_all<'a>(
    app: &App,
    tx: &mut Tx,
    applicants: &'a [Applicant],
    authors: &[Listed],
    locked: Locked,
) -> Result<Vec<Judgement<'a>>, StoreError> {
    let parents: BTreeSet<EntryId> = applicants.iter().filter_map(|one| one.command.parent).collect();
    // Locked: what is done to a thread as a whole comes before these entries, or finds them.
    let places = entry::lock_places(tx, &parents, locked).await?;
    let asked: Vec<_> = applicants.iter().map(|one| (one.command.group, one.command.author)).collect();
    let known = entry::list_author_facts(tx, &asked).await?;
    let mut judged: Vec<Judgement<'a>> = Vec::with_capacity(applicants.len());
    for (applicant, listed) in applicants.iter().zip(authors) {
        let command = &applicant.command;
        let place = match command.parent.map(|parent| places.get(&parent)) {
            None => Ok(Place::START),
            Some(Some(place)) => Place::under(command, place, app.now()),
            Some(None) if locked == Locked::Skipped => {
                judged.push(None);
                continue;
            }
            Some(None) => Err(SubmitError::NoSuchParent),
        };
        let known = known.get(&(command.group, command.author)).ok_or(SubmitError::NoSuchGroup);
        let answer = match place.and_then(|place| Ok((place, known?))) {
            Ok((place, known)) => Ok(judge_one(app, tx, applicant, (&place, known, listed), &judged).await?),
            Err(error) => Err(error),
        };
        judged.push(Some(answer));
    }
    Ok(judged)
}

/// `before`: what goes in before this one in the same transaction.
async fn judge_one<'a>(
    app: &App,
    tx: &mut Tx,
    applicant: &'a Applicant,
    (place, known, (author, peering)): (&Place, &AuthorFacts, &Listed),
    before: &[Judgement<'a>],
) -> Result<Judged<'a>, StoreError> {
    let command = &applicant.command;
    let applying = Applying {
        wants: if place.kind() == EntryKind::Post { Wants::Post } else { Wants::Comment },
        group: command.group,
        author,
        known,
        peering: *peering,
        said: applicant.said.clone(),
        is_post: place.kind() == EntryKind::Post,
        is_public: command.is_public,
        thread_locked: place.is_locked(),
        is_invited: false,
        received: Received::default(),
        is_known: None,
    };
    if !known.group_is_local {
        return Ok(judge(app, applicant, place, &applying, None));
    }
    let books = app.signals.shelf.books(tx, command.group, known).await?;
    let mut past = applying.look_back(app, tx, &books).await?;
    applying.add_beside(&mut past, &books, &let_in(before).filter_map(Judged::beside));
    Ok(judge(app, applicant, place, &applying, Some((&books, &past))))
}

fn let_in<'j, 'a: 'j>(judged: &'j [Judgement<'a>]) -> impl Iterator<Item = &'j Judged<'a>> + Clone {
    judged.iter().flatten().filter_map(|judged| judged.as_ref().ok())
}

/// Writes the entries with all that follows from them. Gives how many groups are to look at what is their partners'.
async fn write(app: &App, tx: &mut Tx, judged: &[&Judged<'_>], now: Timestamp) -> Result<u64, SubmitError> {
    let new: Vec<&NewEntry> = judged.iter().filter_map(|judged| judged.new.as_ref()).collect();
    if new.is_empty() {
        return Ok(0);
    }
    if entry::insert_all(tx, &new, now).await?.len() < new.len() {
        return Err(SubmitError::Known);
    }
    let is_published = |entry: &&&NewEntry| entry.state == EntryState::Published;
    let published: Vec<&NewEntry> = new.iter().filter(is_published).copied().collect();
    count_new(tx, &published, now).await?;
    acquaintance::add(tx, &seen::all(judged), now).await?;
    let mut events = Vec::new();
    for judged in judged {
        if let Some(new) = &judged.new {
            if let Some(poll) = &judged.command.poll {
                poll::set(tx, new.id, poll).await?;
            }
            if judged.is_limited {
                past::set_limited(tx, new.id, true).await?;
            }
            if let Some((text, link)) = judged.prints {
                past::set_prints(tx, new.id, text, link).await?;
            }
            events.extend(follow_up(app, tx, judged, new, now).await?);
        }
    }
    event::append_all(tx, &events).await?;
    let promised = promises::promise_all(tx, &for_partners(judged), now).await?;
    keep_keys(tx, judged, now).await?;
    Ok(promised)
}

/// What those who are linked to its group are to look at.
fn for_partners(judged: &[&Judged<'_>]) -> Vec<(EntryId, GroupId)> {
    let new = judged.iter().filter_map(|judged| Some((judged.new.as_ref()?, judged.command.is_passed_on)));
    let wanted = new.filter(|(new, is_passed_on)| is_for_partners(new.kind, new.state, *is_passed_on));
    wanted.map(|(new, _)| (new.id, new.group_id)).collect()
}

/// Keeps the keys of requests, last of all: another transaction that has one of them is waited for here, and must not need
/// anything that this one has locked.
async fn keep_keys(tx: &mut Tx, judged: &[&Judged<'_>], now: Timestamp) -> Result<(), SubmitError> {
    let keyed = judged.iter().filter_map(|judged| Some((judged.command.author, judged.key()?)));
    let mut keyed: Vec<_> = keyed.collect();
    // In one order: two transactions that keep the same must not wait for each other.
    keyed.sort_unstable_by(|(one, (key, _)), (other, (other_key, _))| {
        (one, &key.name).cmp(&(other, &other_key.name))
    });
    for (author, (key, entry)) in keyed {
        if !request_key::insert(tx, author, &key.name, &key.made(entry), now).await? {
            return Err(SubmitError::Known);
        }
    }
    Ok(())
}

/// What becomes of an entry after the decision; gives what others are to be told.
async fn follow_up(
    app: &App,
    tx: &mut Tx,
    judged: &Judged<'_>,
    new: &NewEntry,
    now: Timestamp,
) -> Result<Option<Event>, StoreError> {
    let (command, decided) = (judged.command, &judged.decided);
    let entry = || Entry::of_new(new, now);
    let told = match decided.verdict {
        Verdict::Admit | Verdict::AdmitAndReport => {
            judged.is_told().then_some(EventKind::EntryPublished { entry: new.id })
        }
        Verdict::Hold(_) => {
            let reason = decided.named().unwrap_or_default();
            queue::insert(tx, &queue_item(app, &entry(), reason)).await?;
            record(app, tx, &entry(), DecisionAction::Hold, decided, true).await?;
            None
        }
        Verdict::Refuse(_) => {
            let reason = decided.explanation().unwrap_or_default().to_owned();
            record(app, tx, &entry(), DecisionAction::Refuse, decided, !command.is_fetched).await?;
            (!command.is_fetched).then_some(EventKind::EntryRefused { entry: new.id, reason })
        }
        Verdict::Drop(_) => None,
    };
    admission::follow_rules(tx, command.group, Some(new.id), decided, now).await?;
    attach_by_rules(app, tx, command.group, new.id, decided).await?;
    let line = command.texts.title.as_deref().unwrap_or(&command.texts.excerpt);
    notice::follow_rules(app, tx, command.group, command.author, (Some(new.id), line), decided).await?;
    Ok(told.map(|told| cause::new_event(app, command.cause, told)))
}

pub(super) fn queue_item(app: &App, entry: &Entry, reason: &str) -> QueueItem {
    QueueItem {
        id: QueueItemId(app.new_id()),
        kind: if entry.kind == EntryKind::Post { QueueKind::Post } else { QueueKind::Comment },
        group: entry.group_id,
        actor: entry.author_id,
        entry: Some(entry.id),
        object: Some(entry.ap_id.clone()),
        title: entry.title.clone().unwrap_or_else(|| entry.excerpt.clone()),
        reason: reason.to_owned(),
        edit: None,
        written_at: None,
        received: entry.received_id,
        received_at: app.now(),
        decided_at: None,
    }
}
