//! Finding somebody for the groups that nobody leads any more: at the start and every hour, by one node at a time.

use std::time::Duration;

use guildhall_app::{App, staff};

use crate::housekeeping::take_turn;

/// The lease of the one who looks. Two who did it at a time would do no harm: each group changes hands once.
const LEASE: &str = "successions";
/// Absence is counted in days, and who resigns is followed at once.
const EVERY: Duration = Duration::from_hours(1);

/// Looks every hour until `stop` ends. `holder` is a name that no other process has.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        let turn = async {
            if let Err(error) = take_turn(&app, LEASE, &holder, Box::pin(look(&app))).await {
                tracing::warn!(error = %error, "looking for groups that nobody leads could not begin");
            }
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = &mut stop => return,
            () = turn => {}
        }
    }
}

async fn look(app: &App) {
    match staff::settle_all(app).await {
        Ok(0) => {}
        Ok(groups) => tracing::info!(groups, "groups are led by somebody else now"),
        Err(error) => tracing::warn!(error = %error, "looking for groups that nobody leads failed"),
    }
}
