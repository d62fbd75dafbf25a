//! Settling what was noted about posts of partners: apart from those who write, a bounded number at a time.

use guildhall_domain::{EntryId, GroupId, partner::MirrorState};
use guildhall_store::{
    StoreError,
    partner::{self, Mirror},
};

use super::{look::look_at, mirror::hide};
use crate::App;

/// Mirrors settled in a turn, of those to decide and of those to tell of.
const BATCH: usize = 100;

/// A walk past all that is to be settled, in turns. What cannot be settled is passed over, and met again by the next walk:
/// it holds nothing up.
#[derive(Debug, Default)]
pub struct Walk {
    /// The last one that was looked at.
    after: Option<(EntryId, GroupId)>,
    /// How many were passed over.
    failed: usize,
}

/// What a turn of a [`Walk`] leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// More.
    More,
    /// Nothing.
    Nothing,
    /// What could not be settled now.
    Troubled,
}

impl Walk {
    /// Settles some.
    ///
    /// # Errors
    /// The store is not to be had; what was settled stays so.
    pub async fn take_turn(&mut self, app: &App) -> Result<Left, StoreError> {
        // What was shown until its text changed is missed: it does not wait behind all that comes in.
        for mirror in partner::list_told_again(&app.store, BATCH).await? {
            self.settle(app, &mirror).await?;
        }
        let new = partner::list_new(&app.store, self.after, BATCH).await?;
        for mirror in &new {
            self.settle(app, mirror).await?;
            self.after = Some((mirror.entry, mirror.group));
        }
        let told = tell_gone(app).await?;
        if told > 0 || !new.is_empty() {
            app.signals.event.notify_one();
        }
        if told == BATCH || new.len() == BATCH {
            return Ok(Left::More);
        }
        let ended = std::mem::take(self);
        Ok(if ended.failed == 0 { Left::Nothing } else { Left::Troubled })
    }

    async fn settle(&mut self, app: &App, mirror: &Mirror) -> Result<(), StoreError> {
        match look_at(app, mirror).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_unavailable() => Err(error),
            Err(error) => {
                tracing::error!(error = %error, entry.id = mirror.entry.0, group.id = mirror.group.0,
                    "a post of a partner could not be decided about, and will be taken up again");
                self.failed += 1;
                Ok(())
            }
        }
    }
}

/// Settles all that is to be settled: for an instance that is not running, and for tests.
///
/// # Errors
/// The store is not to be had; what was settled stays so.
pub async fn settle(app: &App) -> Result<(), StoreError> {
    let mut walk = Walk::default();
    while walk.take_turn(app).await? == Left::More {}
    Ok(())
}

/// Tells followers of some that are gone; gives how many there were. They need no judging, so they go together.
async fn tell_gone(app: &App) -> Result<usize, StoreError> {
    let mut tx = app.begin().await?;
    let leaving = partner::lock_leaving(&mut tx, BATCH).await?;
    for mirror in &leaving {
        hide(app, &mut tx, mirror, MirrorState::Gone, None).await?;
    }
    tx.commit().await?;
    Ok(leaving.len())
}
