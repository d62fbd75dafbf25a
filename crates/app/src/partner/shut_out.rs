//! What is shown of partners by somebody whose posts are removed from a group: it goes with them, and comes back with them.

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId,
    moderation::{DecisionAction, Target},
    partner::{MirrorReason, MirrorState},
};
use guildhall_store::{
    StoreError, Tx, group, partner,
    removal::{self, Removal},
};

use super::mirror::hide;
use crate::{
    App,
    decision::{News, Record, keep},
};

/// Mirrors taken away in one transaction.
const BATCH: usize = 100;

/// Whose posts go, out of which group, and at whose word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShutOut<'a> {
    pub(crate) group: GroupId,
    pub(crate) author: ActorId,
    pub(crate) by: ActorId,
    /// The reason shown.
    pub(crate) reason: &'a str,
}

/// Takes away what a group shows of partners by somebody, and what of it waits. `promised`: what it is part of; what was
/// written later stays, and nothing is done where that was called off meanwhile.
///
/// # Errors
/// The store's; what was taken away stays away.
pub(crate) async fn remove_of(
    app: &App,
    of: ShutOut<'_>,
    promised: Option<&Removal>,
) -> Result<(), StoreError> {
    let before = promised.map(|removal| EntryId(removal.id));
    let ban = promised.and_then(|removal| removal.ban);
    let reason = ban.map(|_| MirrorReason::Banned);
    loop {
        let mut tx = app.begin().await?;
        if let Some(removal) = promised
            && !removal::lock(&mut tx, removal.id).await?
        {
            return Ok(());
        }
        // Before what is shown in it, as moderators do.
        group::lock(&mut tx, of.group).await?;
        let mirrors = partner::lock_mirrors_of(&mut tx, of.group, of.author, before, BATCH).await?;
        for mirror in &mirrors {
            hide(app, &mut tx, mirror, MirrorState::Removed, reason).await?;
            if let Some(ban) = ban {
                partner::set_gone_with(&mut tx, mirror, ban).await?;
            }
            let (action, target) = (DecisionAction::RemoveMirror, Target::Entry(mirror.entry));
            let record = Record::by_hand(of.group, of.by, action, target);
            keep(app, &mut tx, Record { reason: Some(of.reason.to_owned()), news: News::Quiet, ..record })
                .await?;
        }
        tx.commit().await?;
        if mirrors.len() < BATCH {
            return Ok(());
        }
    }
}

/// Has what went with a ban looked at anew, as the ban is taken back.
pub(crate) async fn bring_back(tx: &mut Tx, group: GroupId, ban: DecisionId) -> Result<(), StoreError> {
    group::lock(tx, group).await?;
    partner::look_again_at_gone_with(tx, group, ban).await
}
