//! What moderators do with posts of partners; the posts themselves are the partners'.

use guildhall_domain::{
    ActorId, EntryId, GroupId,
    moderation::{DecisionAction, Target},
    partner::MirrorState,
    staff::Permission,
};
use guildhall_store::{
    Tx, group,
    partner::{self, Mirror},
};

use super::{
    PartnerError,
    mirror::{hide, show},
};
use crate::{
    App,
    decision::{News, Record, keep},
    peering::words,
    staff,
};

/// A moderator decides about a post of a partner's.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The group hosted here.
    pub group: GroupId,
    /// The post.
    pub entry: EntryId,
    /// Who: a moderator, or the group itself.
    pub by: ActorId,
    /// Why, for the record.
    pub reason: Option<String>,
}

/// Lets a post of a partner's in that waits, was not let in, or was taken away. Showing it again changes nothing.
///
/// # Errors
/// [`PartnerError`]; nothing is written then.
pub async fn admit(app: &App, command: Judge) -> Result<(), PartnerError> {
    let (mut tx, mirror) = begin(app, &command, Permission::Queue).await?;
    match mirror.state {
        MirrorState::Shown => return Ok(()),
        MirrorState::Waiting | MirrorState::Refused | MirrorState::Removed => {}
        // What is new has just come in, or says something else than whoever lets it in has read.
        MirrorState::New | MirrorState::Leaving | MirrorState::Gone => {
            return Err(PartnerError::NoSuchMirror);
        }
    }
    show(app, &mut tx, &mirror).await?;
    finish(app, tx, command, DecisionAction::AdmitMirror).await
}

/// Shows a post of a partner's here no longer, or not at all. It stays where it was written.
///
/// # Errors
/// [`PartnerError`]; nothing is written then.
pub async fn take_away(app: &App, command: Judge) -> Result<(), PartnerError> {
    let (mut tx, mirror) = begin(app, &command, Permission::Remove).await?;
    match mirror.state {
        MirrorState::Removed if mirror.reason.is_none() => return Ok(()),
        MirrorState::Leaving | MirrorState::Gone => return Err(PartnerError::NoSuchMirror),
        // What went with a ban stays away from now on, also when that is taken back.
        MirrorState::Removed
        | MirrorState::Shown
        | MirrorState::Waiting
        | MirrorState::Refused
        | MirrorState::New => {}
    }
    hide(app, &mut tx, &mirror, MirrorState::Removed, None).await?;
    finish(app, tx, command, DecisionAction::RemoveMirror).await
}

async fn begin(app: &App, command: &Judge, permission: Permission) -> Result<(Tx, Mirror), PartnerError> {
    let mut tx = app.begin().await?;
    let here = group::lock(&mut tx, command.group).await?.filter(|found| found.is_local);
    here.ok_or(PartnerError::NoSuchGroup)?;
    staff::powers(app, &mut tx, command.group, command.by).await?.demand(permission)?;
    let mirror = partner::lock_mirror(&mut tx, command.group, command.entry).await?;
    Ok((tx, mirror.ok_or(PartnerError::NoSuchMirror)?))
}

/// The author is not told: nothing of theirs was touched.
async fn finish(app: &App, mut tx: Tx, command: Judge, action: DecisionAction) -> Result<(), PartnerError> {
    let reason = words("the reason", command.reason)?;
    let record = Record::by_hand(command.group, command.by, action, Target::Entry(command.entry));
    keep(app, &mut tx, Record { reason, news: News::Quiet, ..record }).await?;
    tx.commit().await?;
    app.signals.event.notify_one();
    Ok(())
}
