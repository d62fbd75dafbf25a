//! Deciding an appeal: who may, with what outcome, and telling of it.

use guildhall_domain::{
    ActorId, AppealId, GroupId, Timestamp,
    moderation::{
        AppealOutcome, Decision, JudgeFacts, JudgeRefusal, MAX_REASON_LENGTH, NotSooner, ReversalRefusal,
        decide_judge,
    },
    peering::Peering,
    staff::{Permission, Powers},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    appeal::{self, Appeal, Settled},
    decision,
};

use super::judged::Judged;
use crate::{App, Viewer, entry::carry_out_return, facts, instance, notice, staff};

/// Somebody decides an appeal.
#[derive(Debug, Clone)]
pub struct DecideAppeal {
    /// Which.
    pub appeal: AppealId,
    /// What becomes of the decision.
    pub outcome: AppealOutcome,
    /// Why, in words that the person is shown.
    pub reason: String,
    /// With [`AppealOutcome::Changed`]: when the sanction or lock ends now, which is sooner.
    pub until: Option<Timestamp>,
}

/// Why an appeal was not decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No such appeal, or one that the viewer must not know of.
    #[error("no such appeal")]
    NotFound,
    /// Somebody was faster.
    #[error("this appeal was decided already")]
    AlreadyDecided,
    /// No reason was given.
    #[error("a reason is wanted: it is shown to the person concerned")]
    ReasonWanted,
    /// An end for something that has none, or with another outcome.
    #[error("only a ban, mute, probation or lock can be given another end, with the outcome changed")]
    NoEnd,
    /// An end in the past.
    #[error("the end lies in the past; to end it at once, take the decision back")]
    Over,
    /// An end that makes it last longer, or as long.
    #[error(transparent)]
    NotSooner(#[from] NotSooner),
    /// What was decided is over, was lifted, was decided anew, or is another group's by now.
    #[error("this does not hold any more, so it cannot be given another end")]
    NotStanding,
    /// Nobody who decides it may set that aside.
    #[error(transparent)]
    NotReversible(#[from] ReversalRefusal),
    /// Not theirs to decide.
    #[error(transparent)]
    Refused(#[from] JudgeRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the appeal failed")]
    Store(#[from] StoreError),
}

/// Decides an appeal, carries that out and tells the person: one transaction. What was removed with a ban that is taken
/// back comes back after it, one entry after the other: at the latest when the server is started again.
///
/// # Errors
/// [`DecideError`]; the appeal stays open, and nothing is changed.
pub async fn decide(app: &App, viewer: &Viewer, command: DecideAppeal) -> Result<Appeal, DecideError> {
    let reason = shorten(&command.reason, MAX_REASON_LENGTH);
    if reason.is_empty() {
        return Err(DecideError::ReasonWanted);
    }
    let end = match (command.outcome, command.until) {
        (AppealOutcome::Changed, Some(until)) if !until.is_after(app.now()) => return Err(DecideError::Over),
        (AppealOutcome::Upheld | AppealOutcome::Reversed, Some(_)) => return Err(DecideError::NoEnd),
        (_, until) => until,
    };
    let judge = match viewer.actor {
        Some(actor) => actor,
        // Whoever runs the server, by its command line.
        None if viewer.is_admin => instance::ensure_actor(app).await?.id,
        None => return Err(DecideError::NotFound),
    };
    let is_host_blocked = is_host_blocked(app, command.appeal).await?;
    let mut tx = app.begin().await?;
    let open = appeal::lock(&mut tx, command.appeal).await?.ok_or(DecideError::NotFound)?;
    let decided = decision::find_in(&mut tx, open.decision).await?.ok_or(DecideError::NotFound)?;
    let by = judge_as(app, &mut tx, viewer, judge, &open, &decided).await?;
    if open.settled.is_some() {
        return Err(DecideError::AlreadyDecided);
    }
    let judged = Judged { decided: &decided, person: open.actor, by, reason: &reason };
    let (undone, promise) = match (command.outcome, end) {
        (AppealOutcome::Reversed, _) => judged.take_back(app, &mut tx, is_host_blocked).await?,
        (AppealOutcome::Changed, Some(until)) => (Some(judged.set_end(app, &mut tx, until).await?), None),
        (AppealOutcome::Upheld | AppealOutcome::Changed, _) => (None, None),
    };
    let settled = Settled {
        outcome: command.outcome,
        reason: reason.clone(),
        by,
        undone_by: undone.as_ref().map(|undone| undone.id),
        at: app.now(),
    };
    appeal::settle(&mut tx, open.id, &settled).await?;
    notice::of_outcome(app, &mut tx, &decided, (settled.outcome, &reason), undone.as_ref()).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    if let Some(promise) = promise {
        carry_out_return(app, &promise).await;
    }
    Ok(Appeal { settled: Some(settled), ..open })
}

/// Whether the server of the one who objects is blocked for the whole instance. Asked before the transaction.
async fn is_host_blocked(app: &App, id: AppealId) -> Result<bool, DecideError> {
    let open = appeal::find(&app.store, id).await?.ok_or(DecideError::NotFound)?;
    let person = facts::actor(app, open.actor).await?;
    Ok(facts::peering_of_actor(app, None, &person).await?.0 == Peering::Blocked)
}

/// As whom somebody decides: as themselves, or, as an admin who is no moderator, as the group.
async fn judge_as(
    app: &App,
    tx: &mut Tx,
    viewer: &Viewer,
    judge: ActorId,
    open: &Appeal,
    decided: &Decision,
) -> Result<ActorId, DecideError> {
    let powers = match open.group {
        Some(group) => staff::powers(app, tx, group, judge).await?,
        None => Powers::NONE,
    };
    let moderates = powers.may(Permission::Appeals);
    let group = open.group.map(GroupId::actor);
    let stands_in = group.filter(|_| !moderates);
    // An admin stood in for the group, maybe this one: as its helper too, or before they became a moderator.
    let decided_it = decided.by.is_some_and(|by| by == judge || (viewer.is_admin && Some(by) == group));
    let known = JudgeFacts {
        is_appellant: open.actor == judge,
        decided_it,
        moderates,
        is_admin: viewer.is_admin,
        has_others: appeal::has_other_judges(tx, open, decided.by, judge, app.now()).await?,
    };
    match decide_judge(&known) {
        // Who may not know of an appeal does not learn that there is one.
        Err(JudgeRefusal::NotModerator) if !powers.may(Permission::Cases) => Err(DecideError::NotFound),
        Err(refusal) => Err(refusal.into()),
        Ok(()) => Ok(stands_in.unwrap_or(judge)),
    }
}
