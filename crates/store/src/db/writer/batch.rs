//! Transactions that share one COMMIT.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use tokio::time::Instant;

use super::lease::{Committer, End, lend};
use super::{Applicant, close};
use crate::StoreError;
use crate::db::stats::Counters;

/// Most transactions of one batch.
const MAX_TRANSACTIONS: usize = 256;
/// A batch older than this takes no more in, so that the first of it are not kept waiting: some ten syncs of a good disk.
const MAX_AGE: Duration = Duration::from_millis(25);

/// Some transactions on one connection, committed together.
///
/// The first needs no savepoint, since there is nothing before it that its rollback could harm. So between two
/// transactions the connection is inside a SQL transaction if and only if `committers` has an entry.
pub(super) struct Batch<'a> {
    /// None once it broke; the batch is then lost and answered as such.
    connection: Option<SqliteConnection>,
    committers: Vec<Committer>,
    served: usize,
    started: Instant,
    deadline: Duration,
    counters: &'a Counters,
}

impl<'a> Batch<'a> {
    pub(super) fn new(connection: SqliteConnection, deadline: Duration, counters: &'a Counters) -> Self {
        Self {
            connection: Some(connection),
            committers: Vec::new(),
            served: 0,
            started: Instant::now(),
            deadline,
            counters,
        }
    }

    pub(super) fn takes_more(&self) -> bool {
        self.connection.is_some() && self.served < MAX_TRANSACTIONS && self.started.elapsed() < MAX_AGE
    }

    /// Lends the connection to `applicant` and waits until it is back.
    pub(super) async fn serve(&mut self, applicant: Applicant) {
        if applicant.is_closed() {
            return;
        }
        self.served += 1;
        let Some(mut connection) = self.connection.take() else { return };
        let mark = if self.committers.is_empty() { "BEGIN IMMEDIATE" } else { "SAVEPOINT job" };
        if let Err(error) = control(&mut connection, mark).await {
            self.refuse(applicant, connection, error).await;
            return;
        }
        let (lease, loan) = lend(connection);
        // If the applicant has gone, the lease comes back, is dropped here and so ends at once.
        drop(applicant.send(Ok(lease)));
        let (end, connection) = loan.end(self.deadline).await;
        if matches!(end, End::Expired) {
            self.counters.expiry();
            tracing::error!(deadline_ms = self.deadline.as_millis(), "a transaction was held too long");
        }
        match connection {
            Some(connection) => self.take_back(end, connection).await,
            None => self.fail(io::Error::from(io::ErrorKind::TimedOut).into()),
        }
    }

    /// Answers with `error`. A file that another process keeps busy leaves the connection sound; nothing else does.
    async fn refuse(&mut self, applicant: Applicant, connection: SqliteConnection, error: sqlx::Error) {
        let error = StoreError::from(error);
        if self.committers.is_empty() && matches!(error, StoreError::Conflict(_)) {
            self.connection = Some(connection);
        } else {
            self.fail(io::Error::from(io::ErrorKind::BrokenPipe).into());
            close(connection).await;
        }
        // The applicant may have gone.
        let _ = applicant.send(Err(error));
    }

    async fn take_back(&mut self, end: End, mut connection: SqliteConnection) {
        let alone = self.committers.is_empty();
        let statement = match (&end, alone) {
            (End::Commit(_), true) => None,
            (End::Commit(_), false) => Some("RELEASE job"),
            (End::Rollback | End::Expired, true) => Some("ROLLBACK"),
            (End::Rollback | End::Expired, false) => Some("ROLLBACK TO job; RELEASE job"),
        };
        match end {
            End::Commit(committer) => self.committers.push(committer),
            End::Rollback | End::Expired => self.counters.rollback(),
        }
        let done = match statement {
            Some(statement) => control(&mut connection, statement).await,
            None => Ok(()),
        };
        match done {
            Ok(()) => self.connection = Some(connection),
            // SQLite has rolled back by itself, as after a full disk, and the whole batch with it.
            Err(error) => {
                self.fail(error);
                close(connection).await;
            }
        }
    }

    /// Commits, answers everybody, and gives the connection back if it is still sound.
    pub(super) async fn finish(mut self) -> Option<SqliteConnection> {
        let mut connection = self.connection.take()?;
        if self.committers.is_empty() {
            return Some(connection);
        }
        if let Err(error) = control(&mut connection, "COMMIT").await {
            self.fail(error);
            close(connection).await;
            return None;
        }
        self.counters.commit(self.committers.len());
        for committer in self.committers.drain(..) {
            // Who does not listen any more has committed all the same.
            let _ = committer.send(Ok(()));
        }
        Some(connection)
    }

    /// Tells everybody that nothing was kept.
    fn fail(&mut self, error: sqlx::Error) {
        if self.committers.is_empty() {
            tracing::warn!(%error, "the writing connection broke");
            return;
        }
        tracing::error!(%error, transactions = self.committers.len(), "a commit failed");
        self.counters.failed_commit();
        if self.committers.len() == 1 {
            // Only this one can be to blame, say for a foreign key checked at the end: it hears the reason itself.
            self.committers
                .drain(..)
                .next()
                .map(|committer| committer.send(Err(StoreError::of_commit(error))));
            return;
        }
        let shared = Arc::new(error);
        for committer in self.committers.drain(..) {
            let _ = committer.send(Err(StoreError::Commit(shared.clone())));
        }
    }
}

/// Runs a statement of ours; prepared once per connection.
async fn control(connection: &mut SqliteConnection, statement: &'static str) -> sqlx::Result<()> {
    sqlx::query(statement).execute(connection).await.map(drop)
}
