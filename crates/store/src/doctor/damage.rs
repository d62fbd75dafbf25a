//! What the engine itself can say about its files.

use crate::{
    StoreError,
    db::{Db, Engine},
};

/// What is damaged, one sentence each, the first 20 of each sort. Empty: nothing was found.
///
/// SQLite reads every page of the file and looks up every foreign key. PostgreSQL is asked what it knows of: invalid
/// indexes, constraints that do not hold for all rows, switched-off foreign keys, and pages with a wrong checksum; each
/// sentence ends with its remedy, in brackets.
pub async fn list_damage(db: &Db) -> Result<Vec<String>, StoreError> {
    match db.engine() {
        Engine::Sqlite => sqlite(db).await,
        Engine::Postgres => postgres(db).await,
    }
}

async fn sqlite(db: &Db) -> Result<Vec<String>, StoreError> {
    let found = match db.query("PRAGMA integrity_check(20)").slow().all::<(String,)>().await {
        Ok(lines) => lines.into_iter().map(|(line,)| line).filter(|line| line != "ok").collect(),
        // Too damaged to be checked.
        Err(StoreError::Query(error)) => vec![error.to_string()],
        Err(error) => return Err(error),
    };
    if !found.is_empty() {
        // Foreign keys are looked up in indexes that may be the damaged ones.
        return Ok(found.into_iter().map(|line: String| line.replace('\n', " ")).collect());
    }
    let broken: Vec<(String, String, i64)> = db
        .query(
            "SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check
             GROUP BY \"table\", \"parent\" ORDER BY \"table\", \"parent\" LIMIT 20",
        )
        .slow()
        .all()
        .await?;
    let told = broken.into_iter().map(|(table, parent, rows)| {
        format!("{rows} rows of {table} refer to rows of {parent} that are not there")
    });
    Ok(told.collect())
}

async fn postgres(db: &Db) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .query(
            "(SELECT 'the index ' || c.relname || ' is not valid (REINDEX INDEX ' || c.relname || ' makes it anew)'
              FROM pg_index i
              JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready AND i.indislive)
              ORDER BY c.relname LIMIT 20)
             UNION ALL
             (SELECT 'the constraint ' || o.conname || ' was never checked (ALTER TABLE ' || c.relname
                     || ' VALIDATE CONSTRAINT ' || o.conname || ' checks it)'
              FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
              JOIN pg_namespace n ON n.oid = o.connamespace
              WHERE n.nspname = current_schema() AND NOT o.convalidated ORDER BY o.conname LIMIT 20)
             UNION ALL
             (SELECT 'foreign keys of the table ' || c.relname || ' are switched off (ALTER TABLE ' || c.relname
                     || ' ENABLE TRIGGER ALL switches them on)'
              FROM pg_trigger t
              JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = current_schema() AND t.tgisinternal AND t.tgenabled = 'D'
              GROUP BY c.relname ORDER BY c.relname LIMIT 20)
             UNION ALL
             (SELECT checksum_failures || ' pages had a wrong checksum (a disk or memory may be failing: restore the '
                     || 'last good backup into a new place)' FROM pg_stat_database
              WHERE datname = current_database() AND checksum_failures > 0)",
        )
        .all()
        .await?;
    Ok(rows.into_iter().map(|(line,)| line).collect())
}
