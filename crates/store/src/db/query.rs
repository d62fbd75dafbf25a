//! A query being built: text, parameters, and where it runs.

use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, PgConnection, PgPool, SqlStr, SqlitePool};

use super::writer::Lease;
use super::{Record, Value};
use crate::StoreError;

/// A query on its way: bind its parameters in order, then run it.
#[derive(Debug)]
#[must_use = "a query does nothing until it is run"]
pub struct Query<'c> {
    sql: SqlStr,
    /// Whether the prepared statement goes to the connection's cache.
    keep: bool,
    on: On<'c>,
    /// The transaction's mark that it cannot be committed.
    failed: Option<&'c mut bool>,
    /// The first parameter that could not be encoded.
    unbound: Option<BoxDynError>,
}

#[derive(Debug)]
enum On<'c> {
    SqlitePool(&'c SqlitePool, SqliteArguments),
    SqliteTx(&'c Lease, SqliteArguments),
    PostgresPool(&'c PgPool, PgArguments),
    PostgresTx(&'c mut PgConnection, PgArguments),
}

/// Builds `$query` by sqlx's `$make` and gives it and its executor to `$run`, whichever engine it is for.
macro_rules! run {
    ($query:ident, $make:ident, ($built:ident, $executor:ident) => $run:expr) => {{
        let (sql, keep) = ($query.sql, $query.keep);
        match $query.on {
            On::SqlitePool($executor, args) => {
                let $built = sqlx::$make(sql, args).persistent(keep);
                $run
            }
            On::SqliteTx(lease, args) => {
                let mut held = lease.connection().await?;
                let $executor = &mut *held;
                let $built = sqlx::$make(sql, args).persistent(keep);
                $run
            }
            On::PostgresPool($executor, args) => {
                let $built = sqlx::$make(sql, args).persistent(keep);
                $run
            }
            On::PostgresTx($executor, args) => {
                let $built = sqlx::$make(sql, args).persistent(keep);
                $run
            }
        }
    }};
}

impl<'c> Query<'c> {
    pub(super) fn on_sqlite_pool(pool: &'c SqlitePool, text: (SqlStr, bool)) -> Self {
        Self::new(On::SqlitePool(pool, SqliteArguments::default()), None, text)
    }

    pub(super) fn on_sqlite_tx(lease: &'c Lease, failed: &'c mut bool, text: (SqlStr, bool)) -> Self {
        Self::new(On::SqliteTx(lease, SqliteArguments::default()), Some(failed), text)
    }

    pub(super) fn on_postgres_pool(pool: &'c PgPool, text: (SqlStr, bool)) -> Self {
        Self::new(On::PostgresPool(pool, PgArguments::default()), None, text)
    }

    pub(super) fn on_postgres_tx(
        connection: &'c mut PgConnection,
        failed: &'c mut bool,
        text: (SqlStr, bool),
    ) -> Self {
        Self::new(On::PostgresTx(connection, PgArguments::default()), Some(failed), text)
    }

    fn new(on: On<'c>, failed: Option<&'c mut bool>, (sql, keep): (SqlStr, bool)) -> Self {
        Self { sql, keep, on, failed, unbound: None }
    }

    /// Binds the next parameter: the first call is `$1`.
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        let bound = match &mut self.on {
            On::SqlitePool(_, args) | On::SqliteTx(_, args) => args.add(value),
            On::PostgresPool(_, args) | On::PostgresTx(_, args) => args.add(value),
        };
        if let Err(error) = bound {
            self.unbound.get_or_insert(error);
        }
        self
    }

    /// Runs it for its effect; gives the number of rows written.
    pub async fn execute(mut self) -> Result<u64, StoreError> {
        let mark = self.start()?;
        let result = run!(self, query_with, (query, executor) => {
            query.execute(executor).await.map(|done| done.rows_affected())
        });
        settle(mark, result)
    }

    /// The first row; [`StoreError::RowNotFound`] when there is none.
    pub async fn one<T: Record>(mut self) -> Result<T, StoreError> {
        let mark = self.start()?;
        let result = run!(self, query_as_with, (query, executor) => query.fetch_one(executor).await);
        settle(mark, result)
    }

    /// The first row, if there is any.
    pub async fn optional<T: Record>(mut self) -> Result<Option<T>, StoreError> {
        let mark = self.start()?;
        let result = run!(self, query_as_with, (query, executor) => query.fetch_optional(executor).await);
        settle(mark, result)
    }

    /// Every row. Give the text a LIMIT unless the table is small by nature.
    pub async fn all<T: Record>(mut self) -> Result<Vec<T>, StoreError> {
        let mark = self.start()?;
        let result = run!(self, query_as_with, (query, executor) => query.fetch_all(executor).await);
        settle(mark, result)
    }

    /// Refuses to run in a failed transaction, and marks it as failed until the statement has ended well: a future that
    /// is dropped halfway leaves the mark, for nobody can say what its statement did.
    fn start(&mut self) -> Result<Option<&'c mut bool>, StoreError> {
        if let Some(error) = self.unbound.take() {
            return Err(StoreError::Query(sqlx::Error::Encode(error)));
        }
        // SQLite rolls back a whole transaction on some errors (full disk, I/O); a further statement would then be
        // committed on its own. On PostgreSQL the server refuses it.
        match self.failed.take() {
            Some(failed) if *failed => Err(StoreError::Aborted),
            Some(failed) => {
                *failed = true;
                Ok(Some(failed))
            }
            None => Ok(None),
        }
    }
}

/// Takes the mark back unless the statement itself failed; a row that was missing or did not fit its type harms nothing.
fn settle<T>(mark: Option<&mut bool>, result: sqlx::Result<T>) -> Result<T, StoreError> {
    use sqlx::Error as E;
    let ended_well = matches!(
        result,
        Ok(_)
            | Err(E::RowNotFound
                | E::ColumnDecode { .. }
                | E::ColumnNotFound(_)
                | E::ColumnIndexOutOfBounds { .. }
                | E::Decode(_))
    );
    if let Some(failed) = mark {
        *failed = !ended_well;
    }
    result.map_err(StoreError::from)
}
