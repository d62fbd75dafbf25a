//! Where a server keeps its data, for tests that look at them, spoil them or put them elsewhere.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};
use guildhall_store::{
    Db,
    db::{DatabaseUrl, OpenOptions},
};
use tempfile::TempDir;

use crate::{
    Engine, ServerConfig,
    database::{Database, psql},
    programs,
};

/// A data folder and a database that end with their owner.
#[derive(Debug)]
pub struct Storage {
    folder: TempDir,
    database: Database,
}

impl Storage {
    /// An empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(engine: Engine) -> anyhow::Result<Self> {
        Ok(Self { folder: TempDir::with_prefix("guildhall-data-")?, database: Database::create(engine)? })
    }

    /// Has a server keep its data here.
    #[must_use]
    pub fn of(&self, config: ServerConfig) -> ServerConfig {
        let folder = self.folder.path().display().to_string();
        config.set("storage.data_dir", &folder).set("storage.database_url", &self.url())
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The database of SQLite, whether it is there or not.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("guildhall.db")
    }

    /// As in the setting `storage.database_url`.
    pub fn url(&self) -> String {
        match &self.database {
            Database::Sqlite => format!("sqlite://{}", self.file().display()),
            Database::Postgres { .. } => self.database.url(),
        }
    }

    /// Has a server keep its data here and reach the database under another address, such as that of a
    /// [`Gate`](crate::Gate).
    #[must_use]
    pub fn by_way_of(&self, url: &str, config: ServerConfig) -> ServerConfig {
        self.of(config).set("storage.database_url", url)
    }

    /// Makes the place empty. Nobody may be at work there.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn clear(&self) -> anyhow::Result<()> {
        match &self.database {
            Database::Sqlite => {
                for ending in ["", "-wal", "-shm"] {
                    let file = self.folder.path().join(format!("guildhall.db{ending}"));
                    if file.exists() {
                        std::fs::remove_file(file)?;
                    }
                }
                Ok(())
            }
            Database::Postgres { .. } => {
                self.remove()?;
                self.create()
            }
        }
    }

    /// Removes the database of PostgreSQL, whoever is at work there.
    ///
    /// # Errors
    /// When that fails.
    pub fn remove(&self) -> anyhow::Result<()> {
        let (cluster, name) = self.on_cluster()?;
        psql(cluster, &format!("DROP DATABASE {name} WITH (FORCE)"))
    }

    /// Makes an empty one in its place.
    ///
    /// # Errors
    /// When that fails.
    pub fn create(&self) -> anyhow::Result<()> {
        let (cluster, name) = self.on_cluster()?;
        psql(cluster, &format!("CREATE DATABASE {name}"))
    }

    /// Writes what is in the database of PostgreSQL to a file, by PostgreSQL's own means.
    ///
    /// # Errors
    /// When that fails.
    pub fn dump(&self, file: &Path) -> anyhow::Result<()> {
        run(Command::new(programs::installed("pg_dump")?).arg("--file").arg(file).arg(self.url()))
    }

    /// Brings that into an empty database, all of it or nothing.
    ///
    /// # Errors
    /// When that fails.
    pub fn load(&self, file: &Path) -> anyhow::Result<()> {
        let mut command = Command::new(programs::installed("psql")?);
        command.args(["-qX1", "-v", "ON_ERROR_STOP=1", "--output=/dev/null", "-f"]);
        run(command.arg(file).arg(self.url()))
    }

    fn on_cluster(&self) -> anyhow::Result<(&str, &str)> {
        match &self.database {
            Database::Sqlite => bail!("SQLite has no server"),
            Database::Postgres { cluster, name } => Ok((cluster, name)),
        }
    }

    /// Opens the database beside a server.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> anyhow::Result<Db> {
        open(&self.url()).await
    }
}

/// Opens the database at an address.
///
/// # Errors
/// When it cannot be opened.
pub async fn open(url: &str) -> anyhow::Result<Db> {
    let url: DatabaseUrl = url.parse().context("no database")?;
    let options = OpenOptions { max_connections: 4, ..OpenOptions::default() };
    Ok(Db::open(&url, &options).await?)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
