//! A query being built: text, parameters, and where it runs.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments as _, PgPool, Postgres, SqlStr};

use super::postgres::{self, Limits, Transaction};
use super::record::Fields;
use super::sqlite::{Session, Statement};
use super::{Record, Value};
use crate::StoreError;

/// A query on its way: bind its parameters in order, then run it.
#[derive(Debug)]
#[must_use = "a query does nothing until it is run"]
pub struct Query<'c> {
    on: On<'c>,
    /// Whether it may take longer than a thread that serves others can be kept.
    slow: bool,
    /// The transaction's mark that it cannot be committed.
    failed: Option<&'c mut bool>,
    /// The first parameter that could not be encoded.
    unbound: Option<BoxDynError>,
}

#[derive(Debug)]
enum On<'c> {
    Sqlite(Session<'c>, Statement),
    PostgresPool(&'c PgPool, Sent),
    PostgresTx(&'c mut Transaction, Sent),
}

/// A statement for PostgreSQL.
#[derive(Debug)]
struct Sent {
    text: SqlStr,
    /// Whether its prepared form goes to the connection's cache.
    keep: bool,
    parameters: PgArguments,
}

impl Sent {
    fn new((text, keep): (SqlStr, bool)) -> Self {
        Self { text, keep, parameters: PgArguments::default() }
    }

    fn query(self) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        sqlx::query_with(self.text, self.parameters).persistent(self.keep)
    }
}

/// Runs `$query`: on SQLite by `$work`, on PostgreSQL by giving it and its executor to `$run`.
macro_rules! run {
    ($query:ident, $work:expr, ($sent:ident, $executor:ident) => $run:expr) => {
        match $query.on {
            On::Sqlite(session, statement) => session.run(statement, $query.slow, $work).await?,
            On::PostgresPool(pool, sent) => {
                let mut connection = pool.acquire().await?;
                let $sent = sent.query();
                let run = async {
                    let $executor = &mut *connection;
                    postgres::lift_limit($executor, $query.slow).await?;
                    let done = $run;
                    postgres::restore_limit($executor, $query.slow).await?;
                    done
                };
                let done = Limits::of_pool(pool).keep($query.slow, run).await;
                if postgres::is_silence(&done) {
                    // It may be in the middle of the statement for as long as it likes.
                    connection.close_on_drop();
                }
                done
            }
            On::PostgresTx(transaction, sent) => {
                let limits = transaction.limits();
                let $executor = transaction.connection()?;
                let $sent = sent.query();
                let run = async {
                    postgres::lift_limit($executor, $query.slow).await?;
                    let done = $run?;
                    postgres::restore_limit($executor, $query.slow).await?;
                    Ok(done)
                };
                limits.keep($query.slow, run).await
            }
        }
    };
}

impl<'c> Query<'c> {
    pub(super) fn on_sqlite(session: Session<'c>, (text, keep): (SqlStr, bool)) -> Self {
        Self::new(On::Sqlite(session, Statement::new(text, keep)))
    }

    pub(super) fn on_postgres_pool(pool: &'c PgPool, text: (SqlStr, bool)) -> Self {
        Self::new(On::PostgresPool(pool, Sent::new(text)))
    }

    pub(super) fn on_postgres_tx(transaction: &'c mut Transaction, text: (SqlStr, bool)) -> Self {
        Self::new(On::PostgresTx(transaction, Sent::new(text)))
    }

    fn new(on: On<'c>) -> Self {
        Self { on, slow: false, failed: None, unbound: None }
    }

    /// Refuses to run once `failed` is set, and sets it when it fails.
    pub(super) fn marking(self, failed: &'c mut bool) -> Self {
        Self { failed: Some(failed), ..self }
    }

    /// Binds the next parameter: the first call is `$1`.
    pub fn bind<'q>(mut self, value: impl Value<'q>) -> Self {
        let bound = match &mut self.on {
            On::Sqlite(_, statement) => value.into_sqlite().map(|value| statement.push(value)),
            On::PostgresPool(_, sent) | On::PostgresTx(_, sent) => sent.parameters.add(value),
        };
        if let Err(error) = bound {
            self.unbound.get_or_insert(error);
        }
        self
    }

    /// Says that it may run for more than some milliseconds, as what reads a whole table does. SQLite then runs it on a
    /// thread for blocking work; otherwise it keeps the thread of the caller, and all that waits for it. PostgreSQL sets it
    /// no limit but for locks.
    pub fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// Runs it for its effect; gives the number of rows written.
    pub async fn execute(mut self) -> Result<u64, StoreError> {
        let mark = self.start()?;
        let result = run!(self, Statement::execute, (query, executor) => {
            query.execute(&mut *executor).await.map(|done| done.rows_affected())
        });
        settle(mark, result)
    }

    /// The first row; [`StoreError::RowNotFound`] when there is none.
    pub async fn one<T: Record>(self) -> Result<T, StoreError> {
        self.optional().await?.ok_or(StoreError::RowNotFound)
    }

    /// The first row, if there is any.
    pub async fn optional<T: Record>(mut self) -> Result<Option<T>, StoreError> {
        let mark = self.start()?;
        let result = run!(self, Statement::first, (query, executor) => {
            query.fetch_optional(&mut *executor).await.and_then(|row| row.as_ref().map(read).transpose())
        });
        settle(mark, result)
    }

    /// Every row. Give the text a LIMIT unless the table is small by nature.
    pub async fn all<T: Record>(mut self) -> Result<Vec<T>, StoreError> {
        let mark = self.start()?;
        let result = run!(self, Statement::all, (query, executor) => {
            query.fetch_all(&mut *executor).await.and_then(|rows| rows.iter().map(read).collect())
        });
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

fn read<T: Record>(row: &PgRow) -> sqlx::Result<T> {
    T::read(Fields::of_postgres::<T>(row))
}

/// Takes the mark back unless the statement itself failed; a row that did not fit its type harms nothing.
fn settle<T>(mark: Option<&mut bool>, result: sqlx::Result<T>) -> Result<T, StoreError> {
    use sqlx::Error as E;
    let ended_well = matches!(
        result,
        Ok(_)
            | Err(E::ColumnDecode { .. }
                | E::ColumnNotFound(_)
                | E::ColumnIndexOutOfBounds { .. }
                | E::Decode(_))
    );
    if let Some(failed) = mark {
        *failed = !ended_well;
    }
    result.map_err(StoreError::from)
}
