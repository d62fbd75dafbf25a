//! Deciding an appeal. A decision that is taken back is really taken back: the ban is lifted, the post is there again.

use guildhall_domain::{
    ActorId, AppealId, GroupId, Timestamp,
    admission::{End, Sanction},
    event::{Cause, EventKind},
    moderation::{
        AppealOutcome, Decision, DecisionAction, JudgeFacts, JudgeRefusal, MAX_REASON_LENGTH, Target,
        decide_judge,
    },
    staff::{Permission, Powers},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx, actor,
    appeal::{self, Appeal, Settled},
    decision, entry, group, membership, standing,
};

use crate::{
    App, Viewer, cause,
    decision::{News, Record, keep},
    ending::{Lifting, tell_lifted},
    entry::reverse::{Reversal, reverse},
    group::admit_member,
    notice, staff,
};

/// Entries brought back that are looked up at a time.
const BATCH: usize = 100;

/// Somebody decides an appeal.
#[derive(Debug, Clone)]
pub struct DecideAppeal {
    /// Which.
    pub appeal: AppealId,
    /// What becomes of the decision.
    pub outcome: AppealOutcome,
    /// Why, in words that the person is shown.
    pub reason: String,
    /// With [`AppealOutcome::Changed`]: when the sanction or lock ends now.
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
    /// Not theirs to decide.
    #[error(transparent)]
    Refused(#[from] JudgeRefusal),
    /// Reading or writing failed.
    #[error("reading or writing the appeal failed")]
    Store(#[from] StoreError),
}

/// Decides an appeal, carries that out and tells the person: one transaction.
///
/// # Errors
/// [`DecideError`]; the appeal stays open.
pub async fn decide(app: &App, viewer: &Viewer, command: DecideAppeal) -> Result<Appeal, DecideError> {
    let reason = shorten(&command.reason, MAX_REASON_LENGTH);
    if reason.is_empty() {
        return Err(DecideError::ReasonWanted);
    }
    let judge = viewer.actor.ok_or(DecideError::NotFound)?;
    if command.outcome == AppealOutcome::Reversed {
        bring_back_content(app, viewer, judge, &command, &reason).await?;
    }
    let mut tx = app.begin().await?;
    let open = appeal::lock(&mut tx, command.appeal).await?.ok_or(DecideError::NotFound)?;
    let decided = decision::find_in(&mut tx, open.decision).await?.ok_or(DecideError::NotFound)?;
    let by = judge_as(app, &mut tx, viewer, judge, &open, &decided).await?;
    if open.settled.is_some() {
        return Err(DecideError::AlreadyDecided);
    }
    let undone = match (command.outcome, command.until) {
        (AppealOutcome::Reversed, None) => take_back(app, &mut tx, &decided, by, &reason).await?,
        (AppealOutcome::Changed, Some(until)) => {
            Some(set_end(app, &mut tx, &decided, by, (&reason, until)).await?)
        }
        (AppealOutcome::Upheld | AppealOutcome::Changed, None) => None,
        (AppealOutcome::Upheld | AppealOutcome::Reversed, Some(_)) => return Err(DecideError::NoEnd),
    };
    let settled = Settled {
        outcome: command.outcome,
        reason,
        by,
        undone_by: undone.as_ref().map(|undone| undone.id),
        at: app.now(),
    };
    appeal::settle(&mut tx, open.id, &settled).await?;
    let said = (settled.outcome, settled.reason.as_str());
    notice::of_outcome(app, &mut tx, &decided, said, undone.as_ref()).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(Appeal { settled: Some(settled), ..open })
}

/// Brings back what was removed with a ban, one after the other, before the appeal is settled: after a crash in between it
/// is still open, and whoever decides it goes on.
async fn bring_back_content(
    app: &App,
    viewer: &Viewer,
    judge: ActorId,
    command: &DecideAppeal,
    reason: &str,
) -> Result<(), DecideError> {
    let open = appeal::find(&app.store, command.appeal).await?.ok_or(DecideError::NotFound)?;
    let decided = decision::find(&app.store, open.decision).await?.ok_or(DecideError::NotFound)?;
    let (DecisionAction::Ban, Some(group), None) = (decided.action, decided.group, &open.settled) else {
        return Ok(());
    };
    let mut tx = app.begin().await?;
    let by = judge_as(app, &mut tx, viewer, judge, &open, &decided).await?;
    drop(tx);
    let reversal =
        Reversal { by: Some(by), reason: Some(reason.to_owned()), undoes: None, news: News::Quiet };
    loop {
        let removed = appeal::list_removed_with(&app.store, decided.id, group, open.actor, BATCH).await?;
        let mut restored = 0;
        for entry in removed {
            let mut tx = app.begin().await?;
            let back = reverse(app, &mut tx, entry, DecisionAction::Remove, &reversal).await?;
            tx.commit().await?;
            restored += usize::from(back.is_some());
        }
        if restored == 0 {
            return Ok(());
        }
    }
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
    let stands_in = open.group.filter(|_| !moderates).map(GroupId::actor);
    // An admin who acts for the group may be the one who did so before.
    let decided_it = decided.by.is_some_and(|by| by == judge || Some(by) == stands_in);
    let known = JudgeFacts {
        is_appellant: open.actor == judge,
        decided_it,
        moderates,
        is_admin: viewer.is_admin,
        has_others: appeal::has_other_judges(tx, open.group, judge, open.actor).await?,
    };
    match decide_judge(&known) {
        // Who may not know of an appeal does not learn that there is one.
        Err(JudgeRefusal::NotModerator) if !powers.may(Permission::Cases) => Err(DecideError::NotFound),
        Err(refusal) => Err(refusal.into()),
        Ok(()) => Ok(stands_in.unwrap_or(judge)),
    }
}

/// Takes a decision back. `None`: it does not stand any more, or there is nothing that it changed.
async fn take_back(
    app: &App,
    tx: &mut Tx,
    decided: &Decision,
    by: ActorId,
    reason: &str,
) -> Result<Option<Decision>, StoreError> {
    let (by, reason, undoes) = (Some(by), Some(reason.to_owned()), Some(decided.id));
    match (&decided.target, sanction_of(decided.action)) {
        (Target::Actor(actor), Some(sanction)) => {
            let (group, actor) = (decided.group, *actor);
            if !standing::lift(tx, group, actor, sanction).await? {
                return Ok(None);
            }
            let news = News::Quiet;
            tell_lifted(app, tx, Lifting { group, actor, sanction, by, reason, undoes, news }).await.map(Some)
        }
        (Target::Actor(actor), None) if decided.action == DecisionAction::Refuse => {
            let_in(app, tx, decided, *actor, (by, reason)).await
        }
        (Target::Entry(entry), _) => {
            let reversal = Reversal { by, reason, undoes, news: News::Quiet };
            reverse(app, tx, *entry, decided.action, &reversal).await
        }
        (Target::Actor(_) | Target::Host(_), _) => Ok(None),
    }
}

/// Makes somebody here a member whose request was refused. Somebody elsewhere has to ask once more: their server took the
/// request back when it was refused.
async fn let_in(
    app: &App,
    tx: &mut Tx,
    decided: &Decision,
    person: ActorId,
    (by, reason): (Option<ActorId>, Option<String>),
) -> Result<Option<Decision>, StoreError> {
    let Some(group) = decided.group else { return Ok(None) };
    let Some(person) = actor::find_in(tx, person).await?.filter(|person| person.is_local) else {
        return Ok(None);
    };
    if membership::find_locked(tx, group, person.id).await?.is_some() {
        return Ok(None);
    }
    admit_member(app, tx, group, &person, None).await?;
    let record = Record {
        reason,
        undoes: Some(decided.id),
        news: News::Quiet,
        ..Record::by_hand(group, by, DecisionAction::Admit, Target::Actor(person.id))
    };
    keep(app, tx, record).await.map(Some)
}

/// Gives a sanction or a lock another end.
async fn set_end(
    app: &App,
    tx: &mut Tx,
    decided: &Decision,
    by: ActorId,
    (reason, until): (&str, Timestamp),
) -> Result<Decision, DecideError> {
    match (&decided.target, sanction_of(decided.action)) {
        (Target::Actor(actor), Some(sanction)) => {
            standing::set(tx, decided.group, *actor, sanction, End::At(until)).await?;
        }
        (Target::Entry(id), None) if decided.action == DecisionAction::Lock => {
            entry::set_locked(tx, *id, true, Some(until)).await?;
        }
        _ => return Err(DecideError::NoEnd),
    }
    let record = Record {
        reason: Some(reason.to_owned()),
        until: Some(until),
        undoes: Some(decided.id),
        news: News::Quiet,
        ..Record::by_hand(decided.group, by, decided.action, decided.target.clone())
    };
    let kept = keep(app, tx, record).await?;
    if let (DecisionAction::Ban, Some(group), Target::Actor(actor)) =
        (decided.action, decided.group, &decided.target)
        && group::lock(tx, group).await?.is_some_and(|group| group.is_local)
    {
        let (reason, until) = (Some(reason.to_owned()), Some(until));
        let told = EventKind::BanChanged { group, actor: *actor, by, banned: true, until, reason };
        cause::tell(app, tx, Cause::Local, told).await?;
    }
    Ok(kept)
}

fn sanction_of(action: DecisionAction) -> Option<Sanction> {
    match action {
        DecisionAction::Ban => Some(Sanction::Ban),
        DecisionAction::Mute => Some(Sanction::Mute),
        DecisionAction::Probation => Some(Sanction::Probation),
        _ => None,
    }
}
