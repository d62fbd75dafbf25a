//! Showing a post of a partner's, and showing it no longer. Followers hear of either, once.

use guildhall_domain::{
    event::{Cause, EventKind},
    partner::{MirrorReason, MirrorState},
};
use guildhall_store::{
    StoreError, Tx,
    partner::{self, Mirror},
};

use crate::{App, cause};

/// Shows a post from now on, and tells followers who have not heard of it. The caller has locked the mirror.
pub(super) async fn show(app: &App, tx: &mut Tx, mirror: &Mirror) -> Result<(), StoreError> {
    let told = if let Some(told) = mirror.told {
        told
    } else {
        let mirrored = EventKind::Mirrored { group: mirror.group, entry: mirror.entry };
        cause::tell(app, tx, Cause::Local, mirrored).await?
    };
    let shown = Mirror { state: MirrorState::Shown, reason: None, told: Some(told), ..*mirror };
    partner::set_mirror(tx, &shown).await
}

/// Shows it no longer, or not at all. The caller has locked the mirror.
pub(super) async fn hide(
    app: &App,
    tx: &mut Tx,
    mirror: &Mirror,
    state: MirrorState,
    reason: Option<MirrorReason>,
) -> Result<(), StoreError> {
    tell_ended(app, tx, mirror).await?;
    partner::set_mirror(tx, &Mirror { state, reason, told: None, ..*mirror }).await
}

/// Forgets it.
pub(super) async fn forget(app: &App, tx: &mut Tx, mirror: &Mirror) -> Result<(), StoreError> {
    tell_ended(app, tx, mirror).await?;
    partner::delete_mirror(tx, mirror.group, mirror.entry).await
}

/// Records that followers are to hear that what they heard of is over.
async fn tell_ended(app: &App, tx: &mut Tx, mirror: &Mirror) -> Result<(), StoreError> {
    if let Some(told) = mirror.told {
        let ended = EventKind::MirrorEnded { group: mirror.group, entry: mirror.entry, told };
        cause::tell(app, tx, Cause::Local, ended).await?;
    }
    Ok(())
}
