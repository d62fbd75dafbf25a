//! Where a running server keeps its data, and how it was started: what its process tells.

use std::{collections::HashMap, fs, path::PathBuf, process::Command};

use anyhow::Context;
use guildhall_federation_tests::Engine;
use guildhall_store::{
    Db,
    db::{DatabaseUrl, OpenOptions},
};

/// Program, folder and environment of a server.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    program: PathBuf,
    folder: PathBuf,
    variables: HashMap<String, String>,
}

const DATA_DIR: &str = "GUILDHALL_STORAGE__DATA_DIR";
const DATABASE_URL: &str = "GUILDHALL_STORAGE__DATABASE_URL";
const LISTEN: &str = "GUILDHALL_SERVER__LISTEN";

impl Place {
    /// Of the process with this id.
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let environment = fs::read(format!("/proc/{process}/environ"))?;
        let environment = String::from_utf8_lossy(&environment);
        let variables = environment.split('\0').filter_map(|line| line.split_once('='));
        Ok(Self {
            program: fs::read_link(format!("/proc/{process}/exe"))?,
            folder: fs::read_link(format!("/proc/{process}/cwd"))?,
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        })
    }

    /// The same server with other data: this folder, and on PostgreSQL this database.
    pub(crate) fn with_data(&self, folder: &str, database: &str) -> Self {
        let mut other = self.clone();
        other.variables.insert(DATA_DIR.to_owned(), folder.to_owned());
        if let Some(url) = other.variables.get_mut(DATABASE_URL).filter(|url| !url.is_empty()) {
            *url = with_name(url, database);
        }
        other
    }

    /// The same server on another port of 127.0.0.1.
    pub(crate) fn on_port(&self, port: u16) -> Self {
        let mut other = self.clone();
        other.variables.insert(LISTEN.to_owned(), format!("127.0.0.1:{port}"));
        other
    }

    /// Makes its database on the server that `db` is on.
    pub(crate) async fn create_database(&self, db: &Db) -> anyhow::Result<()> {
        self.on_database(db, "CREATE DATABASE").await
    }

    /// Drops it.
    pub(crate) async fn drop_database(&self, db: &Db) -> anyhow::Result<()> {
        self.on_database(db, "DROP DATABASE IF EXISTS").await
    }

    async fn on_database(&self, db: &Db, what: &str) -> anyhow::Result<()> {
        let url = self.variables.get(DATABASE_URL).context("no database")?;
        let name = url.rsplit_once('/').map_or("", |(_, name)| name);
        // The store takes no text that is put together at run time; a few dozen of these live as long as we do.
        let statement: &'static str = format!("{what} {name}").leak();
        db.query(statement).execute().await?;
        Ok(())
    }

    /// The command that starts it again.
    pub(crate) fn serve(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("serve").env_clear().envs(&self.variables).current_dir(&self.folder);
        command
    }

    /// Whether it is ready to work is asked here.
    pub(crate) fn ready_url(&self) -> anyhow::Result<String> {
        Ok(format!("http://{}/health/ready", self.variables.get(LISTEN).context("it listens nowhere")?))
    }

    /// Opens its database beside it.
    pub(crate) async fn open(&self, engine: Engine) -> anyhow::Result<Db> {
        let url = match engine {
            Engine::Sqlite => {
                let folder = self.variables.get(DATA_DIR).context("no data folder")?;
                DatabaseUrl::sqlite(PathBuf::from(folder).join("guildhall.db"))
            }
            Engine::Postgres => self.variables.get(DATABASE_URL).context("no database")?.parse()?,
        };
        let options = OpenOptions {
            application_name: "guildhall-bench".into(),
            max_connections: 2,
            max_readers: 2,
            // Seeding takes its time.
            holder_deadline: std::time::Duration::from_hours(1),
            ..OpenOptions::default()
        };
        Ok(Db::open(&url, &options).await?)
    }
}

fn with_name(url: &str, database: &str) -> String {
    let server = url.rsplit_once('/').map_or(url, |(server, _)| server);
    format!("{server}/{database}")
}
