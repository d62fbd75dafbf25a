//! What is noted about posts of partners, and followers who are to hear of them: settled by one node at a time, apart from
//! those who write.

use std::time::Duration;

use guildhall_app::{
    App,
    partner::{Left, Walk},
};
use guildhall_store::{StoreError, lease, partner};

use crate::housekeeping::take_turn;

/// The lease of the one who does this. Two who did it at a time would do no harm: each mirror is locked and decided once.
const LEASE: &str = "mirrors";
/// How soon to look again without being told: other processes write too.
const LOOK_EVERY: Duration = lease::LOOK_EVERY;
/// How soon to try again what could not be settled.
const AFTER_TROUBLE: Duration = Duration::from_secs(15);

/// Settles until `stop` ends, whenever it is told that there is something, and now and then. `holder` is a name that no
/// other process has.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    let mut walk = Walk::default();
    loop {
        let left = settle_some(&app, &holder, &mut walk).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "posts of partners could not be settled; trying again");
            Left::Troubled
        });
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = app.signals.promised.notified() => {}
            () = tokio::time::sleep(pause(left)) => {}
        }
    }
}

/// One turn; [`Left::Nothing`] also where another node takes turns.
async fn settle_some(app: &App, holder: &str, walk: &mut Walk) -> Result<Left, StoreError> {
    if !partner::has_unsettled(&app.store).await? {
        return Ok(Left::Nothing);
    }
    let mut left = Ok(Left::Nothing);
    take_turn(app, LEASE, holder, async { left = walk.take_turn(app).await }).await?;
    left
}

fn pause(left: Left) -> Duration {
    match left {
        Left::More => Duration::ZERO,
        Left::Nothing => LOOK_EVERY,
        Left::Troubled => AFTER_TROUBLE,
    }
}
