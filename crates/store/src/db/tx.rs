//! A transaction on either engine.

use super::postgres::Transaction;
use super::sqlite;
use super::writer::Lease;
use super::{Boxed, Engine, Query, SqlText};
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
    Postgres(Transaction),
}

impl Tx {
    pub(super) fn on_sqlite(lease: Lease) -> Self {
        Self { session: Session::Sqlite(lease), failed: false }
    }

    pub(super) fn on_postgres(transaction: Transaction) -> Self {
        Self { session: Session::Postgres(transaction), failed: false }
    }

    /// Which engine serves it.
    pub fn engine(&self) -> Engine {
        match self.session {
            Session::Sqlite(_) => Engine::Sqlite,
            Session::Postgres(_) => Engine::Postgres,
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
            Session::Postgres(transaction) => Query::on_postgres_tx(transaction, text),
        };
        query.marking(&mut self.failed)
    }

    /// Keeps what was written. Returns after it is durable.
    ///
    /// # Errors
    /// - [`StoreError::Aborted`]: a statement had failed; all is rolled back.
    /// - [`StoreError::Expired`]: held too long; all is rolled back.
    /// - [`StoreError::Commit`]: the COMMIT, on SQLite shared with others, failed; worth another try.
    pub fn commit(self) -> Boxed<'static, Result<(), StoreError>> {
        Box::pin(async move {
            if self.failed {
                return Err(StoreError::Aborted);
            }
            match self.session {
                Session::Sqlite(lease) => lease.commit().await,
                Session::Postgres(transaction) => transaction.commit().await,
            }
        })
    }
}
