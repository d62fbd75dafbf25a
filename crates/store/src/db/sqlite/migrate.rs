//! Migrations on SQLite. They are kept in the table that sqlx keeps them in on PostgreSQL.

use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use sqlx::migrate::{MigrateError, Migration};

use super::{Connect, of_sqlite, off_thread};
use crate::StoreError;

/// As sqlx 0.9 makes it.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);";

/// Runs those of `migrations` that the file does not have, all in one transaction, and checks foreign keys at its end.
///
/// # Errors
/// [`StoreError::Migrate`]: one failed, or the file has one that is not in the list or was different; nothing was changed.
pub(in crate::db) async fn migrate(connect: Connect, migrations: Vec<Migration>) -> Result<(), StoreError> {
    off_thread(move || {
        let mut connection = connect.open_here().map_err(|error| StoreError::Open(of_sqlite(error)))?;
        run(&mut connection, &migrations)?;
        connection.close().map_err(|(_, error)| of_sqlite(error).into())
    })
    .await?
}

fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
    // Two processes may try at the same time: the second waits here, and finds nothing left to do.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(of_sqlite)?;
    bring_up_to_date(&tx, migrations)?;
    tx.commit().map_err(|error| of_sqlite(error).into())
}

fn bring_up_to_date(tx: &Transaction<'_>, migrations: &[Migration]) -> Result<(), MigrateError> {
    tx.execute_batch(TABLE).map_err(of_sqlite)?;
    for migration in missing(tx, migrations)? {
        apply(tx, migration)?;
    }
    check_references(tx)
}

/// Those that did not run, once those that did are known to be the same.
fn missing<'m>(
    tx: &Transaction<'_>,
    migrations: &'m [Migration],
) -> Result<Vec<&'m Migration>, MigrateError> {
    let applied = applied(tx).map_err(of_sqlite)?;
    for (version, checksum, success) in &applied {
        if !success {
            return Err(MigrateError::Dirty(*version));
        }
        let own = migrations.iter().find(|own| own.version == *version);
        let own = own.ok_or(MigrateError::VersionMissing(*version))?;
        if *own.checksum != **checksum {
            return Err(MigrateError::VersionMismatch(*version));
        }
    }
    let is_missing = |own: &&Migration| applied.iter().all(|(version, ..)| *version != own.version);
    Ok(migrations.iter().filter(is_missing).collect())
}

/// Version, checksum, and whether it ended well.
fn applied(tx: &Transaction<'_>) -> rusqlite::Result<Vec<(i64, Vec<u8>, bool)>> {
    tx.prepare("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

fn apply(tx: &Transaction<'_>, migration: &Migration) -> Result<(), MigrateError> {
    let failed = |error| MigrateError::ExecuteMigration(of_sqlite(error), migration.version);
    let began = Instant::now();
    tx.execute_batch(migration.sql.as_str()).map_err(failed)?;
    let nanos = i64::try_from(began.elapsed().as_nanos()).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (?1, ?2, TRUE, ?3, ?4)",
        params![migration.version, &*migration.description, &*migration.checksum, nanos],
    )
    .map_err(failed)?;
    Ok(())
}

fn check_references(tx: &Transaction<'_>) -> Result<(), MigrateError> {
    let mut check =
        tx.prepare("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1").map_err(of_sqlite)?;
    let mut rows = check.query([]).map_err(of_sqlite)?;
    match rows.next().map_err(of_sqlite)? {
        Some(row) => {
            let table: String = row.get(0).map_err(of_sqlite)?;
            let message = format!("table {table} refers to rows that are not there");
            Err(MigrateError::Execute(sqlx::Error::Protocol(message)))
        }
        None => Ok(()),
    }
}
