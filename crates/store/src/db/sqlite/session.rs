//! Where a statement runs: on one of the readers, or in a transaction.

use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::super::rows::Goal;
use super::super::writer::Lease;
use super::readers::{Loan, Readers};
use super::{Statement, off_thread};
use crate::StoreError;

/// A statement that keeps its thread from other work longer than this is told to the log.
const LONG: Duration = Duration::from_millis(100);

/// Where a statement runs.
#[derive(Debug)]
pub(in crate::db) enum Session<'c> {
    Reader(&'c Readers),
    Transaction(&'c Lease),
}

/// The connection, for one statement.
enum Held {
    Reader(Loan),
    Transaction(OwnedMutexGuard<Option<Connection>>),
}

impl Session<'_> {
    /// Runs `statement`, on this thread or, if `slow`, on one for blocking work; gives the number of rows written.
    ///
    /// The outer error: there was no connection to run it on. The inner one: the statement failed.
    pub(in crate::db) async fn run(
        self,
        statement: Statement,
        slow: bool,
        goal: Goal,
    ) -> Result<sqlx::Result<u64>, StoreError> {
        let held = match self {
            Self::Reader(readers) => Held::Reader(readers.lend().await?),
            Self::Transaction(lease) => Held::Transaction(lease.hold().await),
        };
        if slow {
            return off_thread(move || Ok(statement.run(held.connection()?, &goal))).await?;
        }
        let began = Instant::now();
        let done = statement.run(held.connection()?, &goal);
        let took = began.elapsed();
        if took > LONG {
            tracing::warn!(duration_ms = took.as_millis(), sql = statement.text(), "a statement took long");
        }
        Ok(done)
    }
}

impl Held {
    /// [`StoreError::Expired`]: it was taken back.
    fn connection(&self) -> Result<&Connection, StoreError> {
        match self {
            Self::Reader(loan) => loan.connection(),
            Self::Transaction(slot) => slot.as_ref().ok_or(StoreError::Expired),
        }
    }
}
