//! A new text for a post or comment.

use std::borrow::Cow;
use std::time::Duration;

use guildhall_domain::{
    ActorId, EntryId, QueueItemId, Timestamp,
    admission::{Decided, Layer, Refusal, Verdict, Wants},
    content::{EditFacts, EditOutcome, EditRefusal, EntryKind, EntryState, decide_edit},
    event::{Cause, EventKind},
    moderation::DecisionAction,
    peering::Peering,
    rules::Received,
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{self, Entry, Texts},
    group, partner,
    poll::{self, Poll},
    queue::{self, QueueItem, QueueKind},
    received::Outcome,
};

use super::prints::keep_prints;
use super::submit::record;
use crate::{
    App,
    admission::{Applying, follow_rules},
    case::attach_by_rules,
    cause, facts, notice,
    said::Said,
};

/// An author changes a text.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Which.
    pub entry: EntryId,
    /// Who.
    pub editor: ActorId,
    /// The new texts.
    pub texts: Texts,
    /// New counts or options, where it asks a question.
    pub poll: Option<Poll>,
    /// When it was changed, by the author's clock.
    pub written_at: Timestamp,
    /// Whether the author's server said so. It may be about more than we keep then; without, and with nothing new, it is a
    /// repetition.
    pub is_dated: bool,
    /// What set it off.
    pub cause: Cause,
}

impl Edit {
    /// Of somebody here what is asked for last is newest, even if another node took it in, or the clock was set back.
    fn not_before(&self, known: Timestamp) -> Cow<'_, Self> {
        if self.cause != Cause::Local || self.written_at.is_after(known) {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { written_at: known.plus(Duration::from_millis(1)), ..self.clone() })
    }
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// Shown from now on.
    Changed,
    /// Waits for a moderator; the old text is shown.
    Held,
    /// Older than what is known, or nothing new.
    Unchanged,
}

/// Why an edit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// No such entry.
    #[error("no such entry")]
    NotFound,
    /// Not theirs, or closed.
    #[error(transparent)]
    Refused(#[from] EditRefusal),
    /// The group's rules say no, in these words.
    #[error("the group does not take this edit: {1}")]
    NotAdmitted(Refusal, String),
    /// Reading or writing failed.
    #[error("reading or writing the entry failed")]
    Store(#[from] StoreError),
}

/// Changes the text of an entry. What is still held changes in the queue; what is published passes the pipeline again.
///
/// # Errors
/// [`EditError`]; the text stays as it was.
pub async fn edit(app: &App, command: Edit) -> Result<Edited, EditError> {
    let editor = facts::actor(app, command.editor).await?;
    let Some(known) = entry::find(&app.store, command.entry).await? else {
        return Err(cause::refused(app, command.cause, EditError::NotFound).await);
    };
    let peering = facts::peering_of_actor(app, Some(known.group_id), &editor).await?;
    let counted = poll::find(&app.store, command.entry).await?;
    let is_count = counted.as_ref().is_some_and(|counted| is_count(&known, counted, &command));
    let mut tx = app.begin().await?;
    let result = match &command.poll {
        Some(poll) if is_count => count(app, &mut tx, &command, poll, (&editor, peering)).await,
        _ => change(app, &mut tx, &command, counted.as_ref(), (&editor, peering)).await,
    };
    match result {
        // A refusal by the pipeline is recorded, so it is kept too.
        Ok(_) | Err(EditError::NotAdmitted(..)) => {
            tx.commit().await?;
            app.signals.event.notify_one();
        }
        Err(EditError::Store(_)) => {}
        Err(ref error) => {
            drop(tx);
            cause::finish_alone(app, command.cause, Outcome::Refused, &error.to_string()).await?;
        }
    }
    result
}

/// Whether the counts of a poll are new, and nothing else is.
fn is_count(known: &Entry, counted: &Poll, command: &Edit) -> bool {
    let Some(poll) = command.poll.as_ref().filter(|poll| *poll != counted) else {
        return false;
    };
    let names = |poll: &Poll| poll.options.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let is_same_poll = names(counted) == names(poll)
        && (counted.multiple, counted.closes_at) == (poll.multiple, poll.closes_at);
    is_same_poll && is_same(command, &texts_of(known))
}

/// Takes new counts over. They are no edit: nobody reviews them, and the text is not marked as changed. But where an
/// edit would be reviewed they are not passed on, for the bytes around the counts may say something else.
async fn count(
    app: &App,
    tx: &mut Tx,
    command: &Edit,
    poll: &Poll,
    editor: (&Actor, (Peering, Peering)),
) -> Result<Edited, EditError> {
    let current = entry::lock(tx, command.entry).await?.ok_or(EditError::NotFound)?;
    let written_at = current.edited_at.unwrap_or(current.published_at);
    let known = EditFacts { author: current.author_id, state: current.state, written_at };
    let is_stale = decide_edit(&known, command.editor, command.written_at)? == EditOutcome::Stale;
    let decided = decide(app, tx, &current, &command.texts, editor).await?;
    if let Verdict::Refuse(refusal) | Verdict::Drop(refusal) = decided.verdict {
        cause::finish(tx, command.cause, Outcome::Refused, Some(refusal.as_str()), app.now()).await?;
        return Err(not_admitted(refusal, &decided));
    }
    let outcome = if is_stale { Outcome::Ignored } else { Outcome::Applied };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? || is_stale {
        return Ok(Edited::Unchanged);
    }
    poll::set(tx, current.id, poll).await?;
    if decided.verdict.is_admitted() {
        tell_edited(app, tx, &current, command.cause).await?;
    }
    Ok(Edited::Changed)
}

async fn change(
    app: &App,
    tx: &mut Tx,
    command: &Edit,
    counted: Option<&Poll>,
    editor: (&Actor, (Peering, Peering)),
) -> Result<Edited, EditError> {
    let current = entry::lock(tx, command.entry).await?.ok_or(EditError::NotFound)?;
    let shown = current.edited_at.unwrap_or(current.published_at);
    let waiting = queue::find_open_edit(tx, current.id).await?;
    let held = waiting.as_ref().and_then(|item| item.written_at);
    let written_at = held.map_or(shown, |held| held.max(shown));
    let command = &*command.not_before(written_at);
    let known = EditFacts { author: current.author_id, state: current.state, written_at };
    if decide_edit(&known, command.editor, command.written_at)? == EditOutcome::Stale {
        cause::finish(tx, command.cause, Outcome::Ignored, Some("older than what is known"), app.now())
            .await?;
        return Ok(Edited::Unchanged);
    }
    if !command.is_dated
        && let Some(repeated) = find_repeated(tx, &current, waiting.as_ref(), counted, command).await?
    {
        let is_first =
            cause::finish(tx, command.cause, Outcome::Ignored, Some(NOTHING_NEW), app.now()).await?;
        if is_first && repeated == Repeated::Shown && waiting.is_some() {
            // What waits is not wanted any more.
            queue::close_entry(tx, current.id, app.now()).await?;
        }
        return Ok(Edited::Unchanged);
    }
    let decided = decide(app, tx, &current, &command.texts, editor).await?;
    let outcome = match decided.verdict {
        Verdict::Admit | Verdict::AdmitAndReport => Outcome::Applied,
        Verdict::Hold(_) => Outcome::Held,
        Verdict::Refuse(_) | Verdict::Drop(_) => Outcome::Refused,
    };
    if !cause::finish(tx, command.cause, outcome, None, app.now()).await? {
        return Ok(Edited::Unchanged);
    }
    // What is held or refused changes nothing about what is shown.
    let shown_from_now = decided.verdict.is_admitted().then_some(current.id);
    follow_rules(tx, current.group_id, shown_from_now, &decided, app.now()).await?;
    attach_by_rules(app, tx, current.group_id, current.id, &decided).await?;
    let line = command.texts.title.as_deref().unwrap_or(&command.texts.excerpt);
    notice::follow_rules(app, tx, current.group_id, current.author_id, (Some(current.id), line), &decided)
        .await?;
    match decided.verdict {
        Verdict::Admit | Verdict::AdmitAndReport => {
            apply(app, tx, &current, command).await.map(|()| Edited::Changed)
        }
        Verdict::Hold(_) => {
            queue::close_entry(tx, current.id, app.now()).await?;
            let item = queue_item(app, &current, command, decided.named().unwrap_or_default());
            queue::insert_with_poll(tx, &item, command.poll.as_ref()).await?;
            record(app, tx, &current, DecisionAction::Hold, &decided, true).await?;
            Ok(Edited::Held)
        }
        Verdict::Refuse(refusal) | Verdict::Drop(refusal) => {
            let is_told = matches!(decided.verdict, Verdict::Refuse(_));
            record(app, tx, &current, DecisionAction::Refuse, &decided, is_told).await?;
            Err(not_admitted(refusal, &decided))
        }
    }
}

fn not_admitted(refusal: Refusal, decided: &Decided) -> EditError {
    EditError::NotAdmitted(refusal, decided.explanation().unwrap_or(refusal.explanation()).to_owned())
}

/// What an edit says once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// The edit that waits for a moderator.
    Waiting,
    /// What is shown.
    Shown,
}

/// Why an edit that says nothing new is ignored.
const NOTHING_NEW: &str = "nothing new";

/// Whether an edit says nothing new; `counted` is the poll that is shown. An edit without a poll leaves the poll alone.
async fn find_repeated(
    tx: &mut Tx,
    current: &Entry,
    waiting: Option<&QueueItem>,
    counted: Option<&Poll>,
    command: &Edit,
) -> Result<Option<Repeated>, StoreError> {
    if let Some((item, texts)) = waiting.and_then(|item| Some((item, item.edit.as_ref()?)))
        && is_same(command, texts)
        && queue::find_poll_in(tx, item.id).await? == command.poll
    {
        return Ok(Some(Repeated::Waiting));
    }
    let is_same_poll = command.poll.is_none() || command.poll.as_ref() == counted;
    Ok((is_same_poll && is_same(command, &texts_of(current))).then_some(Repeated::Shown))
}

pub(crate) fn texts_of(entry: &Entry) -> Texts {
    Texts {
        title: entry.title.clone(),
        content_html: entry.content_html.clone(),
        content_source: entry.content_source.clone(),
        excerpt: entry.excerpt.clone(),
        link_url: entry.link_url.clone(),
        image_url: entry.image_url.clone(),
        language: entry.language.clone(),
        sensitive: entry.sensitive,
    }
}

/// Whether an edit says the same as `texts`. Of somebody here by the source, where there is one: the HTML follows from it.
fn is_same(command: &Edit, texts: &Texts) -> bool {
    let new = &command.texts;
    if command.cause != Cause::Local || new.content_source.is_none() {
        return new == texts;
    }
    let of_source =
        |texts: &Texts| Texts { content_html: String::new(), excerpt: String::new(), ..texts.clone() };
    of_source(new) == of_source(texts)
}

/// What the pipeline says to new texts for an entry, or to the return of its old ones.
pub(super) async fn decide(
    app: &App,
    tx: &mut Tx,
    current: &Entry,
    texts: &Texts,
    (editor, peering): (&Actor, (Peering, Peering)),
) -> Result<Decided, StoreError> {
    let known = entry::find_author_facts(tx, current.group_id, current.author_id)
        .await?
        .ok_or_else(|| StoreError::corrupt("entry", current.id))?;
    // What is held is not shown yet, and a group elsewhere has decided by itself.
    if current.state == EntryState::Held || !known.group_is_local {
        return Ok(Decided::by(Layer::Default, Verdict::Admit));
    }
    let tally = current.tally;
    let applying = Applying {
        said: Said::of_texts(texts).into(),
        is_post: current.kind == EntryKind::Post,
        received: Received { score: tally.score(), downs: tally.down, reports: 0 },
        is_known: Some(current.id),
        ..Applying::bare(Wants::Edit, current.group_id, editor, &known, peering)
    };
    let books = app.signals.shelf.books(tx, current.group_id, &known).await?;
    let past = applying.look_back(app, tx, &books).await?;
    Ok(applying.decide(&books, &past, app.now()))
}

async fn apply(app: &App, tx: &mut Tx, current: &Entry, command: &Edit) -> Result<(), EditError> {
    entry::set_texts(tx, current.id, &command.texts, command.written_at).await?;
    keep_prints(app, tx, current, &command.texts).await?;
    if let Some(poll) = &command.poll {
        poll::set(tx, current.id, poll).await?;
    }
    if current.state == EntryState::Held {
        // A new item: who admits the old one has not read this text. Nor may the activity that brought the old text
        // stand for it.
        queue::close_entry(tx, current.id, app.now()).await?;
        queue::insert(tx, &held_item(app, current, command)).await?;
        entry::clear_received(tx, current.id).await?;
    } else {
        // An older text that still waits must not replace this one later.
        queue::close_entry(tx, current.id, app.now()).await?;
    }
    tell_edited(app, tx, current, command.cause).await?;
    if current.kind == EntryKind::Post {
        // Mirrors come after the group, as in all transactions.
        partner::look_again(tx, current.id).await?;
    }
    Ok(())
}

async fn tell_edited(app: &App, tx: &mut Tx, current: &Entry, cause: Cause) -> Result<(), StoreError> {
    let group_is_local = group::lock(tx, current.group_id).await?.is_some_and(|group| group.is_local);
    if current.state.is_out() && (group_is_local || current.is_local) {
        cause::tell(app, tx, cause, EventKind::EntryEdited { entry: current.id }).await?;
    }
    Ok(())
}

/// The item of a held entry whose text was changed before anybody decided.
fn held_item(app: &App, entry: &Entry, command: &Edit) -> QueueItem {
    let kind = if entry.kind == EntryKind::Post { QueueKind::Post } else { QueueKind::Comment };
    let reason = entry.state_reason.as_deref().unwrap_or_default();
    QueueItem {
        kind,
        edit: None,
        written_at: None,
        received: None,
        ..queue_item(app, entry, command, reason)
    }
}

fn queue_item(app: &App, entry: &Entry, command: &Edit, reason: &str) -> QueueItem {
    let title = command.texts.title.clone().or_else(|| entry.title.clone());
    QueueItem {
        id: QueueItemId(app.new_id()),
        kind: QueueKind::Edit,
        group: entry.group_id,
        actor: entry.author_id,
        entry: Some(entry.id),
        object: Some(entry.ap_id.clone()),
        title: title.unwrap_or_else(|| command.texts.excerpt.clone()),
        reason: reason.to_owned(),
        edit: Some(command.texts.clone()),
        written_at: Some(command.written_at),
        received: command.cause.received(),
        received_at: app.now(),
        decided_at: None,
    }
}
