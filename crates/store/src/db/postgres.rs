//! How long PostgreSQL is waited for, and its transactions.
//!
//! The server ends by itself what takes too long ([`open`](super::open) tells it so). That it does not even answer (it was
//! stopped, its machine hangs, the network lost the packets) is noticed here; the connection is given up then.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::stats::Counters;
use crate::StoreError;

/// How long a rollback may take before its connection is given up.
const ROLLBACK_WITHIN: Duration = Duration::from_secs(2);

/// How long a statement may take that is not slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// By the server's clock.
    pub(super) statement: Duration,
    /// Until it counts as silence.
    answer: Duration,
}

impl Limits {
    /// Of a pool that waits so long for a connection.
    pub(super) fn of(acquire_timeout: Duration) -> Self {
        Self { statement: acquire_timeout * 5 / 4, answer: acquire_timeout * 3 / 2 }
    }

    pub(super) fn of_pool(pool: &PgPool) -> Self {
        Self::of(pool.options().get_acquire_timeout())
    }

    /// Waits for an answer, for ever if it is to a `slow` statement.
    pub(super) async fn keep<T>(
        self,
        slow: bool,
        answer: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        if slow {
            return answer.await;
        }
        timeout(self.answer, answer).await.unwrap_or_else(|_| Err(silence(self.answer)))
    }
}

fn silence(waited: Duration) -> sqlx::Error {
    let text = format!("no answer within {} s", waited.as_secs_f32());
    io::Error::new(io::ErrorKind::TimedOut, text).into()
}

/// Whether it is for silence that there is no result.
pub(super) fn is_silence<T>(result: &sqlx::Result<T>) -> bool {
    matches!(result, Err(sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::TimedOut)
}

/// Lets a slow statement take as long as it likes.
pub(super) async fn lift_limit(connection: &mut PgConnection, slow: bool) -> sqlx::Result<()> {
    if slow {
        sqlx::raw_sql("SET statement_timeout = 0").execute(connection).await?;
    }
    Ok(())
}

/// Sets the limit again that the connection began with.
pub(super) async fn restore_limit(connection: &mut PgConnection, slow: bool) -> sqlx::Result<()> {
    if slow {
        sqlx::raw_sql("RESET statement_timeout").execute(connection).await?;
    }
    Ok(())
}

/// Runs a statement that is not slow, outside of a transaction.
pub(super) async fn fetch_all(
    pool: &PgPool,
    query: sqlx::query::Query<'_, Postgres, PgArguments>,
) -> sqlx::Result<Vec<PgRow>> {
    let mut connection = pool.acquire().await?;
    let rows = Limits::of_pool(pool).keep(false, query.fetch_all(&mut *connection)).await;
    if is_silence(&rows) {
        connection.close_on_drop();
    }
    rows
}

/// A transaction; rolled back when dropped.
#[derive(Debug)]
pub(super) struct Transaction {
    /// None once it has ended.
    connection: Option<PoolConnection<Postgres>>,
    limits: Limits,
    counters: Arc<Counters>,
}

impl Transaction {
    pub(super) async fn begin(pool: &PgPool, counters: &Arc<Counters>) -> Result<Self, StoreError> {
        let connection = pool.acquire().await?;
        let limits = Limits::of_pool(pool);
        let mut transaction = Self { connection: Some(connection), limits, counters: counters.clone() };
        transaction.run("BEGIN").await?;
        Ok(transaction)
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.connection.as_deref_mut().ok_or(StoreError::Closed)
    }

    /// When no answer comes nobody knows what became of it.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let committed = self.run("COMMIT").await;
        let Some(mut connection) = self.connection.take() else { return Err(StoreError::Closed) };
        if let Err(error) = committed {
            self.counters.failed_commit();
            self.counters.rollback();
            connection.close_on_drop();
            return Err(StoreError::of_commit(error));
        }
        self.counters.commit(1);
        Ok(())
    }

    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let Some(connection) = self.connection.as_deref_mut() else { return Err(sqlx::Error::PoolClosed) };
        self.limits.keep(false, sqlx::raw_sql(statement).execute(connection)).await.map(drop)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        self.counters.rollback();
        // Without a runtime the connection ends, and the transaction with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(roll_back(connection));
        }
    }
}

async fn roll_back(mut connection: PoolConnection<Postgres>) {
    let rolled_back = timeout(ROLLBACK_WITHIN, sqlx::raw_sql("ROLLBACK").execute(&mut *connection)).await;
    if !matches!(rolled_back, Ok(Ok(_))) {
        connection.close_on_drop();
    }
}
