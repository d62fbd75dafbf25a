//! A decision that was objected to, as it stands now.

use guildhall_domain::{
    ActorId,
    admission::Sanction,
    moderation::{Decision, DecisionAction},
};
use guildhall_store::{StoreError, Tx, ending, standing};

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
    /// Whether it is still the last word of its kind: what was decided later is not what was objected to.
    pub(super) async fn stands(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Decision { id, group, ref target, action, .. } = *self.decided;
        Ok(ending::find_decision(tx, group, target, action).await? == Some(id))
    }

    pub(super) async fn is_banned(&self, app: &App, tx: &mut Tx) -> Result<bool, StoreError> {
        for scope in [None, self.decided.group] {
            let sanctions = standing::find_in(tx, scope, self.person).await?;
            if sanctions.end_of(Sanction::Ban, app.now()).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(super) fn sanction_of(action: DecisionAction) -> Option<Sanction> {
    match action {
        DecisionAction::Ban => Some(Sanction::Ban),
        DecisionAction::Mute => Some(Sanction::Mute),
        DecisionAction::Probation => Some(Sanction::Probation),
        _ => None,
    }
}
