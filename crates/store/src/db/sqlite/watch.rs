//! Whether the file is still in its place. SQLite writes on into one that was deleted or moved away, and all of that would
//! be gone with the process.

use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::StoreError;

/// The place of a file and which it was when it was opened. Clones of a connection's set-up share it.
#[derive(Debug)]
pub(super) struct Watch {
    path: PathBuf,
    /// Device and number.
    file: OnceLock<(u64, u64)>,
    /// Found by the last look.
    is_lost: AtomicBool,
}

impl Watch {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: OnceLock::new(), is_lost: AtomicBool::new(false) }
    }

    /// Takes note of the file that is there; once.
    pub(super) fn begin(&self) {
        if let Ok(found) = self.path.metadata() {
            self.file.get_or_init(|| (found.dev(), found.ino()));
        }
    }

    /// Looks whether it is there: about a microsecond.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it is not.
    pub(super) fn look(&self) -> Result<(), StoreError> {
        let found = self.path.metadata().map(|found| (found.dev(), found.ino()));
        let is_same = match (&found, self.file.get()) {
            (Ok(found), Some(opened)) => found == opened,
            (Err(_), Some(_)) => false,
            (_, None) => true,
        };
        if self.is_lost.swap(!is_same, Ordering::Relaxed) == is_same {
            self.tell(is_same);
        }
        if is_same {
            return Ok(());
        }
        let path = self.path.display();
        let error = match found {
            Ok(_) => io::Error::new(
                ErrorKind::StaleNetworkFileHandle,
                format!("{path} is another file now; restart the server to use it"),
            ),
            Err(error) => io::Error::new(error.kind(), format!("{path} is gone; put it back")),
        };
        Err(StoreError::Unavailable(error.into()))
    }

    /// Looks only where the last look did not find it.
    pub(super) fn look_again(&self) -> Result<(), StoreError> {
        if self.is_lost.load(Ordering::Relaxed) { self.look() } else { Ok(()) }
    }

    fn tell(&self, is_back: bool) {
        let file = self.path.display();
        if is_back {
            tracing::info!(%file, "the database file is back");
        } else {
            tracing::error!(%file, "the database file was deleted or replaced; nothing is taken until it is back");
        }
    }
}
