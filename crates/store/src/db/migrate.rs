//! Bringing a database up to date.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqlSafeStr as _};

use super::{Backend, Db, Engine, Sql, lower, sqlite};
use crate::StoreError;

/// Version, title and text of each file in `migrations/`; made by `build.rs`.
const FILES: &[(i64, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// A migration that this program has and the database has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMigration {
    /// The number its file name starts with.
    pub version: i64,
    /// The rest of its file name, with spaces.
    pub title: String,
}

/// The migrations of this program, in PostgreSQL's words: one file each in `migrations/`.
///
/// `BIGINT`, `BOOLEAN`, `JSONB`, `BYTEA` and `DOUBLE PRECISION` are mapped for SQLite and tables become `STRICT`; what else
/// differs stands between the lines `--@sqlite` or `--@postgres` and `--@both`. No deferred constraints: on SQLite they
/// would fail the COMMIT of transactions that share it. A file that starts with `-- no-transaction` runs outside of one on
/// PostgreSQL.
pub fn migrations() -> Migrator {
    Migrator::with_migrations(
        FILES.iter().map(|(version, title, sql)| migration(*version, title, sql)).collect(),
    )
}

/// One migration out of its parts, as [`migrations`] makes them out of files.
pub fn migration(version: i64, title: &str, sql: &'static str) -> Migration {
    let no_tx = sql.starts_with("-- no-transaction");
    Migration::new(version, title.replace('_', " ").into(), MigrationType::Simple, sql.into_sql_str(), no_tx)
}

impl Db {
    /// Runs those of `migrations` that the database does not have yet. Two processes may try at the same time.
    ///
    /// On SQLite all of it is one transaction, foreign keys are checked at its end and not before (so a table can be
    /// rebuilt), and no other write runs meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Migrate`]: one failed, or the database has one that is not in the list or was different.
    pub async fn migrate(&self, migrations: &Migrator) -> Result<(), StoreError> {
        let own = migrations.iter().map(|migration| lowered(migration, self.engine())).collect();
        self.run(&Migrator::with_migrations(own)).await
    }

    /// [`migrate`](Self::migrate) for a schema that nobody else knows of: without PostgreSQL's lock, for which tests of
    /// the whole cluster would queue up.
    #[cfg(feature = "testing")]
    pub(crate) async fn migrate_unlocked(&self, migrations: &Migrator) -> Result<(), StoreError> {
        let own = migrations.iter().map(|migration| lowered(migration, self.engine())).collect();
        let mut own = Migrator::with_migrations(own);
        own.set_locking(false);
        self.run(&own).await
    }

    /// By `run_direct`, as the bounds of `Migrator::run` cannot be met by a future that is `Send`.
    ///
    /// On a connection of its own: sqlx keeps PostgreSQL's lock after a failure, as long as the connection lives.
    async fn run(&self, own: &Migrator) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite { writer, .. } => {
                sqlite::migrate(writer.connect().for_migrations(), own.iter().cloned().collect()).await?;
            }
            Backend::Postgres(pool) => {
                let mut connection = pool.connect_options().connect().await.map_err(StoreError::Open)?;
                // A migration may take as long as it has to, and waits for another process that is at it.
                sqlx::raw_sql("SET statement_timeout = 0; SET lock_timeout = 0")
                    .execute(&mut connection)
                    .await?;
                let done = own.run_direct(None, &mut connection, false).await;
                connection.close().await?;
                done?;
            }
        }
        Ok(())
    }

    /// Those of `migrations` that the database does not have yet; changes nothing.
    pub async fn pending_migrations(
        &self,
        migrations: &Migrator,
    ) -> Result<Vec<PendingMigration>, StoreError> {
        let applied = self.applied_versions().await?;
        let pending = migrations.iter().filter(|migration| !applied.contains(&migration.version));
        Ok(pending
            .map(|migration| PendingMigration {
                version: migration.version,
                title: migration.description.clone().into_owned(),
            })
            .collect())
    }

    /// Those of `migrations` that the database has in another wording, which [`migrate`](Self::migrate) would refuse.
    pub async fn changed_migrations(&self, migrations: &Migrator) -> Result<Vec<i64>, StoreError> {
        let applied = self.applied().await?;
        let is_changed = |migration: &Migration| {
            let own = lowered(migration, self.engine());
            applied.iter().any(|(version, sum)| *version == own.version && *sum != *own.checksum)
        };
        Ok(migrations.iter().filter(|own| is_changed(own)).map(|own| own.version).collect())
    }

    async fn applied_versions(&self) -> Result<Vec<i64>, StoreError> {
        Ok(self.applied().await?.into_iter().map(|(version, _)| version).collect())
    }

    /// Versions and checksums of the migrations that ran.
    async fn applied(&self) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let table_exists = Sql {
            sqlite: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')",
            postgres: "SELECT to_regclass('_sqlx_migrations') IS NOT NULL",
        };
        if !self.query(table_exists).one::<(bool,)>().await?.0 {
            return Ok(Vec::new());
        }
        self.query("SELECT version, checksum FROM _sqlx_migrations WHERE success").all().await
    }
}

fn lowered(migration: &Migration, engine: Engine) -> Migration {
    // As trusted as the literal it is made from.
    let sql = AssertSqlSafe(lower::for_engine(migration.sql.as_str(), engine)).into_sql_str();
    Migration::new(
        migration.version,
        migration.description.clone(),
        migration.migration_type,
        sql,
        migration.no_tx,
    )
}
