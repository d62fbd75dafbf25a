//! Hints between the processes that share a database: PostgreSQL's `LISTEN` and `NOTIFY`. Never the truth: a hint may be
//! lost, and whoever waits for one looks by itself as well.

use guildhall_domain::Timestamp;
use sqlx::postgres::PgListener;

use super::{Backend, Db};
use crate::StoreError;

/// The longest hint, in bytes.
///
/// Source: PostgreSQL's documentation of `NOTIFY`: shorter than 8000 bytes.
pub const LONGEST_HINT: usize = 7_900;

/// One channel for each schema, which is what an instance has to itself.
const CHANNEL: &str = "SELECT 'guildhall_' || left(md5(current_schema()), 16)";

/// Hears the hints of other processes, and of this one.
#[derive(Debug)]
pub struct Hints(PgListener);

impl Hints {
    /// The next hint. `None`: the connection was lost and is open again; hints may have been lost with it.
    ///
    /// # Errors
    /// There is no connection to be had: another try is worth it later.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let heard = self.0.try_recv().await.map_err(StoreError::from)?;
        Ok(heard.map(|hint| hint.payload().to_owned()))
    }
}

impl Db {
    /// Whether other machines may have the same database open. A SQLite file is served by one process alone.
    pub fn is_shared(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// Begins to listen, on a connection that is kept for it. `None`: there is nobody to hear, see
    /// [`is_shared`](Self::is_shared).
    pub async fn listen(&self) -> Result<Option<Hints>, StoreError> {
        let Backend::Postgres(pool) = &self.backend else { return Ok(None) };
        let (channel,): (String,) = self.query(CHANNEL).one().await?;
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(&channel).await?;
        Ok(Some(Hints(listener)))
    }

    /// Sends a hint of at most [`LONGEST_HINT`] bytes, outside of any transaction: each `NOTIFY` takes a lock of the whole
    /// server at its commit.
    pub async fn hint(&self, text: &str) -> Result<(), StoreError> {
        if self.is_shared() {
            let notify = self.query("SELECT pg_notify('guildhall_' || left(md5(current_schema()), 16), $1)");
            notify.bind(text).execute().await?;
        }
        Ok(())
    }

    /// What the clock of the database says. `None`: it has none but this machine's.
    pub async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        if !self.is_shared() {
            return Ok(None);
        }
        let (now,): (i64,) =
            self.query("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)").one().await?;
        Ok(Some(Timestamp(now)))
    }
}
