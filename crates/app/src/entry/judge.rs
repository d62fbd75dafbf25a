//! What becomes of one who wants to enter: where it stands in its thread, what the rules say, and the entry to be written.

use guildhall_domain::{
    ActorId, ApId, EntryId, Timestamp,
    admission::{Decided, Verdict},
    content::{EntryKind, EntryState, MAX_DEPTH},
};
use guildhall_store::{
    arrivals::End,
    entry::{Entry, NewEntry},
    received::Outcome,
};

use super::enter::Applicant;
use super::once::RequestKey;
use super::submit::{Origin, Submit, SubmitError, Submitted};
use crate::{
    App,
    admission::{Applying, Beside, Past},
    rulebook::Books,
};

/// Somebody who has been told whether they may enter.
pub(super) struct Judged<'a> {
    pub(super) command: &'a Submit,
    key: Option<&'a RequestKey>,
    pub(super) decided: Decided,
    /// Equal for the same words and for the same link; to be kept where rules ask for repetitions.
    pub(super) prints: Option<(Option<i64>, Option<i64>)>,
    /// Whether it is to be reached by its address alone, as what it answers is.
    pub(super) is_limited: bool,
    /// Whom it answers: what they wrote is answered, if it is let in.
    pub(super) answered: Option<ActorId>,
    /// What is to be written; `None` where it is dropped without a trace.
    pub(super) new: Option<NewEntry>,
    state: EntryState,
    pub(super) group_is_local: bool,
}

/// Judges by the facts alone. `ruled`: what there is to judge by, in a group hosted here.
pub(super) fn judge<'a>(
    app: &App,
    applicant: &'a Applicant,
    place: &Place,
    applying: &Applying<'_>,
    ruled: Option<(&Books, &Past)>,
) -> Judged<'a> {
    let Applicant { command, awaits_announcement, key, .. } = applicant;
    let now = app.now();
    let decided = match ruled {
        Some((books, past)) => applying.decide(books, past, now),
        None => applying.decide_elsewhere(now),
    };
    let standing = state_of(&decided, *awaits_announcement);
    let state = standing.0;
    let new = match decided.verdict {
        Verdict::Drop(_) => None,
        _ => Some(new_entry(app, command, place, standing)),
    };
    let wants_prints = ruled.is_some_and(|(books, _)| books.ask_for_repetitions());
    Judged {
        command,
        key: key.as_ref(),
        prints: wants_prints.then(|| (applying.said.text_print(), applying.said.link_print())),
        is_limited: place.limited,
        answered: place
            .parent
            .as_ref()
            .map(|parent| parent.author_id)
            .filter(|author| *author != command.author),
        decided,
        new,
        state,
        group_is_local: ruled.is_some(),
    }
}

impl<'a> Judged<'a> {
    /// How the activity behind it ends.
    pub(super) fn end(&self) -> Option<End<'static>> {
        let (outcome, reason) = outcome_of(self.decided.verdict);
        self.command.cause.received().map(|id| End { id, outcome, reason })
    }

    /// Whether others are told: by the group where it is hosted here, by the author's server where that is this one.
    pub(super) fn is_told(&self) -> bool {
        self.group_is_local || matches!(self.command.origin, Origin::Here)
    }

    /// The key of the request that made an entry. One that was refused may be made again, when the reason is gone.
    pub(super) fn key(&self) -> Option<(&'a RequestKey, EntryId)> {
        let verdict = self.decided.verdict;
        let is_in = verdict.is_admitted() || matches!(verdict, Verdict::Hold(_));
        self.key.filter(|_| is_in).zip(self.new.as_ref().map(|new| new.id))
    }

    /// What those that come after it in the same transaction have to know of it; `None` where it is dropped.
    pub(super) fn beside(&self) -> Option<Beside> {
        self.new.as_ref()?;
        let Submit { group, author, .. } = *self.command;
        Some(Beside { group, author, prints: self.prints.unwrap_or_default() })
    }

    pub(super) fn submitted(&self) -> Submitted {
        let entry = self.new.as_ref().map(|new| new.id);
        Submitted { entry, state: self.state, decided: self.decided.clone() }
    }
}

fn state_of(decided: &Decided, awaits_announcement: bool) -> (EntryState, Option<String>) {
    match decided.verdict {
        Verdict::Admit | Verdict::AdmitAndReport if awaits_announcement => (EntryState::Sent, None),
        Verdict::Admit | Verdict::AdmitAndReport => (EntryState::Published, None),
        // Not the name of an automatic rule: its author reads this.
        Verdict::Hold(reason) => (EntryState::Held, Some(reason.as_str().to_owned())),
        Verdict::Refuse(_) | Verdict::Drop(_) => {
            (EntryState::Refused, decided.explanation().map(str::to_owned))
        }
    }
}

/// How the activity behind an entry ends, and why.
pub(super) fn outcome_of(verdict: Verdict) -> (Outcome, Option<&'static str>) {
    match verdict {
        Verdict::Admit | Verdict::AdmitAndReport => (Outcome::Applied, None),
        Verdict::Hold(reason) => (Outcome::Held, Some(reason.as_str())),
        Verdict::Refuse(refusal) | Verdict::Drop(refusal) => (Outcome::Refused, Some(refusal.as_str())),
    }
}

/// The place of a new entry in its thread.
pub(super) struct Place {
    parent: Option<Entry>,
    locked: bool,
    limited: bool,
}

impl Place {
    /// Of what answers nothing.
    pub(super) const START: Self = Self { parent: None, locked: false, limited: false };

    /// Below `parent` in the thread of `post`, where the rules let anybody answer.
    pub(super) fn under(
        command: &Submit,
        (post, parent): &(Entry, Entry),
        now: Timestamp,
    ) -> Result<Self, SubmitError> {
        if parent.state != EntryState::Published || parent.group_id != command.group {
            return Err(SubmitError::NoSuchParent);
        }
        // A thread whose post is gone goes on as one that is locked.
        let locked = post.is_locked(now) || post.state != EntryState::Published || parent.is_locked(now);
        // What answers what is not listed is not listed either.
        let limited = post.limited || parent.limited;
        Ok(Self { locked, limited, parent: Some(parent.clone()) })
    }

    pub(super) fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) fn kind(&self) -> EntryKind {
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
