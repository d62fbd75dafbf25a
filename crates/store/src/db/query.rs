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

/// Runs `$query` by sqlx's `$method`, on whatever it is for.
macro_rules! run {
    ($query:ident, $build:ident, $method:ident) => {
        match $query.on {
            On::SqlitePool(pool, args) => {
                sqlx::$build($query.sql, args).persistent($query.keep).$method(pool).await.map_err(Into::into)
            }
            On::SqliteTx(lease, args) => match lease.connection().await {
                Ok(mut held) => sqlx::$build($query.sql, args)
                    .persistent($query.keep)
                    .$method(&mut *held)
                    .await
                    .map_err(Into::into),
                Err(error) => Err(error),
            },
            On::PostgresPool(pool, args) => {
                sqlx::$build($query.sql, args).persistent($query.keep).$method(pool).await.map_err(Into::into)
            }
            On::PostgresTx(connection, args) => sqlx::$build($query.sql, args)
                .persistent($query.keep)
                .$method(connection)
                .await
                .map_err(Into::into),
        }
    };
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
    pub fn bind(mut self, value: impl Value) -> Self {
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
        let result = match self.on {
            On::SqlitePool(pool, args) => rows(sqlx::query_with(self.sql, args).execute(pool).await),
        };
        todo!()
    }
}
