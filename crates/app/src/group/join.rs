//! Asking to join a group.

use guildhall_domain::{
    ActorId, ApId, GroupId, QueueItemId,
    admission::Decided,
    event::{Cause, EventKind},
    membership::{JoinOutcome, JoinRefusal, MembershipState, decide_join},
    moderation::{Decision, DecisionAction, Target},
    text::shorten,
    welcome::{
        Answer, InvalidAnswers, InvitationVoid, JoinQuestion, MAX_ANSWER_LENGTH, is_answered, read_answers,
    },
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    delivery::subscription,
    entry, group,
    group::Counts,
    membership::{self, Membership},
    queue::{self, QueueItem, QueueKind},
    received::Outcome,
    welcome::{answer, invitation as invitations, question, vouch},
};

use super::{NoDealings, door::Waiting};
use crate::{
    App,
    admission::follow_rules,
    case, cause,
    decision::{Record, keep},
    facts, markup, notice,
    welcome::{ask, invitation_for, is_vouched_for},
};

/// Somebody wants to join.
#[derive(Debug, Clone)]
pub struct RequestJoin {
    /// The group.
    pub group: GroupId,
    /// Who.
    pub actor: ActorId,
    /// The Follow or Join that asks; `None` for people here.
    pub follow: Option<ApId>,
    /// What set it off.
    pub cause: Cause,
}

/// Why [`request_join`] did not happen.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// No such group.
    #[error("no such group")]
    NoSuchGroup,
    /// The rules say no.
    #[error("join refused")]
    Refused(#[from] JoinRefusal),
    /// The group wants to know something first.
    #[error("this group asks questions of those who want to join; answer those that are required")]
    AnswersNeeded(Vec<JoinQuestion>),
    /// Answers that do not fit.
    #[error(transparent)]
    Answers(#[from] InvalidAnswers),
    /// The invitation is worth nothing.
    #[error(transparent)]
    Invitation(#[from] InvitationVoid),
    /// The group lives where nothing from here gets to.
    #[error(transparent)]
    NoDealings(#[from] NoDealings),
    /// Reading or writing failed.
    #[error("reading or writing the membership failed")]
    Store(#[from] StoreError),
}

/// What somebody brings who wants to join.
#[derive(Debug, Clone, Default)]
pub struct Brings {
    /// Answers to the questions of the group, in their order; blank for one that is passed over.
    pub answers: Vec<String>,
    /// What they say in one piece instead (Mobilizon's `participationMessage`).
    pub message: Option<String>,
    /// The code of an invitation.
    pub invitation: Option<String>,
}

/// As [`join_with`], with nothing in hand.
///
/// # Errors
/// As [`join_with`].
pub async fn request_join(app: &App, command: RequestJoin) -> Result<JoinOutcome, JoinError> {
    join_with(app, command, Brings::default()).await
}

/// Asks to join a group, for a local account or a remote actor alike.
///
/// A group hosted elsewhere decides there: here the membership is pending until its answer comes. People elsewhere whose
/// request waits are asked the group's questions; people here answer them with the request.
///
/// # Errors
/// [`JoinError::Refused`] when the rules say no; only the decision is recorded then. [`JoinError::NoDealings`] at once for
/// a group on a server that this instance does not deal with. Nothing is written for [`JoinError::AnswersNeeded`],
/// [`JoinError::Answers`] and [`JoinError::Invitation`], which only what people here bring can end in.
pub async fn join_with(app: &App, command: RequestJoin, brings: Brings) -> Result<JoinOutcome, JoinError> {
    let actor = facts::actor(app, command.actor).await?;
    if let Some(reason) = no_dealings(app, command.group).await? {
        return Err(cause::refused(app, command.cause, reason.into()).await);
    }
    let waiting = Waiting::find(app, command.group, &actor).await?;
    let mut tx = app.begin().await?;
    let Some(group) = group::lock(&mut tx, command.group).await? else {
        drop(tx);
        return Err(cause::refused(app, command.cause, JoinError::NoSuchGroup).await);
    };
    let author = entry::find_author_facts(&mut tx, command.group, command.actor)
        .await?
        .ok_or(JoinError::NoSuchGroup)?;
    if !group.is_local {
        return ask_elsewhere(app, tx, &command, author.membership).await;
    }
    let said = Saying::read(&mut tx, &command, &brings).await?;
    let code = brings.invitation.as_deref();
    let invitation = invitation_for(app, &mut tx, command.group, command.actor, code).await??;
    let is_let_in = invitation.is_some() || is_vouched_for(&mut tx, command.group, command.actor).await?;
    let known = (command.group, &author);
    let admission = waiting.decide(app, &mut tx, known, &said.answers, is_let_in).await?;
    let decision = decide_join(author.membership, author.role, &admission);
    if decision == Ok(JoinOutcome::AwaitingApproval) && actor.is_local && !said.is_complete() {
        return Err(JoinError::AnswersNeeded(said.questions));
    }
    if cause::finish(&mut tx, command.cause, outcome_of(decision), reason_of(decision), app.now()).await? {
        match decision {
            Ok(JoinOutcome::Joined) => {
                admit(app, &mut tx, command.group, &actor, command.follow.clone()).await?;
                if let Some(invitation) = invitation
                    && !invitations::add_use(&mut tx, invitation).await?
                {
                    return Err(InvitationVoid::UsedUp.into());
                }
            }
            Ok(JoinOutcome::AwaitingApproval) => {
                let reason = admission.named().unwrap_or_default();
                let item = await_approval(app, &mut tx, &command, &actor, reason).await?;
                said.keep(app, &mut tx, (&command, item), &actor, author.membership).await?;
            }
            Ok(JoinOutcome::AlreadyMember) | Err(_) => {}
        }
        follow_rules(&mut tx, command.group, None, &admission, app.now()).await?;
        case::report_by_rules(app, &mut tx, command.group, &actor, &admission).await?;
        let about = (None, actor.username.as_str());
        notice::follow_rules(app, &mut tx, command.group, command.actor, about, &admission).await?;
        let whom = (command.group, command.actor);
        record(app, &mut tx, whom, (decision, &admission), waiting.latest.clone()).await?;
        // Recorded for a refusal too: the asking server is owed a Reject.
        let (group, actor) = whom;
        let reason = admission.said.clone().filter(|_| decision.is_err());
        let told = EventKind::JoinDecided { group, actor, decision, reason };
        cause::tell(app, &mut tx, command.cause, told).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(decision?)
}

/// What is said to a request, and what the group wants to know.
struct Saying {
    questions: Vec<JoinQuestion>,
    /// What is said now, or was before.
    answers: Vec<Answer>,
    is_new: bool,
}

impl Saying {
    async fn read(tx: &mut Tx, command: &RequestJoin, brings: &Brings) -> Result<Self, JoinError> {
        let questions = question::list_in(tx, command.group).await?;
        let mut answers = read_answers(&questions, &brings.answers)?;
        let message = brings.message.as_deref().map(markup::plain_answer).filter(|text| !text.is_empty());
        let message = message.map(|text| shorten(&text, MAX_ANSWER_LENGTH));
        answers.extend(message.map(|text| Answer { question: None, text }));
        let is_new = !answers.is_empty();
        if !is_new {
            answers = answer::list_in(tx, command.group, command.actor).await?;
        }
        Ok(Self { questions, answers, is_new })
    }

    fn is_complete(&self) -> bool {
        is_answered(&self.questions, &self.answers)
    }

    /// Keeps what is said with a request that waits, or asks somebody elsewhere who has said nothing.
    async fn keep(
        &self,
        app: &App,
        tx: &mut Tx,
        (command, item): (&RequestJoin, QueueItemId),
        person: &Actor,
        before: Option<MembershipState>,
    ) -> Result<(), StoreError> {
        if self.is_new {
            answer::set(tx, command.group, person.id, &self.answers).await?;
        }
        if person.is_local || self.questions.is_empty() || !self.answers.is_empty() {
            return Ok(());
        }
        ask(app, tx, (command.group, item), person, before).await
    }
}

async fn no_dealings(app: &App, group: GroupId) -> Result<Option<NoDealings>, StoreError> {
    match actor::find(&app.store, group.actor()).await? {
        Some(group) => facts::no_dealings(app, &group).await,
        None => Ok(None),
    }
}

/// Keeps what was decided about a request. Asking again as a member is no decision, and to be told the same once more is no
/// new one.
pub(super) async fn record(
    app: &App,
    tx: &mut Tx,
    (group, actor): (GroupId, ActorId),
    (decided, admission): (Result<JoinOutcome, JoinRefusal>, &Decided),
    latest: Option<Decision>,
) -> Result<(), StoreError> {
    let (action, reason) = match decided {
        Ok(JoinOutcome::AlreadyMember) => return Ok(()),
        Ok(JoinOutcome::Joined) => (DecisionAction::Admit, None),
        Ok(JoinOutcome::AwaitingApproval) => (DecisionAction::Hold, None),
        Err(no) => (DecisionAction::Refuse, Some(admission.said.clone().unwrap_or_else(|| no.to_string()))),
    };
    let (layer, rule) = (admission.layer, admission.named());
    let is_same =
        |before: &Decision| (before.action, before.layer, before.rule.as_deref()) == (action, layer, rule);
    if latest.as_ref().is_some_and(is_same) {
        return Ok(());
    }
    let record = Record::by_layer(group, action, Target::Actor(actor), admission);
    keep(app, tx, Record { reason, ..record }).await?;
    Ok(())
}

fn outcome_of(decision: Result<JoinOutcome, JoinRefusal>) -> Outcome {
    match decision {
        Ok(JoinOutcome::Joined | JoinOutcome::AlreadyMember) => Outcome::Applied,
        Ok(JoinOutcome::AwaitingApproval) => Outcome::Held,
        Err(_) => Outcome::Refused,
    }
}

fn reason_of(decision: Result<JoinOutcome, JoinRefusal>) -> Option<&'static str> {
    decision.err().map(JoinRefusal::code)
}

/// Makes somebody a member of a group hosted here.
pub(crate) async fn admit(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    actor: &Actor,
    follow: Option<ApId>,
) -> Result<(), StoreError> {
    let member = Membership { group_id: group, actor_id: actor.id, state: MembershipState::Member, follow };
    membership::set(tx, &member, app.now()).await?;
    queue::close_join(tx, group, actor.id, app.now()).await?;
    vouch::set_admitted(tx, group, actor.id, app.now()).await?;
    group::add_counts(tx, group, Counts { members: 1, ..Counts::default() }).await?;
    if !actor.is_local {
        subscription::add(tx, group, actor.delivery_inbox(), app.now()).await?;
    }
    Ok(())
}

async fn await_approval(
    app: &App,
    tx: &mut Tx,
    command: &RequestJoin,
    actor: &Actor,
    reason: &str,
) -> Result<QueueItemId, StoreError> {
    let (group, now) = (command.group, app.now());
    let pending = Membership {
        group_id: group,
        actor_id: actor.id,
        state: MembershipState::Pending,
        follow: command.follow.clone(),
    };
    membership::set(tx, &pending, now).await?;
    queue::close_join(tx, group, actor.id, now).await?;
    let item = QueueItem {
        id: QueueItemId(app.new_id()),
        kind: QueueKind::Join,
        group,
        actor: actor.id,
        entry: None,
        object: command.follow.clone(),
        title: format!("@{}@{}", actor.username, actor.host),
        reason: reason.to_owned(),
        edit: None,
        written_at: None,
        received: command.cause.received(),
        received_at: now,
        decided_at: None,
    };
    queue::insert(tx, &item).await?;
    Ok(item.id)
}

async fn ask_elsewhere(
    app: &App,
    mut tx: Tx,
    command: &RequestJoin,
    current: Option<MembershipState>,
) -> Result<JoinOutcome, JoinError> {
    let outcome = match current {
        Some(MembershipState::Member) => JoinOutcome::AlreadyMember,
        Some(MembershipState::Pending) | None => JoinOutcome::AwaitingApproval,
    };
    let is_first = cause::finish(&mut tx, command.cause, outcome_of(Ok(outcome)), None, app.now()).await?;
    if outcome == JoinOutcome::AlreadyMember || !is_first {
        tx.commit().await?;
        return Ok(outcome);
    }
    let (group, actor) = (command.group, command.actor);
    let asked = EventKind::JoinRequested { group, actor };
    let event = cause::tell(app, &mut tx, Cause::Local, asked).await?;
    let follow = Some(ApId::new(format!("{}/activities/{event}", app.site.base_url)));
    let pending = Membership { group_id: group, actor_id: actor, state: MembershipState::Pending, follow };
    membership::set(&mut tx, &pending, app.now()).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(outcome)
}
