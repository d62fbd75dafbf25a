//! What somebody may do in a group, before they do it: by the pipeline that decides when they do, as far as it does not ask
//! what they bring.

use guildhall_domain::{
    ActorId, GroupId,
    admission::{Decided, Sanction, Verdict, Wants},
    group::{Admission, Posting},
    membership::{JoinOutcome, MembershipState, decide_join},
    welcome::JoinQuestion,
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    delivery::host::{self, HostState},
    entry::{self, AuthorFacts},
    group::{self, Group},
    membership::{self, Place},
    welcome::{answer, invitation, question},
};

use crate::{App, admission::Applying, facts, welcome::state_of};

/// What would come of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It would be let in.
    Allowed,
    /// It would wait for somebody.
    Held,
    /// It would be refused.
    Refused,
}

impl Answer {
    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Held => "held",
            Self::Refused => "refused",
        }
    }
}

/// What would come of one kind of act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActAccess {
    /// The act.
    pub wants: Wants,
    /// What would come of it.
    pub answer: Answer,
    /// A fixed name of the reason, where it is not simply allowed.
    pub code: Option<&'static str>,
    /// The same in a sentence.
    pub reason: Option<String>,
}

/// What somebody may do in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Their membership, or request for one.
    pub membership: Option<MembershipState>,
    /// Whether they moderate the group.
    pub is_moderator: bool,
    /// Whether somebody who may do so invited them.
    pub is_invited: bool,
    /// To join, to post, to comment, to vote and to report, in this order.
    pub acts: Vec<ActAccess>,
    /// What the group asks before they can join: only where they would wait, and have not answered yet.
    pub questions: Vec<JoinQuestion>,
}

/// What can be done in a group. An edit is judged as what it changes.
const ACTS: [Wants; 5] = [Wants::Join, Wants::Post, Wants::Comment, Wants::Vote, Wants::Report];

/// What somebody here may do in a group, hosted here or elsewhere. Of a group elsewhere this says what is known of it: its
/// own server decides. `None`: no such group.
pub async fn find(app: &App, group: GroupId, person: ActorId) -> Result<Option<Access>, StoreError> {
    let Some(here) = group::find(&app.store, group).await? else { return Ok(None) };
    let actor = facts::actor(app, person).await?;
    if here.is_local { of_group_here(app, group, &actor).await } else { elsewhere(app, &here, &actor).await }
}

async fn of_group_here(app: &App, group: GroupId, actor: &Actor) -> Result<Option<Access>, StoreError> {
    let Some(known) = entry::find_author_facts_now(&app.store, group, actor.id).await? else {
        return Ok(None);
    };
    let book = app.signals.shelf.of_group_now(&app.store, group, &known).await?;
    let peering = facts::peering_of_actor(app, Some(group), actor).await?;
    let is_invited = is_invited(app, group, actor.id).await?;
    let recent = Applying::bare(Wants::Post, group, actor, &known, peering).recent_now(app, &book).await?;
    let acts: Vec<ActAccess> = ACTS
        .iter()
        .map(|wants| {
            let is_post = *wants == Wants::Post;
            let bare = Applying::bare(*wants, group, actor, &known, peering);
            let applying = Applying { is_post, is_invited, ..bare };
            of_decided(*wants, &known, &applying.foresee(&book, recent, app.now()))
        })
        .collect();
    let waits = acts.iter().any(|act| act.wants == Wants::Join && act.answer == Answer::Held);
    let questions = if waits && answer::list(&app.store, group, actor.id).await?.is_empty() {
        question::list(&app.store, group).await?
    } else {
        Vec::new()
    };
    let is_moderator = known.trust.is_moderator;
    Ok(Some(Access { membership: known.membership, is_moderator, is_invited, acts, questions }))
}

pub(crate) async fn is_invited(app: &App, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    for open in invitation::list_open_for_now(&app.store, group, actor, app.now()).await? {
        if state_of(app, open).await?.1.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_decided(wants: Wants, known: &AuthorFacts, decided: &Decided) -> ActAccess {
    let verdict = decided.verdict;
    let act = |answer, code, reason: Option<&str>| ActAccess {
        wants,
        answer,
        code,
        reason: reason.map(str::to_owned),
    };
    match (wants, known.membership) {
        (Wants::Join, Some(MembershipState::Pending)) if matches!(verdict, Verdict::Hold(_)) => {
            act(Answer::Held, Some("pending"), Some(PENDING_HERE))
        }
        (Wants::Join, _)
            if decide_join(known.membership, known.role, decided) == Ok(JoinOutcome::AlreadyMember) =>
        {
            act(Answer::Allowed, Some("already-member"), Some("You are a member of this group."))
        }
        _ => match verdict {
            Verdict::Admit | Verdict::AdmitAndReport => act(Answer::Allowed, None, None),
            Verdict::Hold(reason) => act(Answer::Held, Some(reason.as_str()), Some(reason.explanation())),
            Verdict::Refuse(refusal) | Verdict::Drop(refusal) => {
                act(Answer::Refused, Some(refusal.as_str()), Some(refusal.explanation()))
            }
        },
    }
}

const PENDING_HERE: &str = "Your request to join waits for a moderator.";

async fn elsewhere(app: &App, group: &Group, person: &Actor) -> Result<Option<Access>, StoreError> {
    let Some(place) = membership::find_place(&app.store, group.id, person.id).await? else {
        return Ok(None);
    };
    let Some(actor) = actor::find(&app.store, group.id.actor()).await? else { return Ok(None) };
    let in_general = in_general(app, &actor, &place).await?;
    let acts = ACTS.iter().map(|wants| match &in_general {
        Some((Answer::Refused, code, reason)) => known(*wants, Answer::Refused, code, reason),
        // A closed door is the worse news; else nothing gets there for now.
        Some((answer, code, reason)) => match of_place(*wants, group, &place) {
            act if act.answer == Answer::Refused => act,
            _ => known(*wants, *answer, code, reason),
        },
        None => of_place(*wants, group, &place),
    });
    Ok(Some(Access {
        membership: place.membership,
        is_moderator: place.is_moderator,
        is_invited: false,
        acts: acts.collect(),
        questions: Vec::new(),
    }))
}

fn known(wants: Wants, answer: Answer, code: &'static str, reason: &str) -> ActAccess {
    ActAccess { wants, answer, code: Some(code), reason: Some(reason.to_owned()) }
}

/// What holds whatever somebody wants to do in a group elsewhere.
async fn in_general(
    app: &App,
    group: &Actor,
    place: &Place,
) -> Result<Option<(Answer, &'static str, String)>, StoreError> {
    if let Some(reason) = facts::no_dealings(app, group).await? {
        return Ok(Some((Answer::Refused, reason.code(), sentence(&reason.to_string()))));
    }
    if place.standing.is_under(Sanction::Ban, app.now()) {
        let said = "You are banned from this group.";
        return Ok(Some((Answer::Refused, "banned", said.to_owned())));
    }
    let server = group.ap_id.authority().unwrap_or(&group.host);
    let Some(known) = host::find_state(&app.store, server).await? else { return Ok(None) };
    if known.is_refusing_us {
        let said = format!("{server} has refused what this server sent lately; it may have blocked it.");
        return Ok(Some((Answer::Held, "refused-there", said)));
    }
    Ok(match known.state {
        HostState::Active | HostState::Failing => None,
        HostState::Dead => {
            let said =
                format!("{server} has not answered for days. What you do here reaches it when it does.");
            Some((Answer::Held, "server-silent", said))
        }
        HostState::Paused => {
            let said =
                format!("This server sends nothing to {server} at the moment; its admins stopped that.");
            Some((Answer::Held, "server-paused", said))
        }
    })
}

/// What a group elsewhere shows of its door.
fn of_place(wants: Wants, group: &Group, place: &Place) -> ActAccess {
    let allowed = ActAccess { wants, answer: Answer::Allowed, code: None, reason: None };
    if place.is_moderator {
        return allowed;
    }
    match (wants, place.membership) {
        (Wants::Join, Some(MembershipState::Member)) => {
            known(wants, Answer::Allowed, "already-member", "You are a member of this group.")
        }
        (Wants::Join, Some(MembershipState::Pending)) => {
            known(wants, Answer::Held, "pending", "Your request to join waits for the group's own server.")
        }
        (Wants::Join, None) if group.policy.admission != Admission::Open => known(
            wants,
            Answer::Held,
            "approval",
            "The moderators of this group decide about who becomes a member.",
        ),
        (Wants::Post, _) if group.policy.posting == Posting::Moderators => {
            let said = "Only moderators start threads in this group. You can reply to existing ones.";
            known(wants, Answer::Refused, "moderators-only", said)
        }
        _ => allowed,
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
