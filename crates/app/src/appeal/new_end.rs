//! Giving on appeal another end to what still holds.

use guildhall_domain::{
    Timestamp,
    admission::End,
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target, decide_new_end},
};
use guildhall_store::{StoreError, Tx, entry, group, standing};

use super::{
    DecideError,
    judged::{Judged, sanction_of},
};
use crate::{
    App, cause,
    decision::{News, Record, keep},
};

impl Judged<'_> {
    /// Has a sanction or a lock that still holds end sooner.
    pub(super) async fn set_end(
        &self,
        app: &App,
        tx: &mut Tx,
        until: Timestamp,
    ) -> Result<Decision, DecideError> {
        let Decision { group, action, ref target, .. } = *self.decided;
        if !self.lock_standing(tx).await? {
            return Err(DecideError::NotStanding);
        }
        match (target, sanction_of(action)) {
            (Target::Actor(actor), Some(sanction)) => {
                let stands = standing::find_in(tx, group, *actor).await?.end_of(sanction, app.now());
                let end = decide_new_end(stands.ok_or(DecideError::NotStanding)?, until)?;
                standing::set(tx, group, *actor, sanction, end).await?;
            }
            (Target::Entry(id), None) if action == DecisionAction::Lock => {
                let locked = entry::find_in(tx, *id).await?.filter(|entry| entry.is_locked(app.now()));
                let stands = End::at(locked.ok_or(DecideError::NotStanding)?.locked_until);
                let end = decide_new_end(stands, until)?;
                entry::set_locked(tx, *id, true, end.moment()).await?;
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
        self.tell_end(app, tx, until).await?;
        Ok(kept)
    }

    /// Tells other servers of the new end: they would go by the old one.
    async fn tell_end(&self, app: &App, tx: &mut Tx, until: Timestamp) -> Result<(), StoreError> {
        let Some(group) = self.decided.group else { return Ok(()) };
        let told = match (self.decided.action, &self.decided.target) {
            (DecisionAction::Ban, Target::Actor(actor)) => EventKind::BanChanged {
                group,
                actor: *actor,
                by: self.by,
                banned: true,
                until: Some(until),
                reason: Some(self.reason.to_owned()),
            },
            (DecisionAction::Lock, Target::Entry(entry)) => {
                let reason = Some(self.reason.to_owned());
                EventKind::LockChanged { entry: *entry, by: self.by, locked: true, reason }
            }
            // Others know these two alone.
            _ => return Ok(()),
        };
        if group::lock(tx, group).await?.is_some_and(|group| group.is_local) {
            cause::tell(app, tx, Cause::Local, told).await?;
        }
        Ok(())
    }
}
