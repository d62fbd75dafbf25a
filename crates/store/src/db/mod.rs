//! One database behind two engines: SQLite in a file, or PostgreSQL.
//!
//! Reads go through [`Db::query`], writes through a [`Tx`]. One SQL text with `$1` serves both engines; where they differ,
//! both texts stand in one [`Sql`]. Everything that knows an engine's name is in this module and in those texts.
//!
//! SQLite runs on the thread that asks (see `sqlite`). One task owns the only writing connection and hands it from transaction to transaction; those that queue
//! up share one COMMIT, and with it one sync of the disk (see `writer`). On PostgreSQL the server does the like.

mod advice;
mod alone;
mod hints;
mod id;
mod keyed;
mod lower;
mod migrate;
mod open;
mod postgres;
mod query;
mod record;
mod rows;
mod source;
mod sql;
mod sqlite;
mod stats;
mod tx;
mod url;
mod value;
mod writer;

use std::pin::Pin;
use std::sync::Arc;

use sqlx::PgPool;

pub use advice::advice;
pub use alone::{Serving, ServingError};
pub use hints::{Hints, LONGEST_HINT};
pub use id::{IdGenerator, NodeOutOfRange};
pub use keyed::{Key, Keyed};
pub use migrate::{PendingMigration, migration, migrations};
pub use open::{Durability, OpenOptions};
pub use query::Query;
pub use record::{Field, Fields, ReadResult, Record};
pub use source::Source;
pub use sql::{Composed, MAX_PARAMETERS, Sql, SqlText, values_list};
pub use sqlx::migrate::Migrator;
pub use stats::WriteStats;
pub use tx::Tx;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use value::{List, Value};

use crate::StoreError;
use keyed::Lines;
use sqlite::{Readers, Session};
use stats::Counters;
use writer::Writer;

/// A future behind a pointer, for what many wait for: it is there once, and not a part of each of them.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite in a file.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// An open database. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Db {
    backend: Backend,
    counters: Arc<Counters>,
    /// Those who read by a key at the same time.
    lines: Arc<Lines>,
}

#[derive(Clone, Debug)]
enum Backend {
    Sqlite { read: Readers, writer: Writer },
    Postgres(PgPool),
}

impl Db {
    /// Opens the database at `url`; a SQLite file and its folder are created. Needs a running tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Open`]: no such server (at once, or after 5 s of silence), no access, or the file cannot be created
    /// or is none of SQLite's. [`advice()`] tells what to do.
    pub async fn open(url: &DatabaseUrl, options: &OpenOptions) -> Result<Self, StoreError> {
        let counters = Arc::new(Counters::default());
        let backend = match url.target() {
            url::Target::Sqlite(path) => open::sqlite(path, options, &counters).await?,
            url::Target::Postgres(server) => Backend::Postgres(open::postgres(server, options).await?),
        };
        Ok(Self { backend, counters, lines: Arc::default() })
    }

    /// Which engine serves this database.
    pub fn engine(&self) -> Engine {
        match self.backend {
            Backend::Sqlite { .. } => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// As [`Tx::pays_per_statement`].
    pub fn pays_per_statement(&self) -> bool {
        self.engine() == Engine::Postgres
    }

    /// A query that reads. A write is refused by SQLite here; it belongs into a [`Tx`].
    pub fn query(&self, sql: impl SqlText) -> Query<'_> {
        let text = sql.text_for(self.engine());
        match &self.backend {
            Backend::Sqlite { read, .. } => Query::on_sqlite(Session::Reader(read), text),
            Backend::Postgres(pool) => Query::on_postgres_pool(pool, text),
        }
    }

    /// Begins a transaction: `BEGIN IMMEDIATE` on SQLite, READ COMMITTED on PostgreSQL.
    ///
    /// SQLite has one writer, so whatever is awaited while the [`Tx`] lives stops every other write: fetch, hash and
    /// verify before. For the same reason a task that holds a `Tx` must not begin a second one, nor wait for a task
    /// that does: it would wait for itself, until [`StoreError::Timeout`].
    pub fn begin(&self) -> Boxed<'_, Result<Tx, StoreError>> {
        Box::pin(async move {
            match &self.backend {
                Backend::Sqlite { writer, .. } => Ok(Tx::on_sqlite(writer.begin().await?)),
                Backend::Postgres(pool) => {
                    Ok(Tx::on_postgres(postgres::Transaction::begin(pool, &self.counters).await?))
                }
            }
        })
    }

    /// Asks the database for an answer, any answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.query("SELECT CAST(1 AS BIGINT)").one::<(i64,)>().await.map(drop)
    }

    /// How writing went since [`Db::open`], for metrics.
    pub fn write_stats(&self) -> WriteStats {
        self.counters.read()
    }

    /// Waits for running queries and transactions, then closes every connection of every clone.
    ///
    /// A SQLite file is left without its `-wal` companion, ready to be copied.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { read, writer } => {
                read.close().await;
                writer.close().await;
            }
            Backend::Postgres(pool) => pool.close().await,
        }
    }
}
