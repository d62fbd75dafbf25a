//! SQLite: the backup is a database itself.

use std::path::Path;
use std::{fs, io};

use guildhall_domain::Timestamp;

use super::partial::{Partial, has_companions, remove_companions};
use super::place::{self, check_empty, occupied};
use super::{BackupError, check_versions};
use crate::db::{DatabaseUrl, Db, OpenOptions};
use crate::{StoreError, doctor};

/// Writes the database into the empty file `file`, as it is at one point in time; writers do not wait.
pub(super) async fn write(db: &Db, file: &Path) -> Result<(), BackupError> {
    // SQLite takes a name that starts with "file:" for a URI.
    let path = std::path::absolute(file).map_err(BackupError::io("writing", file))?;
    db.query("VACUUM INTO $1").bind(path.to_string_lossy().into_owned()).slow().execute().await?;
    Ok(())
}

pub(super) async fn restore(url: &DatabaseUrl, file: &Path, now: Timestamp) -> Result<(), BackupError> {
    let Some(target) = url.path() else { return Ok(()) };
    if has_companions(file) {
        return Err(BackupError::Unfinished(file.to_owned()));
    }
    check_place(url, target, now).await?;
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(BackupError::io("making", folder))?;
    }
    // Beside the place: what is there stays until the copy has proved good.
    let copy = Partial::beside(target)?;
    copy_bytes(file, copy.path()).map_err(BackupError::io("copying", file))?;
    check_copy(copy.path(), file).await?;
    clear(target).map_err(BackupError::io("replacing", target))?;
    copy.keep().map(drop)
}

// Not `fs::copy`, which would make the copy as readable as the file.
fn copy_bytes(from: &Path, to: &Path) -> io::Result<()> {
    let mut to = fs::OpenOptions::new().write(true).open(to)?;
    io::copy(&mut fs::File::open(from)?, &mut to).map(drop)
}

/// Refuses a place with anything in it.
async fn check_place(url: &DatabaseUrl, target: &Path, now: Timestamp) -> Result<(), BackupError> {
    if target.metadata().is_err() {
        return Ok(());
    }
    let db = match Db::open(url, &OpenOptions::default()).await {
        Ok(db) => db,
        Err(StoreError::Open(_)) => return Err(occupied(url, "something that is no database".into())),
        Err(error) => return Err(error.into()),
    };
    let checked = check_empty(&db, url, now).await;
    db.close().await;
    checked.map(drop)
}

/// Refuses a copy of `file` that does not agree with itself, or that this program cannot read.
async fn check_copy(copy: &Path, file: &Path) -> Result<(), BackupError> {
    let damaged = |what: String| BackupError::Damaged { file: file.to_owned(), what };
    let db = match Db::open(&DatabaseUrl::sqlite(copy), &OpenOptions::default()).await {
        Ok(db) => db,
        Err(error) => return Err(damaged(chain(&error))),
    };
    let checked = async {
        if !place::list_tables(&db).await?.iter().any(|table| table == place::MIGRATIONS) {
            return Err(BackupError::NotABackup(file.to_owned()));
        }
        check_versions(file, &doctor::list_versions(&db).await?)?;
        match doctor::list_damage(&db).await?.into_iter().next() {
            Some(damage) => Err(damaged(damage)),
            None => Ok(()),
        }
    }
    .await;
    db.close().await;
    match checked {
        // The copy is a file of ours alone: what cannot be read is broken.
        Err(BackupError::Store(error)) => Err(damaged(chain(&error))),
        checked => checked,
    }
}

/// Removes a database that was found empty.
fn clear(target: &Path) -> io::Result<()> {
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A write-ahead log would be taken for that of the restored database.
    remove_companions(target)
}

fn chain(error: &StoreError) -> String {
    let sources = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    sources.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
