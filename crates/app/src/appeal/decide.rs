//! Deciding an appeal. A decision that is taken back is really taken back: the ban is lifted, the post is there again.

use guildhall_domain::{
    ActorId, AppealId, GroupId, Timestamp,
    admission::{End, Sanction},
    event::{Cause, EventKind},
    moderation::{
        AppealOutcome, Decision, DecisionAction, JudgeFacts, JudgeRefusal, MAX_REASON_LENGTH, ReversalFacts,
        ReversalRefusal, Target, decide_judge, decide_reversal,
    },
    peering::Peering,
    staff::{Permission, Powers},
    text::shorten,
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More},
    actor,
    appeal::{self, Appeal, Settled},
    decision, ending, entry, group, membership,
    removal::{self, Return},
    standing,
    welcome::vouch,
};

use crate::{
    App, Viewer, cause,
    decision::{News, Record, keep},
    ending::{Lifting, tell_lifted},
    entry::{
        carry_out_return, promise_return,
        reverse::{Reversal, reverse},
    },
    facts,
    group::admit_member,
    notice, staff,
};

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
    /// An end in the past.
    #[error("the end lies in the past; to end it at once, take the decision back")]
    Over,
    /// What was decided is over, was lifted, or was decided anew.
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
    let judge = viewer.actor.ok_or(DecideError::NotFound)?;
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

/// A decision that was objected to, and who says what about that.
struct Judged<'a> {
    decided: &'a Decision,
    /// Who objects.
    person: ActorId,
    by: ActorId,
    reason: &'a str,
}

impl Judged<'_> {
    /// Takes the decision back, with what it was counted for. No decision: it does not stand any more, or there is nothing
    /// that it changed. What is to come back after the commit is promised.
    async fn take_back(
        &self,
        app: &App,
        tx: &mut Tx,
        is_host_blocked: bool,
    ) -> Result<(Option<Decision>, Option<Return>), DecideError> {
        let Decision { group, action, layer, .. } = *self.decided;
        if action == DecisionAction::Ban {
            // Before all others: who carries it out has it first, too.
            removal::delete_of_ban(tx, self.decided.id).await?;
        }
        decide_reversal(&ReversalFacts {
            action,
            layer,
            is_banned: self.is_banned(app, tx).await?,
            is_host_blocked,
        })?;
        let stands = self.stands(tx).await?;
        let (undone, promise) = match (&self.decided.target, sanction_of(action)) {
            (Target::Actor(actor), Some(sanction)) => self.lift(app, tx, *actor, sanction, stands).await?,
            (Target::Actor(_), None) if stands && action == DecisionAction::Refuse => {
                (self.let_in(app, tx).await?, None)
            }
            (Target::Entry(entry), _) if stands => {
                let reversal = Reversal {
                    by: Some(self.by),
                    reason: Some(self.reason.to_owned()),
                    undoes: Some(self.decided.id),
                    news: News::Quiet,
                };
                (reverse(app, tx, *entry, action, &reversal).await?, None)
            }
            (Target::Entry(_) | Target::Actor(_) | Target::Host(_), _) => (None, None),
        };
        if let Some(group) = group {
            self.uncount(app, tx, group).await?;
        }
        Ok((undone, promise))
    }

    /// Whether it is still the last word of its kind: what was decided later is not what was objected to.
    async fn stands(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Decision { id, group, ref target, action, .. } = *self.decided;
        Ok(ending::find_decision(tx, group, target, action).await? == Some(id))
    }

    async fn is_banned(&self, app: &App, tx: &mut Tx) -> Result<bool, StoreError> {
        for scope in [None, self.decided.group] {
            let sanctions = standing::find_in(tx, scope, self.person).await?;
            if sanctions.end_of(Sanction::Ban, app.now()).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lifts a sanction; with a ban, what went with it comes back, unless another ban stands by now.
    async fn lift(
        &self,
        app: &App,
        tx: &mut Tx,
        actor: ActorId,
        sanction: Sanction,
        stands: bool,
    ) -> Result<(Option<Decision>, Option<Return>), StoreError> {
        let group = self.decided.group;
        if let Some(group) = group {
            // Before what stands in the book, as whoever imposes a sanction does.
            group::lock(tx, group).await?;
        }
        let undone = if stands && standing::lift(tx, group, actor, sanction).await? {
            let (by, reason) = (Some(self.by), Some(self.reason.to_owned()));
            let (undoes, news) = (Some(self.decided.id), News::Quiet);
            Some(tell_lifted(app, tx, Lifting { group, actor, sanction, by, reason, undoes, news }).await?)
        } else {
            None
        };
        if sanction != Sanction::Ban {
            return Ok((undone, None));
        }
        if let Some(group) = group {
            vouch::clear_failed(tx, group, actor, self.decided.at).await?;
            if undone.is_some() {
                self.readmit(app, tx, group, actor).await?;
            }
        }
        let is_banned = standing::find_in(tx, group, actor).await?.end_of(sanction, app.now()).is_some();
        let promise = if is_banned {
            None
        } else {
            Some(promise_return(app, tx, self.decided.id, self.by, self.reason).await?)
        };
        Ok((undone, promise))
    }

    /// Makes somebody here a member again whose membership the ban ended. Who lives elsewhere follows once more: their own
    /// server has forgotten that they did.
    async fn readmit(
        &self,
        app: &App,
        tx: &mut Tx,
        group: GroupId,
        person: ActorId,
    ) -> Result<(), StoreError> {
        if !removal::ended_membership(tx, self.decided.id).await? {
            return Ok(());
        }
        let person = actor::find_in(tx, person).await?.filter(|person| person.is_local);
        if let Some(person) = person
            && membership::find_locked(tx, group, person.id).await?.is_none()
        {
            admit_member(app, tx, group, &person, None).await?;
        }
        Ok(())
    }

    /// Makes somebody here a member whose request was refused. Somebody elsewhere has to ask once more: their server took
    /// the request back when it was refused.
    async fn let_in(&self, app: &App, tx: &mut Tx) -> Result<Option<Decision>, StoreError> {
        let Some(group) = self.decided.group else { return Ok(None) };
        group::lock(tx, group).await?;
        let Some(person) = actor::find_in(tx, self.person).await?.filter(|person| person.is_local) else {
            return Ok(None);
        };
        if membership::find_locked(tx, group, person.id).await?.is_some() {
            return Ok(None);
        }
        admit_member(app, tx, group, &person, None).await?;
        let record = Record {
            reason: Some(self.reason.to_owned()),
            undoes: Some(self.decided.id),
            news: News::Quiet,
            ..Record::by_hand(group, self.by, DecisionAction::Admit, Target::Actor(person.id))
        };
        keep(app, tx, record).await.map(Some)
    }

    /// Takes back what the group remembers of the person because of it.
    async fn uncount(&self, app: &App, tx: &mut Tx, group: GroupId) -> Result<(), StoreError> {
        if !group::lock(tx, group).await?.is_some_and(|group| group.is_local) {
            return Ok(());
        }
        if let Some(case) = self.decided.case
            && acquaintance::is_case_refuted(tx, case, self.decided.id).await?
        {
            let more = More { upheld: -1, ..More::default() };
            acquaintance::add(tx, &[((group, self.person), more)].into(), app.now()).await?;
        }
        acquaintance::settle_strike(tx, group, self.person, Some(self.decided.id)).await
    }

    /// Gives a sanction or a lock that still holds another end.
    async fn set_end(&self, app: &App, tx: &mut Tx, until: Timestamp) -> Result<Decision, DecideError> {
        let Decision { group, action, ref target, .. } = *self.decided;
        if !self.stands(tx).await? {
            return Err(DecideError::NotStanding);
        }
        match (target, sanction_of(action)) {
            (Target::Actor(actor), Some(sanction)) => {
                if let Some(group) = group {
                    group::lock(tx, group).await?;
                }
                let held = standing::find_in(tx, group, *actor).await?.end_of(sanction, app.now());
                held.ok_or(DecideError::NotStanding)?;
                standing::set(tx, group, *actor, sanction, End::At(until)).await?;
            }
            (Target::Entry(id), None) if action == DecisionAction::Lock => {
                let locked = entry::lock(tx, *id).await?.filter(|entry| entry.is_locked(app.now()));
                locked.ok_or(DecideError::NotStanding)?;
                entry::set_locked(tx, *id, true, Some(until)).await?;
            }
            _ => return Err(DecideError::NoEnd),
        }
        let record = Record {
            reason: Some(self.reason.to_owned()),
            until: Some(until),
            undoes: Some(self.decided.id),
            news: News::Quiet,
            ..Record::by_hand(group, self.by, action, target.clone())
        };
        let kept = keep(app, tx, record).await?;
        if let (DecisionAction::Ban, Some(group), Target::Actor(actor)) = (action, group, target)
            && group::lock(tx, group).await?.is_some_and(|group| group.is_local)
        {
            let (reason, until) = (Some(self.reason.to_owned()), Some(until));
            let told =
                EventKind::BanChanged { group, actor: *actor, by: self.by, banned: true, until, reason };
            cause::tell(app, tx, Cause::Local, told).await?;
        }
        Ok(kept)
    }
}

fn sanction_of(action: DecisionAction) -> Option<Sanction> {
    match action {
        DecisionAction::Ban => Some(Sanction::Ban),
        DecisionAction::Mute => Some(Sanction::Mute),
        DecisionAction::Probation => Some(Sanction::Probation),
        _ => None,
    }
}
