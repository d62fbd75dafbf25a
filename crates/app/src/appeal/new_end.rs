//! Giving on appeal another end to what still holds.

use guildhall_domain::{
    Timestamp,
    admission::End,
    event::{Cause, EventKind},
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{Tx, entry, group, standing};

use super::{
    DecideError,
    judged::{Judged, sanction_of},
};
use crate::{
    App, cause,
    decision::{News, Record, keep},
};

impl Judged<'_> {
    /// Gives a sanction or a lock that still holds another end.
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
                let held = standing::find_in(tx, group, *actor).await?.end_of(sanction, app.now());
                held.ok_or(DecideError::NotStanding)?;
                standing::set(tx, group, *actor, sanction, End::At(until)).await?;
            }
            (Target::Entry(id), None) if action == DecisionAction::Lock => {
                let locked = entry::find_in(tx, *id).await?.filter(|entry| entry.is_locked(app.now()));
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
