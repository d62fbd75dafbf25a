//! A query being built: text, parameters, and where it runs.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments as _, PgConnection, PgPool, SqlStr};

use super::postgres::{self, Limits, Transaction};
use super::record::Fields;
use super::rows::{Goal, Kept, Rows};
use super::sqlite::{Session, Statement};
use super::{Boxed, Record, Value};
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

    /// Runs it; gives the number of rows written.
    async fn run(
        self,
        connection: &mut PgConnection,
        limits: Limits,
        slow: bool,
        goal: Goal,
    ) -> sqlx::Result<u64> {
        let query = sqlx::query_with(self.text, self.parameters).persistent(self.keep);
        let run = async {
            postgres::lift_limit(connection, slow).await?;
            let done = match goal {
                Goal::Effect => query.execute(&mut *connection).await.map(|done| done.rows_affected()),
                Goal::First(into) => {
                    let row = query.fetch_optional(&mut *connection).await;
                    row.and_then(|row| take(row.as_slice(), into.as_ref()))
                }
                Goal::All(into) => {
                    let rows = query.fetch_all(&mut *connection).await;
                    rows.and_then(|rows| take(&rows, into.as_ref()))
                }
            };
            let restored = postgres::restore_limit(connection, slow).await;
            // First why the statement failed: in a transaction nothing else works after that.
            let done = done?;
            restored.map(|()| done)
        };
        limits.keep(slow, run).await
    }
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
    pub async fn execute(self) -> Result<u64, StoreError> {
        self.run(Goal::Effect).await
    }

    /// The first row; [`StoreError::RowNotFound`] when there is none.
    pub async fn one<T: Record>(self) -> Result<T, StoreError> {
        self.optional().await?.ok_or(StoreError::RowNotFound)
    }

    /// The first row, if there is any.
    pub async fn optional<T: Record>(self) -> Result<Option<T>, StoreError> {
        let row = Kept::<Option<T>>::new();
        self.run(Goal::First(row.clone())).await?;
        Ok(row.into_records())
    }

    /// Every row. Give the text a LIMIT unless the table is small by nature.
    pub async fn all<T: Record>(self) -> Result<Vec<T>, StoreError> {
        let rows = Kept::<Vec<T>>::new();
        self.run(Goal::All(rows.clone())).await?;
        Ok(rows.into_records())
    }

    /// Runs it; gives the number of rows written. Boxed: hundreds of functions wait for statements, and each would have
    /// the whole way of one in it.
    fn run(mut self, goal: Goal) -> Boxed<'c, Result<u64, StoreError>> {
        Box::pin(async move {
            let mark = self.start()?;
            let result = match self.on {
                On::Sqlite(session, statement) => session.run(statement, self.slow, goal).await?,
                On::PostgresPool(pool, sent) => {
                    let mut connection = pool.acquire().await?;
                    let done = sent.run(&mut connection, Limits::of_pool(pool), self.slow, goal).await;
                    if postgres::is_silence(&done) {
                        // It may be in the middle of the statement for as long as it likes.
                        connection.close_on_drop();
                    }
                    done
                }
                On::PostgresTx(transaction, sent) => {
                    let limits = transaction.limits();
                    sent.run(transaction.connection()?, limits, self.slow, goal).await
                }
            };
            settle(mark, result)
        })
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

/// Nothing is written by what gives rows, or nobody asks how much.
fn take(rows: &[PgRow], into: &dyn Rows) -> sqlx::Result<u64> {
    rows.iter().try_for_each(|row| into.take(Fields::of_postgres(row, into.columns()))).map(|()| 0)
}

/// Takes the mark back unless the statement itself failed; a row that did not fit its type harms nothing.
fn settle(mark: Option<&mut bool>, result: sqlx::Result<u64>) -> Result<u64, StoreError> {
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
