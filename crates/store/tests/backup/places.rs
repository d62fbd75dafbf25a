//! Where backups come from and where they go.

use std::env;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::backup::{self, BackupError};
use guildhall_store::db::{DatabaseUrl, Engine, migrations};
use guildhall_store::testing::options;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;
use url::Url;

pub(crate) const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// An instance that a backup is made of, and room for files.
pub(crate) struct Source {
    pub(crate) db: Db,
    pub(crate) url: DatabaseUrl,
    folder: TempDir,
}

/// An empty place, with the same schema as the source where the engine has any.
pub(crate) struct Target {
    pub(crate) url: DatabaseUrl,
    /// Dropped at the end.
    database: Option<(PgConnectOptions, String)>,
    _folder: TempDir,
}

impl Source {
    /// Some rows of several kinds, in the database at `url`.
    pub(crate) async fn new(url: DatabaseUrl) -> Self {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        tx.query(
            "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, inbox, display_name,
                also_known_as, created_at)
             VALUES (1, 'https://here.example/actor', 'application', true, 'here', 'here', 'here.example', '',
                'Grüße, \"Ω\" \\ ''', $1, 1767225600000)",
        )
        .bind(serde_json::json!(["https://old.example/actor"]))
        .execute()
        .await
        .unwrap();
        tx.query(
            "INSERT INTO actor_keys (key_id, actor_id, algorithm, public_key, private_key, created_at)
             VALUES ('k', 1, 'rsa', $1, $2, 0)",
        )
        .bind((0..=255).collect::<Vec<u8>>())
        .bind(None::<Vec<u8>>)
        .execute()
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Self { db, url, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A backup in a file of that name.
    pub(crate) async fn backup(&self, name: &str) -> PathBuf {
        let file = self.file(name);
        let length = backup::write(&self.db, &self.url, &file).await.unwrap();
        assert_eq!(file.metadata().unwrap().len(), length);
        file
    }

    /// Changes the instance.
    pub(crate) async fn change(&self, sql: &'static str) {
        change(&self.db, sql).await;
    }

    pub(crate) async fn target(&self) -> Target {
        let folder = tempfile::tempdir().unwrap();
        match self.url.engine() {
            Engine::Sqlite => {
                let url = DatabaseUrl::sqlite(folder.path().join("new/guildhall.db"));
                Target { url, database: None, _folder: folder }
            }
            Engine::Postgres => {
                let (url, cluster, name) = new_database(&self.url).await;
                Target { url, database: Some((cluster, name)), _folder: folder }
            }
        }
    }
}

impl Target {
    pub(crate) async fn open(&self) -> Db {
        Db::open(&self.url, &options()).await.unwrap()
    }

    pub(crate) async fn restore(&self, file: &std::path::Path) -> Result<(), BackupError> {
        backup::restore(&self.url, file, NOW).await
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let Some((cluster, name)) = self.database.take() else { return };
        let drop_it = async move { run_on(&cluster, format!("DROP DATABASE {name} WITH (FORCE)")).await };
        // On a thread of its own, since the runtime of the test cannot be waited on here.
        std::thread::spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(drop_it);
        })
        .join()
        .unwrap();
    }
}

pub(crate) async fn open(url: &DatabaseUrl) -> Db {
    let db = Db::open(url, &options()).await.unwrap();
    db.migrate(&migrations()).await.unwrap();
    db
}

pub(crate) async fn change(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.unwrap();
    tx.query(sql).execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// A database beside that of `url`, with an empty schema of the same name.
async fn new_database(url: &DatabaseUrl) -> (DatabaseUrl, PgConnectOptions, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("backup_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let cluster: PgConnectOptions = env::var("GUILDHALL_TEST_POSTGRES").unwrap().parse().unwrap();
    run_on(&cluster, format!("DROP DATABASE IF EXISTS {name}")).await;
    run_on(&cluster, format!("CREATE DATABASE {name}")).await;
    let mut address = Url::parse(url.with_password()).unwrap();
    address.set_path(&name);
    let (_, schema) = url.with_password().rsplit_once("%3D").unwrap();
    run_on(&cluster.clone().database(&name), format!("CREATE SCHEMA {schema}")).await;
    (address.as_str().parse().unwrap(), cluster, name)
}

async fn run_on(options: &PgConnectOptions, sql: String) {
    let mut connection = options.connect().await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
}
