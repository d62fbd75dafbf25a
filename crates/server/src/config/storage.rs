//! `[storage]`: where data is kept.

use std::path::PathBuf;

use super::DatabaseUrl;
use super::section::section;

section! {
    /// Where data is kept.
    struct StorageConfig = "storage" {
        /// Folder of everything that is a file; made at the first start.
        data_dir: PathBuf = PathBuf::from("./data"),
        /// The database; `None`: a SQLite file in `data_dir`. See [`StorageConfig::database`].
        database_url: Option<DatabaseUrl> = None,
    }
}

impl StorageConfig {
    /// The database in effect: the one that is set, else `guildhall.db` in the data folder.
    pub fn database(&self) -> DatabaseUrl {
        match &self.database_url {
            Some(url) => url.clone(),
            None => DatabaseUrl::sqlite_file(&self.data_dir.join("guildhall.db")),
        }
    }
}
