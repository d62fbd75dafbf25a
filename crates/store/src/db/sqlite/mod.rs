//! SQLite through rusqlite: statements run on the thread that asks for them.
//!
//! A statement on pages in memory takes some microseconds, handing it to another thread and waiting for the answer ten
//! times as long. What may take longer goes to a thread for blocking work: COMMIT, which waits for the disk, opening and
//! closing, migrations, and queries that say so ([`Query::slow`](super::Query::slow)).

mod connect;
mod failure;
mod migrate;
mod readers;
mod session;
mod statement;
mod watch;

pub(super) use connect::{Connect, close, make_private};
pub(super) use failure::{is_busy, of_sqlite};
pub(super) use migrate::migrate;
pub(super) use readers::Readers;
pub(super) use rusqlite::Connection;
pub(super) use session::Session;
pub(super) use statement::Statement;

use crate::StoreError;

/// Runs `work` on a thread for blocking work. It runs to its end even when nobody waits for it any more.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    // It panicked, or the runtime ends.
    done.map_err(|_| StoreError::Unavailable(sqlx::Error::WorkerCrashed))
}
