//! Why a backup was not written or not restored.

use std::io;
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::db::Engine;

/// Why a backup was not written or not restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The file to be written is there.
    #[error("{} is there already; name another file", .0.display())]
    Exists(PathBuf),
    /// Nothing to be backed up.
    #[error("there is no instance at {0}")]
    Nothing(String),
    /// A file of something else.
    #[error("{} is no backup of guildhall", .0.display())]
    NotABackup(PathBuf),
    /// A SQLite file that somebody is writing to, or that was copied while somebody did.
    #[error("{} is a database in use and not a backup; write one with `guildhall backup FILE`", .0.display())]
    Unfinished(PathBuf),
    /// A backup of the one engine for a place of the other.
    #[error("{} is a backup of {}, and {place} is not; set storage.database_url", .file.display(), name(*.found))]
    OtherEngine {
        /// The backup.
        file: PathBuf,
        /// Its engine.
        found: Engine,
        /// Where it was to go.
        place: String,
    },
    /// A PostgreSQL backup for another schema than the one in use.
    #[error(
        "{} holds the schema {found:?}, and the database is set to {place:?}; \
         choose it by ?options=-csearch_path%3D{found} in storage.database_url", .file.display()
    )]
    OtherSchema {
        /// The backup.
        file: PathBuf,
        /// Its schema.
        found: String,
        /// The schema of the place.
        place: String,
    },
    /// The file cannot be read to its end, or does not agree with itself.
    #[error("{} is damaged: {what}", .file.display())]
    Damaged {
        /// The backup.
        file: PathBuf,
        /// What was found.
        what: String,
    },
    /// Written by a later version of the program.
    #[error("{} is of a newer guildhall (migration {version}); restore it with that version", .file.display())]
    TooNew {
        /// The backup.
        file: PathBuf,
        /// The newest migration that this program does not have.
        version: i64,
    },
    /// A server, or a command, works on the place.
    #[error("{0} is in use; stop the server first (one that was killed counts as running for 10 seconds)")]
    InUse(String),
    /// Something is there that would be lost.
    #[error("{place} already holds {what}; a backup is restored into an empty place only: {advice}")]
    Occupied {
        /// Where the backup was to go.
        place: String,
        /// What is there.
        what: String,
        /// How to make room.
        advice: &'static str,
    },
    /// A program of PostgreSQL is not installed.
    #[error(
        "{0} is not installed: install PostgreSQL's client programs (postgresql-client), as new as the server"
    )]
    NoProgram(&'static str),
    /// A program of PostgreSQL ended with an error.
    #[error("{program} failed: {message}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        message: String,
    },
    /// A file could not be read or written.
    #[error("{doing} {} failed", .path.display())]
    Io {
        /// In the reader's words: "reading".
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The database could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    /// For `map_err` on a file's errors.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}
