//! How a connection to a SQLite file is set up, and how it ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::super::{Durability, OpenOptions, open::STATEMENT_CACHE};
use super::watch::Watch;
use super::{of_sqlite, off_thread};
use crate::StoreError;

/// What a connection is opened with.
#[derive(Clone, Debug)]
pub(in crate::db) struct Connect {
    path: PathBuf,
    purpose: Purpose,
    /// How long it waits for a file that another process keeps busy.
    patience: Duration,
    durability: Durability,
    watch: Arc<Watch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
    Migrate,
}

impl Connect {
    /// The writing connection, which creates the file. It does not wait for other processes by itself, since it would
    /// keep its thread from other work; its owner asks again, for [`patience`](Self::patience).
    pub(in crate::db) fn writer(path: &Path, options: &OpenOptions) -> Self {
        // A relative name that starts with "file:" would be taken for a URI.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self {
            watch: Arc::new(Watch::new(&path)),
            path,
            purpose: Purpose::Write,
            // Another writer is a second process, such as the command line. Who waits for it shall hear so rather
            // than run into the time-out of the queue.
            patience: options.acquire_timeout * 3 / 4,
            durability: options.durability,
        }
    }

    /// A connection that can only read.
    pub(in crate::db) fn for_reading(&self) -> Self {
        Self { purpose: Purpose::Read, ..self.clone() }
    }

    /// One that writes and does not check foreign keys.
    pub(in crate::db) fn for_migrations(&self) -> Self {
        Self { purpose: Purpose::Migrate, ..self.clone() }
    }

    /// How long to wait for a file that another process keeps busy.
    pub(in crate::db) fn patience(&self) -> Duration {
        self.patience
    }

    /// Opens it on a thread for blocking work.
    pub(in crate::db) async fn open(&self) -> Result<Connection, StoreError> {
        let connect = self.clone();
        let opened = off_thread(move || connect.open_here()).await?;
        let connection = opened.map_err(|error| StoreError::Open(of_sqlite(error)))?;
        self.watch.begin();
        Ok(connection)
    }

    /// Whether the file is still in its place.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it is not.
    pub(in crate::db) fn look(&self) -> Result<(), StoreError> {
        self.watch.look()
    }

    /// The same for those who only read: they look where the writer has missed it.
    pub(super) fn look_again(&self) -> Result<(), StoreError> {
        self.watch.look_again()
    }

    /// Opens one more, later: that it fails then is a passing trouble.
    pub(in crate::db) async fn open_again(&self) -> Result<Connection, StoreError> {
        self.open().await.map_err(|error| match error {
            StoreError::Open(cause) => StoreError::Unavailable(cause),
            other => other,
        })
    }

    /// Opens it on this thread.
    pub(super) fn open_here(&self) -> rusqlite::Result<Connection> {
        let access = match self.purpose {
            Purpose::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Purpose::Write | Purpose::Migrate => {
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
            }
        };
        // A connection is with one thread at a time: SQLite need not lock it.
        let connection = Connection::open_with_flags(&self.path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        // A plan does not depend on the values bound to it: a kept statement is not prepared anew for each of them.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.busy_timeout(self.patience)?;
        self.set_up(&connection)?;
        if self.purpose == Purpose::Write {
            connection.busy_timeout(Duration::ZERO)?;
        }
        Ok(connection)
    }

    /// `cache_size` is in KiB when negative. The file is not mapped: mapped pages count as memory of ours, are faulted in
    /// anew after each write of another connection, and save no time that could be measured. The WAL goes into the file when
    /// it has 4,000 pages (16 MiB), since pages that are written often are copied once then; one that grew in a burst is cut
    /// back to 64 MiB.
    fn set_up(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.purpose != Purpose::Read {
            let synchronous = match self.durability {
                Durability::Full => "FULL",
                Durability::ProcessCrash => "OFF",
            };
            connection.execute_batch(&format!(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 4000;
                 PRAGMA journal_size_limit = 67108864;"
            ))?;
        }
        let (foreign_keys, cache_size) = match self.purpose {
            Purpose::Read => ("ON", -8000),
            Purpose::Write => ("ON", -32000),
            Purpose::Migrate => ("OFF", -32000),
        };
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = {foreign_keys}; PRAGMA cache_size = {cache_size};
             PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
        ))
    }
}

/// Makes the file, if it is not there, for its owner alone: private keys are in it. Its `-wal` and `-shm` companions take
/// its mode over.
pub(in crate::db) fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Closes the writing connection; what it had not committed is rolled back. Brings the statistics of its tables up to
/// date before, from at most 400 rows of each index.
pub(in crate::db) fn close(connection: Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() {
        // Another process may be writing; the next that closes has its chance.
        let _ = connection.execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize;");
    }
    connection.close().map_err(|(_, error)| error)
}
