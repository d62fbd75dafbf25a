//! Transactions that share one COMMIT.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::lease::{Committer, End, lend};
use super::{Applicant, close};
use crate::StoreError;
use crate::db::sqlite::{Connection, is_busy, of_sqlite, off_thread};
use crate::db::stats::Counters;

/// Most transactions of one batch.
const MAX_TRANSACTIONS: usize = 256;
/// A batch older than this takes no more in, so that the first of it are not kept waiting: some ten syncs of a good disk.
const MAX_AGE: Duration = Duration::from_millis(25);
/// How long to wait before asking another time whether another process still writes.
const LONGEST_PAUSE: Duration = Duration::from_millis(25);

/// Some transactions on one connection, committed together.
///
/// The first needs no savepoint, since there is nothing before it that its rollback could harm. So between two
/// transactions the connection is inside a SQL transaction if and only if `committers` has an entry.
pub(super) struct Batch<'a> {
    /// None once it broke; the batch is then lost and answered as such.
    connection: Option<Connection>,
    committers: Vec<Committer>,
    served: usize,
    started: Instant,
    limits: Limits,
    counters: &'a Counters,
}

/// How long others may keep the writer waiting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A borrower, in all.
    pub(super) deadline: Duration,
    /// Another process that writes.
    pub(super) patience: Duration,
}

impl<'a> Batch<'a> {
    pub(super) fn new(connection: Connection, limits: Limits, counters: &'a Counters) -> Self {
        Self {
            connection: Some(connection),
            committers: Vec::new(),
            served: 0,
            started: Instant::now(),
            limits,
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
        let begun = if self.committers.is_empty() {
            begin(&mut connection, self.limits.patience).await
        } else {
            control(&connection, &["SAVEPOINT job"])
        };
        if let Err(error) = begun {
            self.refuse(applicant, connection, of_sqlite(error)).await;
            return;
        }
        let (lease, loan) = lend(connection);
        // If the applicant has gone, the lease comes back, is dropped here and so ends at once.
        drop(applicant.send(Ok(lease)));
        let (end, connection) = loan.end(self.limits.deadline).await;
        if matches!(end, End::Expired) {
            self.counters.expiry();
            tracing::error!(
                deadline_ms = self.limits.deadline.as_millis(),
                "a transaction was held too long"
            );
        }
        match connection {
            Some(connection) => self.take_back(end, connection).await,
            None => self.fail(io::Error::from(io::ErrorKind::TimedOut).into()),
        }
    }

    /// Answers with `error`. A file that another process keeps busy leaves the connection sound; nothing else does.
    async fn refuse(&mut self, applicant: Applicant, connection: Connection, error: sqlx::Error) {
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

    async fn take_back(&mut self, end: End, connection: Connection) {
        let alone = self.committers.is_empty();
        let statements: &[&str] = match (&end, alone) {
            (End::Commit(_), true) => &[],
            (End::Commit(_), false) => &["RELEASE job"],
            (End::Rollback | End::Expired, true) => &["ROLLBACK"],
            (End::Rollback | End::Expired, false) => &["ROLLBACK TO job", "RELEASE job"],
        };
        match end {
            End::Commit(committer) => self.committers.push(committer),
            End::Rollback | End::Expired => self.counters.rollback(),
        }
        match control(&connection, statements) {
            Ok(()) => self.connection = Some(connection),
            // SQLite has rolled back by itself, as after a full disk, and the whole batch with it.
            Err(error) => {
                self.fail(of_sqlite(error));
                close(connection).await;
            }
        }
    }

    /// Commits, answers everybody, and gives the connection back if it is still sound.
    pub(super) async fn finish(mut self) -> Option<Connection> {
        let connection = self.connection.take()?;
        if self.committers.is_empty() {
            return Some(connection);
        }
        // It waits for the disk.
        let committed = off_thread(move || (control(&connection, &["COMMIT"]), connection)).await;
        let connection = match committed {
            Ok((Ok(()), connection)) => connection,
            Ok((Err(error), connection)) => {
                self.fail(of_sqlite(error));
                close(connection).await;
                return None;
            }
            Err(_) => {
                self.fail(sqlx::Error::WorkerCrashed);
                return None;
            }
        };
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

/// Takes SQLite's lock for writing. While another process has it, asks again and again, up to `patience`.
async fn begin(connection: &mut Connection, patience: Duration) -> rusqlite::Result<()> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match control(connection, &["BEGIN IMMEDIATE"]) {
            Err(error) if is_busy(&error) && began.elapsed() < patience => sleep(pause).await,
            done => return done,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Runs statements of ours; prepared once per connection.
fn control(connection: &Connection, statements: &[&'static str]) -> rusqlite::Result<()> {
    statements.iter().try_for_each(|statement| connection.prepare_cached(statement)?.raw_execute().map(drop))
}
