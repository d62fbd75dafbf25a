//! A post or comment that wants to enter a group, from here or from elsewhere.

use guildhall_domain::{
    ActorId, ApId, DecisionId, EntryId, GroupId, QueueItemId, Timestamp,
    admission::{Decided, Layer, Refusal, Standing, Verdict, decide_admission},
    audience,
    content::{EntryKind, EntryState, MAX_DEPTH},
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target},
    peering::Peering,
};
use guildhall_store::{
    StoreError, Tx, actor, decision,
    entry::{self, Entry, NewEntry, Texts},
    instance, membership,
    poll::{self, Poll},
    queue::{self, QueueItem, QueueKind},
    received::Outcome,
};

use super::publish::count_in;
use crate::{App, cause, facts, group::NoDealings};

/// Where an entry was written.
#[derive(Debug, Clone)]
pub enum Origin {
    /// Here: it gets its global id from us.
    Here,
    /// Elsewhere.
    Elsewhere {
        /// Its global id.
        ap_id: ApId,
        /// What its origin calls it: `Page`, `Note` …
        wire_type: String,
        /// Its page for people.
        page_url: Option<String>,
        /// The collection of the thread that it starts.
        context_url: Option<String>,
        /// When it was written, by its author's clock.
        published_at: Timestamp,
        /// When it was changed before it came here.
        edited_at: Option<Timestamp>,
    },
}

/// A post or comment that wants to enter.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The group.
    pub group: GroupId,
    /// Who wrote it.
    pub author: ActorId,
    /// What it answers; `None` for a post.
    pub parent: Option<EntryId>,
    /// Where it was written.
    pub origin: Origin,
    /// What was written.
    pub texts: Texts,
    /// The options, where it asks a question.
    pub poll: Option<Poll>,
    /// Whether it is addressed to the public.
    pub is_public: bool,
    /// Found by us, above what an answer answers: its author did not send it, and is not told of a refusal.
    pub is_fetched: bool,
    /// What set it off.
    pub cause: Cause,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The entry; `None` when it was dropped without a trace.
    pub entry: Option<EntryId>,
    /// Where it stands.
    pub state: EntryState,
    /// The answer of the pipeline.
    pub decided: Decided,
}

/// Why [`submit`] did not get as far as a decision.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// No such group.
    #[error("no such group")]
    NoSuchGroup,
    /// What it answers is not there, not published, or belongs to another group.
    #[error("what this answers is not there any more, or not published yet")]
    NoSuchParent,
    /// It is known already.
    #[error("this is known already")]
    Known,
    /// Written here for a group that nothing from here gets to.
    #[error(transparent)]
    NoDealings(#[from] NoDealings),
    /// Reading or writing failed.
    #[error("reading or writing the entry failed")]
    Store(#[from] StoreError),
}

/// Brings a post or comment to the door of its group. Admitted, held and refused ones are kept, with the decision.
///
/// A group hosted elsewhere decides there: what it announced is admitted. What somebody here writes is sent there, and is
/// shown to its author alone until the group announces it; at once where no announcement would come back.
///
/// # Errors
/// [`SubmitError`]; the activity behind it is ended as ignored where that is final.
pub async fn submit(app: &App, command: Submit) -> Result<Submitted, SubmitError> {
    let author = facts::actor(app, command.author).await?;
    let known = Surroundings {
        peering: facts::peering_of_actor(app, Some(command.group), &author).await?,
        awaits_announcement: awaits_announcement(app, &command).await?,
    };
    let mut tx = app.begin().await?;
    let attempt = enter(app, &mut tx, &command, &known).await;
    match attempt {
        Ok(submitted) => {
            tx.commit().await?;
            app.signals.event.notify_one();
            Ok(submitted)
        }
        Err(error @ SubmitError::Store(_)) => Err(error),
        Err(error) => {
            drop(tx);
            cause::finish_alone(app, command.cause, Outcome::Ignored, &error.to_string()).await?;
            Err(error)
        }
    }
}

/// What is looked up before the transaction.
struct Surroundings {
    /// What the instance's and the group's lists say about the author's host.
    peering: (Peering, Peering),
    /// Whether it was written here for a group elsewhere that will announce it when it lets it in.
    awaits_announcement: bool,
}

async fn awaits_announcement(app: &App, command: &Submit) -> Result<bool, SubmitError> {
    let Origin::Here = command.origin else {
        return Ok(false);
    };
    let group = actor::find(&app.store, command.group.actor()).await?.ok_or(SubmitError::NoSuchGroup)?;
    if group.is_local {
        return Ok(false);
    }
    if let Some(reason) = facts::no_dealings(app, &group).await? {
        return Err(reason.into());
    }
    // Known by the server's own name, which a handle's domain may only point to.
    let server = group.ap_id.authority().unwrap_or(&group.host);
    let software = instance::find(&app.store, server).await?.and_then(|instance| instance.software);
    Ok(software.is_some_and(|software| audience::announces_to_author(&software.name))
        // Groups announce to those who follow them.
        && membership::has_local_member(&app.store, command.group).await?)
}

async fn enter(
    app: &App,
    tx: &mut Tx,
    command: &Submit,
    known: &Surroundings,
) -> Result<Submitted, SubmitError> {
    let thread = Place::find(tx, command).await?;
    let author =
        entry::find_author_facts(tx, command.group, command.author).await?.ok_or(SubmitError::NoSuchGroup)?;
    let kind = thread.kind();
    let decided = if author.group_is_local {
        let facts = facts::entry_facts(&author, kind, known.peering, command.is_public, thread.locked);
        decide_admission(&facts, app.now())
    } else {
        let of_instance = Standing { group_ban: None, ..author.standing };
        decide_elsewhere(known.peering.0, command.is_public, of_instance.is_banned(app.now()))
    };
    let (outcome, reason) = outcome_of(decided.verdict);
    let (state, state_reason) = state_of(decided.verdict, known.awaits_announcement);
    if !cause::finish(tx, command.cause, outcome, reason, app.now()).await? {
        return Err(SubmitError::Known);
    }
    if let Verdict::Drop(_) = decided.verdict {
        return Ok(Submitted { entry: None, state, decided });
    }
    let new = new_entry(app, command, &thread, (state, state_reason));
    if !entry::insert(tx, &new, app.now()).await? {
        return Err(SubmitError::Known);
    }
    if let Some(poll) = &command.poll {
        poll::set(tx, new.id, poll).await?;
    }
    let written = entry::lock(tx, new.id).await?.ok_or_else(|| StoreError::corrupt("entry", new.id))?;
    let told = author.group_is_local || new.is_local;
    follow_up(app, tx, &written, decided, command, told).await?;
    Ok(Submitted { entry: Some(new.id), state, decided })
}

// The group's own server has decided, or will; only our instance's list is asked.
fn decide_elsewhere(of_instance: Peering, is_public: bool, is_banned_here: bool) -> Decided {
    match of_instance {
        Peering::Blocked => {
            Decided { verdict: Verdict::Drop(Refusal::HostBlocked), layer: Layer::InstancePeering }
        }
        _ if is_banned_here => Decided { verdict: Verdict::Drop(Refusal::Banned), layer: Layer::Standing },
        // What was not said to everybody is not shown to everybody, whoever passes it on.
        _ if !is_public => Decided { verdict: Verdict::Drop(Refusal::NotPublic), layer: Layer::Audience },
        Peering::Open | Peering::Limited => Decided { verdict: Verdict::Admit, layer: Layer::Default },
    }
}

fn state_of(verdict: Verdict, awaits_announcement: bool) -> (EntryState, Option<String>) {
    match verdict {
        Verdict::Admit if awaits_announcement => (EntryState::Sent, None),
        Verdict::Admit => (EntryState::Published, None),
        Verdict::Hold(reason) => (EntryState::Held, Some(reason.as_str().to_owned())),
        Verdict::Refuse(refusal) | Verdict::Drop(refusal) => {
            (EntryState::Refused, Some(refusal.explanation().to_owned()))
        }
    }
}

fn outcome_of(verdict: Verdict) -> (Outcome, Option<&'static str>) {
    match verdict {
        Verdict::Admit => (Outcome::Applied, None),
        Verdict::Hold(reason) => (Outcome::Held, Some(reason.as_str())),
        Verdict::Refuse(refusal) | Verdict::Drop(refusal) => (Outcome::Refused, Some(refusal.as_str())),
    }
}

/// The place of a new entry in its thread.
struct Place {
    parent: Option<Entry>,
    locked: bool,
}

impl Place {
    async fn find(tx: &mut Tx, command: &Submit) -> Result<Self, SubmitError> {
        let Some(parent) = command.parent else {
            return Ok(Self { parent: None, locked: false });
        };
        let is_open = |entry: &Entry| entry.state == EntryState::Published && entry.group_id == command.group;
        // Locked: what is done to the thread as a whole comes before this entry, or finds it.
        let (thread, parent) = entry::lock_place(tx, parent).await?.ok_or(SubmitError::NoSuchParent)?;
        let parent = Some(parent).filter(is_open).ok_or(SubmitError::NoSuchParent)?;
        // A thread whose post is gone goes on as one that is locked.
        let locked = thread.locked || thread.state != EntryState::Published || parent.locked;
        Ok(Self { locked, parent: Some(parent) })
    }

    fn kind(&self) -> EntryKind {
        if self.parent.is_some() { EntryKind::Comment } else { EntryKind::Post }
    }
}

fn new_entry(
    app: &App,
    command: &Submit,
    place: &Place,
    (state, state_reason): (EntryState, Option<String>),
) -> NewEntry {
    let id = EntryId(app.new_id());
    let kind = place.kind();
    let (ap_id, wire_type, page_url, context_url, published_at, edited_at) = match command.origin.clone() {
        Origin::Here => {
            let folder = if kind == EntryKind::Post { "posts" } else { "comments" };
            let wire_type = if kind == EntryKind::Post { "Page" } else { "Note" };
            let ap_id = ApId::new(format!("{}/{folder}/{id}", app.site.base_url));
            (ap_id, wire_type.to_owned(), None, None, app.now(), None)
        }
        Origin::Elsewhere { ap_id, wire_type, page_url, context_url, published_at, edited_at } => {
            let context_url = context_url.filter(|_| kind == EntryKind::Post);
            (ap_id, wire_type, page_url, context_url, published_at, edited_at)
        }
    };
    NewEntry {
        id,
        ap_id,
        kind,
        group_id: command.group,
        author_id: command.author,
        thread_id: place.parent.as_ref().map_or(id, |parent| parent.thread_id),
        parent_id: place.parent.as_ref().map(|parent| parent.id),
        depth: place.parent.as_ref().map_or(0, |parent| (parent.depth + 1).min(MAX_DEPTH)),
        is_local: matches!(command.origin, Origin::Here),
        state,
        state_reason,
        wire_type,
        page_url,
        context_url,
        texts: command.texts.clone(),
        published_at,
        edited_at,
        received_id: command.cause.received(),
    }
}

async fn follow_up(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    decided: Decided,
    command: &Submit,
    told: bool,
) -> Result<(), StoreError> {
    match decided.verdict {
        Verdict::Admit => {
            if entry.state == EntryState::Published {
                count_in(tx, entry, app.now()).await?;
            }
            if told {
                cause::tell(app, tx, command.cause, EventKind::EntryPublished { entry: entry.id }).await?;
            }
        }
        Verdict::Hold(reason) => {
            queue::insert(tx, &queue_item(app, entry, reason.as_str())).await?;
            record(app, tx, entry, DecisionAction::Hold, decided.layer, reason.as_str(), None).await?;
        }
        Verdict::Refuse(refusal) => {
            let reason = refusal.explanation().to_owned();
            let refuse = DecisionAction::Refuse;
            record(app, tx, entry, refuse, decided.layer, refusal.as_str(), Some(&reason)).await?;
            if !command.is_fetched {
                let refused = EventKind::EntryRefused { entry: entry.id, reason };
                cause::tell(app, tx, command.cause, refused).await?;
            }
        }
        Verdict::Drop(_) => {}
    }
    Ok(())
}

fn queue_item(app: &App, entry: &Entry, reason: &str) -> QueueItem {
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

/// Records what a layer decided about an entry.
pub(super) async fn record(
    app: &App,
    tx: &mut Tx,
    entry: &Entry,
    action: DecisionAction,
    layer: Layer,
    rule: &str,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let record = Decision {
        id: DecisionId(app.new_id()),
        group: Some(entry.group_id),
        action,
        target: Target::Entry(entry.id),
        layer,
        rule: Some(rule.to_owned()),
        reason: reason.map(str::to_owned),
        until: None,
        by: None,
        at: app.now(),
    };
    decision::insert(tx, &record).await
}
