//! What becomes of one who wants to enter: where it stands in its thread, what the rules say, and the entry to be written.

use guildhall_domain::{
    ApId, EntryId,
    admission::{Decided, Layer, Refusal, Standing, Verdict, decide_admission},
    content::{EntryKind, EntryState, MAX_DEPTH},
    peering::Peering,
};
use guildhall_store::{
    arrivals::End,
    entry::{AuthorFacts, Entry, NewEntry},
    received::Outcome,
};

use super::enter::Applicant;
use super::once::RequestKey;
use super::submit::{Origin, Submit, SubmitError, Submitted};
use crate::{App, facts};

/// Somebody who has been told whether they may enter.
pub(super) struct Judged<'a> {
    pub(super) command: &'a Submit,
    key: Option<&'a RequestKey>,
    pub(super) decided: Decided,
    /// What is to be written; `None` where it is dropped without a trace.
    pub(super) new: Option<NewEntry>,
    state: EntryState,
    group_is_local: bool,
}

/// Judges by the facts alone.
pub(super) fn judge<'a>(
    app: &App,
    applicant: &'a Applicant,
    place: &Place,
    author: &AuthorFacts,
    peering: (Peering, Peering),
) -> Judged<'a> {
    let Applicant { command, awaits_announcement, key } = applicant;
    let decided = if author.group_is_local {
        let facts = facts::entry_facts(author, place.kind(), peering, command.is_public, place.locked);
        decide_admission(&facts, app.now())
    } else {
        let of_instance = Standing { group_ban: None, ..author.standing };
        decide_elsewhere(peering.0, command.is_public, of_instance.is_banned(app.now()))
    };
    let (state, state_reason) = state_of(decided.verdict, *awaits_announcement);
    let new = match decided.verdict {
        Verdict::Drop(_) => None,
        _ => Some(new_entry(app, command, place, (state, state_reason))),
    };
    Judged { command, key: key.as_ref(), decided, new, state, group_is_local: author.group_is_local }
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
        let is_in = matches!(self.decided.verdict, Verdict::Admit | Verdict::Hold(_));
        self.key.filter(|_| is_in).zip(self.new.as_ref().map(|new| new.id))
    }

    pub(super) fn submitted(&self) -> Submitted {
        let entry = self.new.as_ref().map(|new| new.id);
        Submitted { entry, state: self.state, decided: self.decided }
    }
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

/// How the activity behind an entry ends, and why.
pub(super) fn outcome_of(verdict: Verdict) -> (Outcome, Option<&'static str>) {
    match verdict {
        Verdict::Admit => (Outcome::Applied, None),
        Verdict::Hold(reason) => (Outcome::Held, Some(reason.as_str())),
        Verdict::Refuse(refusal) | Verdict::Drop(refusal) => (Outcome::Refused, Some(refusal.as_str())),
    }
}

/// The place of a new entry in its thread.
pub(super) struct Place {
    parent: Option<Entry>,
    locked: bool,
}

impl Place {
    /// Of what answers nothing.
    pub(super) const START: Self = Self { parent: None, locked: false };

    /// Below `parent` in the thread of `post`, where the rules let anybody answer.
    pub(super) fn under(command: &Submit, (post, parent): &(Entry, Entry)) -> Result<Self, SubmitError> {
        if parent.state != EntryState::Published || parent.group_id != command.group {
            return Err(SubmitError::NoSuchParent);
        }
        // A thread whose post is gone goes on as one that is locked.
        let locked = post.locked || post.state != EntryState::Published || parent.locked;
        Ok(Self { locked, parent: Some(parent.clone()) })
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
