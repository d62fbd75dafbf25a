//! A file that is there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::BackupError;

/// What SQLite puts beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file that is being written beside its place; removed when dropped unless it is [kept](Self::keep).
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    target: PathBuf,
}

impl Partial {
    /// An empty file on its way to `target`. Its owner alone may read it: there are private keys in a backup.
    pub(super) fn beside(target: &Path) -> Result<Self, BackupError> {
        let path = with_ending(target, &format!(".partial-{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.open(&path).map_err(BackupError::io("writing", &path))?;
        Ok(Self { path, target: target.to_owned() })
    }

    /// Where to write.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the file in its place, safe against a power failure. Gives its length in bytes.
    ///
    /// # Errors
    /// [`BackupError::Exists`]: there is something.
    pub(super) fn keep(self) -> Result<u64, BackupError> {
        let file = File::open(&self.path).map_err(BackupError::io("reading", &self.path))?;
        let length = file
            .sync_all()
            .and_then(|()| file.metadata())
            .map_err(BackupError::io("writing", &self.path))?
            .len();
        match put(&self.path, &self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(self.target.clone()));
            }
            Err(error) => return Err(BackupError::io("writing", &self.target)(error)),
        }
        let folder = folder_of(&self.target);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(BackupError::io("writing", folder))?;
        Ok(length)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What cannot be removed stays: there is nobody left to tell.
        let _ = fs::remove_file(&self.path);
        let _ = remove_companions(&self.path);
    }
}

/// Removes what SQLite has left beside a database that nobody uses.
pub(super) fn remove_companions(path: &Path) -> io::Result<()> {
    for ending in COMPANIONS {
        match fs::remove_file(with_ending(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether there is anything in a companion of `path`.
pub(super) fn has_companions(path: &Path) -> bool {
    ["-wal", "-journal"]
        .into_iter()
        .any(|ending| with_ending(path, ending).metadata().is_ok_and(|found| found.len() > 0))
}

/// Gives `path` the name `target`, unless that is taken.
fn put(path: &Path, target: &Path) -> io::Result<()> {
    // A link is refused where there is a file, at once; renaming would replace it.
    match fs::hard_link(path, target) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            // A file system without links.
            if target.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(path, target)
        }
        done => done,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let partial = Partial::beside(&folder.path().join("a")).unwrap();
        fs::write(partial.path(), "half").unwrap();
        drop(partial);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_came_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let partial = Partial::beside(&target).unwrap();
        fs::write(&target, "theirs").unwrap();
        assert!(matches!(partial.keep(), Err(BackupError::Exists(_))));
        assert_eq!(fs::read_to_string(&target).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_kept_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let partial = Partial::beside(&target).unwrap();
        fs::write(partial.path(), "whole").unwrap();
        assert_eq!(partial.keep().unwrap(), 5);
        assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
