//! A transaction on either engine.

use std::sync::Arc;

use sqlx::{Postgres, Transaction};

use super::sqlite;
use super::stats::Counters;
use super::writer::Lease;
use super::{Engine, Query, SqlText};
use crate::StoreError;

/// A transaction. Dropping it rolls it back, also when its future is dropped in the middle of a statement.
///
/// Once a statement failed (a constraint, a conflict, a lost connection) or was cut off, nothing of the transaction can
/// be kept: later queries and the commit give [`StoreError::Aborted`], on both engines. To go on where a row may already be
/// there, write `ON CONFLICT DO NOTHING`.
#[derive(Debug)]
pub struct Tx {
    session: Session,
    failed: bool,
}

#[derive(Debug)]
enum Session {
    Sqlite(Lease),
    Postgres(Transaction<'static, Postgres>, Tally),
}

/// Counts a PostgreSQL transaction as rolled back unless it was committed.
#[derive(Debug)]
struct Tally {
    counters: Arc<Counters>,
    committed: bool,
}

impl Drop for Tally {
    fn drop(&mut self) {
        if self.committed {
            self.counters.commit(1);
        } else {
            self.counters.rollback();
        }
    }
}

impl Tx {
    pub(super) fn on_sqlite(lease: Lease) -> Self {
        Self { session: Session::Sqlite(lease), failed: false }
    }

    pub(super) fn on_postgres(tx: Transaction<'static, Postgres>, counters: Arc<Counters>) -> Self {
        Self { session: Session::Postgres(tx, Tally { counters, committed: false }), failed: false }
    }

    /// Which engine serves it.
    pub fn engine(&self) -> Engine {
        match self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(..) => Engine::Postgres,
        }
    }

    /// Whether each statement costs a way to a server and back: then one for many rows is worth more trouble than many
    /// for one row each.
    pub fn pays_per_statement(&self) -> bool {
        self.engine() == Engine::Postgres
    }

    /// A query that reads or writes within this transaction.
    pub fn query(&mut self, sql: impl SqlText) -> Query<'_> {
        let text = sql.text_for(self.engine());
        let query = match &mut self.session {
            Session::Sqlite(lease) => Query::on_sqlite(sqlite::Session::Transaction(lease), text),
            Session::Postgres(tx, _) => Query::on_postgres_tx(&mut *tx, text),
        };
        query.marking(&mut self.failed)
    }

    /// Keeps what was written. Returns after it is durable.
    ///
    /// # Errors
    /// - [`StoreError::Aborted`]: a statement had failed; all is rolled back.
    /// - [`StoreError::Expired`]: held too long; all is rolled back.
    /// - [`StoreError::Commit`]: the COMMIT, on SQLite shared with others, failed; worth another try.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Aborted);
        }
        match self.session {
            Session::Sqlite(lease) => lease.commit().await,
            Session::Postgres(tx, tally) => commit_postgres(tx, tally).await,
        }
    }
}

async fn commit_postgres(tx: Transaction<'static, Postgres>, mut tally: Tally) -> Result<(), StoreError> {
    tx.commit().await.map_err(|error| {
        tally.counters.failed_commit();
        StoreError::of_commit(error)
    })?;
    tally.committed = true;
    Ok(())
}
