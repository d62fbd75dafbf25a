//! How connections are set up.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

use super::Backend;
use super::postgres::Limits;
use super::sqlite::{Connect, Readers, make_private};
use super::stats::Counters;
use super::writer::Writer;
use crate::StoreError;

/// Statements kept prepared per connection; the queries of this crate number a few hundred.
pub(super) const STATEMENT_CACHE: usize = 512;
/// A connection that lay idle this long is asked whether it still lives before it is handed out.
const PING_AFTER: Duration = Duration::from_secs(5);
/// How long a PostgreSQL server has to let the first connection in. One that is not there says so at once; a host that
/// drops packets says nothing.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How [`Db::open`](super::Db::open) sets up its connections. The default is right for a server.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Shown in PostgreSQL's `pg_stat_activity`.
    pub application_name: String,
    /// Most connections to PostgreSQL.
    pub max_connections: u32,
    /// Most reading connections to a SQLite file; writing always has one.
    pub max_readers: u32,
    /// How long a query or [`Db::begin`](super::Db::begin) waits for a connection; on PostgreSQL a statement also for a
    /// lock, and a quarter longer in all, unless it is [slow](super::Query::slow). So a client hears within twice that
    /// time that the database stands still.
    pub acquire_timeout: Duration,
    /// How long a transaction may sit between its statements (PostgreSQL) or be held in all (SQLite) before it is
    /// taken for lost and rolled back.
    pub holder_deadline: Duration,
    /// What a SQLite commit promises.
    pub durability: Durability,
}

/// What a commit on SQLite promises. On PostgreSQL this is the server's setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Survives a power failure (`synchronous=FULL`).
    Full,
    /// Survives a crash of the process alone (`synchronous=OFF`): for tests.
    ProcessCrash,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            application_name: "guildhall".into(),
            max_connections: 16,
            max_readers: 8,
            acquire_timeout: Duration::from_secs(4),
            holder_deadline: Duration::from_secs(30),
            durability: Durability::Full,
        }
    }
}

/// Opens the writer first: it creates the file and its WAL, which the read-only connections need to find.
pub(super) async fn sqlite(
    path: &Path,
    options: &OpenOptions,
    counters: &Arc<Counters>,
) -> Result<Backend, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        tokio::fs::create_dir_all(folder).await.map_err(|error| StoreError::Open(error.into()))?;
    }
    make_private(path).map_err(|error| StoreError::Open(error.into()))?;
    let connect = Connect::writer(path, options);
    let writer = Writer::start(connect.clone(), options, counters.clone()).await?;
    let read = Readers::open(connect.for_reading(), options.max_readers, options.acquire_timeout).await?;
    Ok(Backend::Sqlite { read, writer })
}

pub(super) async fn postgres(server: &PgConnectOptions, options: &OpenOptions) -> Result<PgPool, StoreError> {
    let limit = |time: Duration| format!("{}ms", time.as_millis());
    let (lock, statement) = (options.acquire_timeout, Limits::of(options.acquire_timeout).statement);
    let server = server
        .clone()
        .application_name(&options.application_name)
        .statement_cache_capacity(STATEMENT_CACHE)
        .options([
            ("idle_in_transaction_session_timeout", limit(options.holder_deadline)),
            ("lock_timeout", limit(lock)),
            ("statement_timeout", limit(statement)),
        ]);
    knock(&server, options.acquire_timeout.min(CONNECT_WITHIN)).await.map_err(StoreError::Open)?;
    Ok(postgres_pool(server, options))
}

/// Connects once. A pool would try again until its time is up, and then say nothing of why it failed.
async fn knock(server: &PgConnectOptions, within: Duration) -> sqlx::Result<()> {
    let connecting = tokio::time::timeout(within, PgConnection::connect_with(server));
    let Ok(connected) = connecting.await else {
        let silence = format!("no answer within {} s", within.as_secs_f32());
        return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, silence).into());
    };
    connected?.close().await
}

fn postgres_pool(server: PgConnectOptions, options: &OpenOptions) -> PgPool {
    PgPoolOptions::new()
        .max_connections(options.max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > PING_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(server)
}
