//! Asking to join a group.

use guildhall_domain::{
    ActorId, ApId, GroupId, QueueItemId,
    admission::{Decided, Wants},
    event::{Cause, EventKind},
    membership::{JoinOutcome, JoinRefusal, MembershipState, decide_join},
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    decision,
    delivery::subscription,
    entry, group,
    group::Counts,
    membership::{self, Membership},
    queue::{self, QueueItem, QueueKind},
    received::Outcome,
};

use super::NoDealings;
use crate::{
    App,
    admission::{Applying, follow_rules},
    cause,
    decision::{Record, keep},
    facts,
    said::Said,
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
    /// The group lives where nothing from here gets to.
    #[error(transparent)]
    NoDealings(#[from] NoDealings),
    /// Reading or writing failed.
    #[error("reading or writing the membership failed")]
    Store(#[from] StoreError),
}

/// Asks to join a group, for a local account or a remote actor alike.
///
/// A group hosted elsewhere decides there: here the membership is pending until its answer comes.
///
/// # Errors
/// [`JoinError::Refused`] when the rules say no; only the decision is recorded then. [`JoinError::NoDealings`] at once for
/// a group on a server that this instance does not deal with.
pub async fn request_join(app: &App, command: RequestJoin) -> Result<JoinOutcome, JoinError> {
    let actor = facts::actor(app, command.actor).await?;
    if let Some(reason) = no_dealings(app, command.group).await? {
        return Err(cause::refused(app, command.cause, reason.into()).await);
    }
    let peering = facts::peering_of_actor(app, Some(command.group), &actor).await?;
    let answers = [DecisionAction::Admit, DecisionAction::Hold, DecisionAction::Refuse];
    let latest = decision::find_latest_about(&app.store, command.group, command.actor, &answers).await?;
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
    let applying = Applying {
        said: Said::of_html(actor.display_name.as_deref(), actor.summary_html.as_deref().unwrap_or_default()),
        ..Applying::bare(Wants::Join, command.group, &actor, &author, peering)
    };
    let books = app.signals.shelf.books(&mut tx, command.group, &author).await?;
    let past = applying.look_back(app, &mut tx, &books).await?;
    let admission = applying.decide(&books, &past, app.now());
    let decision = decide_join(author.membership, author.role, &admission);
    if cause::finish(&mut tx, command.cause, outcome_of(decision), reason_of(decision), app.now()).await? {
        match decision {
            Ok(JoinOutcome::Joined) => {
                admit(app, &mut tx, command.group, &actor, command.follow.clone()).await?;
            }
            Ok(JoinOutcome::AwaitingApproval) => {
                let reason = admission.named().unwrap_or_default();
                await_approval(app, &mut tx, &command, &actor, reason).await?;
            }
            Ok(JoinOutcome::AlreadyMember) | Err(_) => {}
        }
        follow_rules(&mut tx, command.group, None, &admission, app.now()).await?;
        record(app, &mut tx, &command, (decision, &admission), latest).await?;
        // Recorded for a refusal too: the asking server is owed a Reject.
        let (group, actor) = (command.group, command.actor);
        let reason = admission.said.clone().filter(|_| decision.is_err());
        let told = EventKind::JoinDecided { group, actor, decision, reason };
        cause::tell(app, &mut tx, command.cause, told).await?;
    }
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(decision?)
}

async fn no_dealings(app: &App, group: GroupId) -> Result<Option<NoDealings>, StoreError> {
    match actor::find(&app.store, group.actor()).await? {
        Some(group) => facts::no_dealings(app, &group).await,
        None => Ok(None),
    }
}

/// Keeps what was decided about a request. Asking again as a member is no decision, and to be told the same once more is no
/// new one.
async fn record(
    app: &App,
    tx: &mut Tx,
    command: &RequestJoin,
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
    let record = Record::by_layer(command.group, action, Target::Actor(command.actor), admission);
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
) -> Result<(), StoreError> {
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
    queue::insert(tx, &item).await
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
