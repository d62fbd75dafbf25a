//! A decision that was objected to, as it stands now.

use guildhall_domain::{
    ActorId, DecisionId,
    admission::Sanction,
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{StoreError, Tx, decision, ending, entry, group, standing};

use crate::App;

/// A decision that was objected to, and who says what about that.
pub(super) struct Judged<'a> {
    pub(super) decided: &'a Decision,
    /// Who objects.
    pub(super) person: ActorId,
    pub(super) by: ActorId,
    pub(super) reason: &'a str,
}

impl Judged<'_> {
    /// Locks what it is about, and asks whether it still stands: as the last word of its kind, for what was decided later is
    /// not what was objected to, and about something that is still the group's to decide about. What is read after this is
    /// as it is while others wait.
    ///
    /// A person is locked with the group, as by whoever imposes a sanction; an entry with its thread.
    pub(super) async fn lock_standing(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Decision { id, group, ref target, action, .. } = *self.decided;
        match (target, group) {
            (Target::Actor(_), Some(group)) => {
                group::lock(tx, group).await?;
            }
            (Target::Actor(actor), None) => standing::lock(tx, None, *actor).await?,
            (Target::Entry(entry), _) => {
                let Some(entry) = entry::lock_in_thread(tx, *entry).await? else { return Ok(false) };
                if group.is_some_and(|group| group != entry.group_id) {
                    return Ok(false);
                }
            }
            (Target::Host(_), _) => {}
        }
        Ok(ending::find_decision(tx, group, target, action).await? == Some(id))
    }

    /// The decision that it began with, where it only gave another one its end: what went with a ban went with that.
    pub(super) async fn origin(&self, tx: &mut Tx) -> Result<DecisionId, StoreError> {
        let mut origin = self.decided.clone();
        while let Some(before) = origin.undoes {
            match decision::find_in(tx, before).await?.filter(|before| before.action == origin.action) {
                Some(before) => origin = before,
                None => break,
            }
        }
        Ok(origin.id)
    }

    /// Whether the one who objects is banned, from the group or the whole instance.
    pub(super) async fn is_banned(&self, app: &App, tx: &mut Tx) -> Result<bool, StoreError> {
        standing::is_banned(tx, self.decided.group, self.person, app.now()).await
    }
}

/// The sanction that a decision imposes.
pub(super) fn sanction_of(action: DecisionAction) -> Option<Sanction> {
    match action {
        DecisionAction::Ban => Some(Sanction::Ban),
        DecisionAction::Mute => Some(Sanction::Mute),
        DecisionAction::Probation => Some(Sanction::Probation),
        _ => None,
    }
}
