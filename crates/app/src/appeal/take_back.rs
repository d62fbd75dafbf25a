//! Taking back on appeal what was decided: the ban is lifted, the post is there again.

use guildhall_domain::{
    ActorId, DecisionId, GroupId,
    admission::Sanction,
    moderation::{Decision, DecisionAction, ReversalFacts, Target, decide_reversal},
};
use guildhall_store::{
    StoreError, Tx,
    acquaintance::{self, More},
    actor, group, membership,
    removal::{self, Return},
    standing,
    welcome::vouch,
};

use super::{
    DecideError,
    judged::{Judged, sanction_of},
};
use crate::{
    App,
    decision::{News, Record, keep},
    ending::{Lifting, tell_lifted},
    entry::{
        promise_return,
        reverse::{Reversal, reverse},
    },
    group::admit_member,
};

impl Judged<'_> {
    /// Takes the decision back, with what it was counted for. No decision: it does not stand any more, or there is nothing
    /// that it changed. What is to come back after the commit is promised.
    pub(super) async fn take_back(
        &self,
        app: &App,
        tx: &mut Tx,
        is_host_blocked: bool,
    ) -> Result<(Option<Decision>, Option<Return>), DecideError> {
        let Decision { group, action, layer, .. } = *self.decided;
        let origin = self.origin(tx).await?;
        if action == DecisionAction::Ban {
            // Before all others: who carries it out has it first, too.
            removal::delete_of_ban(tx, origin).await?;
        }
        let stands = self.lock_standing(tx).await?;
        decide_reversal(&ReversalFacts {
            action,
            layer,
            is_banned: self.is_banned(app, tx).await?,
            is_host_blocked,
        })?;
        let (undone, promise) = match (&self.decided.target, sanction_of(action)) {
            (Target::Actor(actor), Some(sanction)) => {
                self.lift(app, tx, *actor, sanction, (stands, origin)).await?
            }
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

    /// Lifts a sanction; with a ban, what went with it comes back, unless another ban stands by now: of the group, or of
    /// the whole instance.
    async fn lift(
        &self,
        app: &App,
        tx: &mut Tx,
        actor: ActorId,
        sanction: Sanction,
        (stands, origin): (bool, DecisionId),
    ) -> Result<(Option<Decision>, Option<Return>), StoreError> {
        let group = self.decided.group;
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
        }
        if self.is_banned(app, tx).await? {
            return Ok((undone, None));
        }
        if let (Some(group), true) = (group, undone.is_some()) {
            self.readmit(app, tx, group, (actor, origin)).await?;
        }
        let promise = promise_return(app, tx, origin, self.by, self.reason).await?;
        Ok((undone, Some(promise)))
    }

    /// Makes somebody here a member again whose membership the ban ended. Who lives elsewhere follows once more: their own
    /// server has forgotten that they did.
    async fn readmit(
        &self,
        app: &App,
        tx: &mut Tx,
        group: GroupId,
        (person, origin): (ActorId, DecisionId),
    ) -> Result<(), StoreError> {
        if !removal::ended_membership(tx, origin).await? {
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
}
