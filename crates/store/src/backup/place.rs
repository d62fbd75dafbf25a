//! What a database holds, as far as it decides whether a backup may go there.

use guildhall_domain::Timestamp;

use super::BackupError;
use crate::StoreError;
use crate::db::{DatabaseUrl, Db, Engine, Sql, migrations};

/// The table that says which migrations ran.
pub(super) const MIGRATIONS: &str = "_sqlx_migrations";

/// The tables of the schema in use.
pub(super) async fn list_tables(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .query(Sql {
            sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
            postgres: "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()
                       ORDER BY tablename",
        })
        .all()
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Refuses a place that a process works on, or with anything in it that would be lost. Tables without an instance in
/// them, as a command leaves them that was run too early, are nothing. Gives their number.
pub(super) async fn check_empty(db: &Db, url: &DatabaseUrl, now: Timestamp) -> Result<usize, BackupError> {
    let tables = list_tables(db).await?;
    let known = known_tables();
    if let Some(foreign) = tables.iter().find(|table| *table != MIGRATIONS && !known.contains(table)) {
        return Err(occupied(url, format!("something else: the table {foreign}")));
    }
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has("leases") && is_in_use(db, now).await? {
        return Err(BackupError::InUse(url.to_string()));
    }
    if has("actors") && has("accounts") && has_instance(db).await? {
        return Err(occupied(url, "an instance".into()));
    }
    Ok(tables.len())
}

/// The refusal of `url` for `what` is there.
pub(super) fn occupied(url: &DatabaseUrl, what: String) -> BackupError {
    let advice = match url.engine() {
        Engine::Sqlite => "move that file away, or set another storage.database_url",
        Engine::Postgres => "make a new database, and name it in storage.database_url",
    };
    BackupError::Occupied { place: url.to_string(), what, advice }
}

/// Whether any process has a node number.
async fn is_in_use(db: &Db, now: Timestamp) -> Result<bool, StoreError> {
    let (is_in_use,): (bool,) = db
        .query("SELECT EXISTS (SELECT 1 FROM leases WHERE name LIKE 'node/%' AND until > $1)")
        .bind(now.0)
        .one()
        .await?;
    Ok(is_in_use)
}

async fn has_instance(db: &Db) -> Result<bool, StoreError> {
    let (has_instance,): (bool,) =
        db.query("SELECT EXISTS (SELECT 1 FROM actors) OR EXISTS (SELECT 1 FROM accounts)").one().await?;
    Ok(has_instance)
}

/// Every table that a migration of this program has ever made.
fn known_tables() -> Vec<String> {
    let name_of = |line: &str| {
        let rest = line.trim_start().strip_prefix("CREATE TABLE ")?;
        let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().map(str::to_owned)
    };
    migrations()
        .iter()
        .flat_map(|migration| migration.sql.as_str().lines().filter_map(name_of).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::known_tables;

    #[test]
    fn the_tables_of_the_migrations_are_known() {
        let known = known_tables();
        for table in ["actors", "accounts", "leases", "delivery_log"] {
            assert!(known.iter().any(|name| name == table), "{table}: {known:?}");
        }
    }
}
