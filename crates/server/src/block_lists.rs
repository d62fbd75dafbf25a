//! Asking the sources of block lists when they are due.

use std::time::Duration;

use guildhall_app::{App, block_list};

use crate::housekeeping::take_turn;

/// The lease of the one who asks.
const LEASE: &str = "block-lists";
/// How often is looked for sources that are due.
const EVERY: Duration = Duration::from_mins(1);

/// Asks those that are due, every minute until `stop` ends, one node at a time. `holder` is a name that no other process
/// has.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        let turn = async {
            if let Err(error) = take_turn(&app, LEASE, &holder, Box::pin(ask(&app))).await {
                tracing::warn!(error = %error, "asking for block lists could not begin");
            }
            tokio::time::sleep(EVERY).await;
        };
        tokio::select! {
            () = &mut stop => return,
            () = turn => {}
        }
    }
}

async fn ask(app: &App) {
    if let Err(error) = block_list::refresh_due(app).await {
        tracing::warn!(error = %error, "asking for block lists failed");
    }
}
