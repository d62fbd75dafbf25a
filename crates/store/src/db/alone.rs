//! Who serves a database. A SQLite file is served by one process: its caches, its order of work and its leases rest on that.

use std::fs::{File, OpenOptions as FileOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::DatabaseUrl;

/// The right to serve, as a lock on a file that ends with the process, however that ends. The name of the last one who had
/// it stands in the file.
#[derive(Debug)]
pub struct Serving(Option<File>);

/// Why a database cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    /// Another process serves the SQLite file.
    #[error("another process serves this database already")]
    Taken,
    /// The lock cannot be had.
    #[error("{0} cannot be locked")]
    Lock(PathBuf, #[source] io::Error),
}

impl Serving {
    /// Takes the right to serve the database at `url`: of a SQLite file for this process alone, while PostgreSQL is
    /// served by as many as like to, of which the first in each `folder` has the lock. Commands need no such right.
    ///
    /// # Errors
    /// [`ServingError`]: a SQLite file is served already, or the file of the lock cannot be written.
    pub fn begin(url: &DatabaseUrl, folder: &Path) -> Result<Self, ServingError> {
        let path = lock_of(url, folder);
        let failed = |error| ServingError::Lock(path.clone(), error);
        let mut options = FileOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) if url.path().is_some() => Err(ServingError::Taken),
            Err(TryLockError::WouldBlock) => Ok(Self(None)),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Writes the name of this process down, and gives that of the one who had the lock before: it is dead. `None`: there
    /// was none, or somebody else has the lock.
    pub fn follow(&mut self, name: &str) -> io::Result<Option<String>> {
        let Some(file) = &mut self.0 else { return Ok(None) };
        let mut before = String::new();
        file.read_to_string(&mut before)?;
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(name.as_bytes())?;
        Ok(Some(before).filter(|before| !before.is_empty()))
    }
}

/// Beside the SQLite file, whatever folder the settings name.
fn lock_of(url: &DatabaseUrl, folder: &Path) -> PathBuf {
    let Some(path) = url.path() else { return folder.join("serving") };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push("-serving");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_by_one_at_a_time_who_knows_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let begin =
            |name: &str| Serving::begin(&DatabaseUrl::sqlite(folder.path().join(name)), folder.path());
        let mut first = begin("a.db").unwrap();
        assert_eq!(first.follow("first").unwrap(), None);
        assert!(matches!(begin("a.db"), Err(ServingError::Taken)));
        assert!(begin("b.db").is_ok());
        drop(first);
        let mut second = begin("a.db").unwrap();
        assert_eq!(second.follow("2").unwrap().as_deref(), Some("first"));
        drop(second);
        assert_eq!(begin("a.db").unwrap().follow("third").unwrap().as_deref(), Some("2"));
    }

    #[test]
    fn postgresql_is_served_by_many_of_whom_one_in_a_folder_knows_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let url: DatabaseUrl = "postgres://u@h/d".parse().unwrap();
        let mut first = Serving::begin(&url, folder.path()).unwrap();
        assert_eq!(first.follow("first").unwrap(), None);
        let mut second = Serving::begin(&url, folder.path()).unwrap();
        assert_eq!(second.follow("second").unwrap(), None, "the first lives");
    }
}
