//! Backups: one file out of a database in use, and such a file into an empty place.
//!
//! The file is what the engine's own tools read: a SQLite database, or an archive of `pg_dump --format=custom`. Its
//! first bytes say which of the two it is.

mod error;
mod partial;
mod place;
mod postgres;
mod programs;
mod sqlite;

use std::path::Path;

pub use error::BackupError;
use guildhall_domain::Timestamp;
use partial::Partial;

use crate::db::{DatabaseUrl, Db, Engine, migrations};

/// Writes all that `db`, the open database at `url`, holds at one point in time into the new file `file`, which only
/// its owner may read. Others may write meanwhile. Gives its length in bytes.
///
/// `file` is there whole or not at all.
///
/// # Errors
/// - [`BackupError::Exists`]: nothing is overwritten.
/// - [`BackupError::Nothing`]: there is no instance at `url`.
pub async fn write(db: &Db, url: &DatabaseUrl, file: &Path) -> Result<u64, BackupError> {
    if file.symlink_metadata().is_ok() {
        // At once, rather than after the work.
        return Err(BackupError::Exists(file.to_owned()));
    }
    if !place::list_tables(db).await?.iter().any(|table| table == place::MIGRATIONS) {
        return Err(BackupError::Nothing(url.to_string()));
    }
    let partial = Partial::beside(file)?;
    match url.engine() {
        Engine::Sqlite => sqlite::write(db, partial.path()).await?,
        Engine::Postgres => postgres::write(db, url, partial.path()).await?,
    }
    partial.keep()
}

/// Puts the backup `file` into the place that `url` names, which must be empty.
///
/// The file is checked before anything is changed, and put in place in one step: a failure leaves an empty place.
///
/// # Errors
/// - [`BackupError::NotABackup`], [`BackupError::OtherEngine`], [`BackupError::Damaged`], [`BackupError::TooNew`]: the
///   file cannot be used.
/// - [`BackupError::InUse`], [`BackupError::Occupied`]: the place cannot be used.
pub async fn restore(url: &DatabaseUrl, file: &Path, now: Timestamp) -> Result<(), BackupError> {
    let found = engine_of(file)?;
    if found != url.engine() {
        return Err(BackupError::OtherEngine { file: file.to_owned(), found, place: url.to_string() });
    }
    match found {
        Engine::Sqlite => sqlite::restore(url, file, now).await,
        Engine::Postgres => postgres::restore(url, file, now).await,
    }
}

/// Which engine a file is of, by its first bytes.
fn engine_of(file: &Path) -> Result<Engine, BackupError> {
    use std::io::Read as _;

    let mut head = Vec::new();
    let opened = std::fs::File::open(file).map_err(BackupError::io("reading", file))?;
    opened.take(16).read_to_end(&mut head).map_err(BackupError::io("reading", file))?;
    // Source: "Database File Format" section 1.3; pg_backup_archiver.h.
    if head == b"SQLite format 3\0" {
        Ok(Engine::Sqlite)
    } else if head.starts_with(b"PGDMP") {
        Ok(Engine::Postgres)
    } else {
        Err(BackupError::NotABackup(file.to_owned()))
    }
}

/// Refuses a file with a migration that this program does not have.
fn check_versions(file: &Path, versions: &[i64]) -> Result<(), BackupError> {
    let known = migrations();
    let unknown = versions.iter().filter(|version| !known.version_exists(**version)).max();
    match unknown {
        Some(version) => Err(BackupError::TooNew { file: file.to_owned(), version: *version }),
        None => Ok(()),
    }
}
