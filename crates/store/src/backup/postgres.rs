//! PostgreSQL: the backup is an archive of `pg_dump`, of the one schema that is in use.

use std::ffi::OsString;
use std::path::Path;

use guildhall_domain::Timestamp;

use super::place::{MIGRATIONS, check_empty};
use super::programs::Program;
use super::{BackupError, check_versions};
use crate::StoreError;
use crate::db::{DatabaseUrl, Db, OpenOptions};

/// Writes the schema into `file`, as it is at one point in time; writers do not wait.
pub(super) async fn write(db: &Db, url: &DatabaseUrl, file: &Path) -> Result<(), BackupError> {
    let schema = schema(db).await?.replace('"', "\"\"");
    let dump = Program::new("pg_dump").connected(url).args([
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        // A table that is being changed is waited for, but not for ever.
        "--lock-wait-timeout=60s",
    ]);
    dump.args([format!("--schema=\"{schema}\"").into(), named("--file=", file)]).run().await.map(drop)
}

pub(super) async fn restore(url: &DatabaseUrl, file: &Path, now: Timestamp) -> Result<(), BackupError> {
    let db = Db::open(url, &OpenOptions::default()).await?;
    let restored = restore_into(&db, url, file, now).await;
    db.close().await;
    restored
}

async fn restore_into(db: &Db, url: &DatabaseUrl, file: &Path, now: Timestamp) -> Result<(), BackupError> {
    let tables = check_empty(db, url, now).await?;
    let contents = check_file(file, &schema(db).await?).await?;
    if tables > 0 {
        drop_empty(db).await?;
    }
    let program = Program::new("pg_restore").connected(url).args([
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        "--use-list=/dev/stdin",
    ]);
    program.args([file]).input(contents).run().await.map(drop)
}

/// Reads a backup to its end. Gives its list of contents for `pg_restore`, without the schema itself, which is there.
async fn check_file(file: &Path, schema: &str) -> Result<String, BackupError> {
    let listed = read(file, &["--list"]).await?;
    read(file, &["--file=/dev/null"]).await?;
    let found = schema_of_migrations(&listed).ok_or_else(|| BackupError::NotABackup(file.to_owned()))?;
    if found != schema {
        let (file, place) = (file.to_owned(), schema.to_owned());
        return Err(BackupError::OtherSchema { file, found: found.to_owned(), place });
    }
    let table = format!("--table={MIGRATIONS}");
    let versions = read(file, &["--data-only", &table, "--file=-"]).await?;
    check_versions(file, &versions_in(&versions))?;
    let contents = listed.lines().filter(|line| !is_of_schema(line));
    Ok(contents.flat_map(|line| [line, "\n"]).collect())
}

/// Has `pg_restore` read a file; what it does not like about it is a damage.
async fn read(file: &Path, arguments: &[&str]) -> Result<String, BackupError> {
    match Program::new("pg_restore").args(arguments).args([file]).run().await {
        Err(BackupError::Program { message, .. }) => {
            Err(BackupError::Damaged { file: file.to_owned(), what: message })
        }
        done => done,
    }
}

/// The words of a line of contents: `215; 1259 16397 TABLE public accounts guildhall`.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_comment = line.starts_with(';');
    line.split_whitespace().skip(3).take_while(move |_| !is_comment)
}

/// The schema that the table of migrations is in; `None`: it is not in the file.
fn schema_of_migrations(contents: &str) -> Option<&str> {
    contents.lines().find_map(|line| {
        let mut words = words(line);
        let is_it = words.next() == Some("TABLE");
        let schema = words.next().filter(|_| is_it)?;
        (words.next() == Some(MIGRATIONS)).then_some(schema)
    })
}

fn is_of_schema(line: &str) -> bool {
    let mut words = words(line);
    match words.next() {
        Some("SCHEMA" | "EXTENSION") => true,
        Some("COMMENT") => words.nth(1) == Some("SCHEMA"),
        _ => false,
    }
}

/// The first column of the rows in a script of `COPY … FROM stdin`.
fn versions_in(script: &str) -> Vec<i64> {
    let rows = script.lines().skip_while(|line| !line.starts_with("COPY ")).skip(1);
    rows.take_while(|line| *line != "\\.").filter_map(|line| line.split('\t').next()?.parse().ok()).collect()
}

/// Drops all tables of the schema, unless somebody has made an instance there meanwhile.
async fn drop_empty(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.query(
        "DO $$
         DECLARE
            found text;
         BEGIN
            IF to_regclass('actors') IS NOT NULL THEN
                LOCK TABLE actors IN ACCESS EXCLUSIVE MODE;
                IF EXISTS (SELECT 1 FROM actors) THEN
                    RAISE EXCEPTION 'the database is not empty any more';
                END IF;
            END IF;
            FOR found IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() LOOP
                EXECUTE 'DROP TABLE ' || found || ' CASCADE';
            END LOOP;
         END $$",
    )
    .execute()
    .await?;
    tx.commit().await
}

async fn schema(db: &Db) -> Result<String, StoreError> {
    let (schema,): (Option<String>,) = db.query("SELECT CAST(current_schema() AS TEXT)").one().await?;
    Ok(schema.unwrap_or_else(|| "public".to_owned()))
}

fn named(option: &str, file: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(file);
    argument
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: &str = "\
;
; Archive created at 2026-03-01 12:00:00 UTC
;
6; 2615 2200 SCHEMA - public pg_database_owner
3456; 0 0 COMMENT - SCHEMA public pg_database_owner
214; 1259 16386 TABLE public _sqlx_migrations guildhall
3440; 0 16386 TABLE DATA public _sqlx_migrations guildhall
3290; 2606 16393 CONSTRAINT public _sqlx_migrations _sqlx_migrations_pkey guildhall
";

    #[test]
    fn the_schema_of_an_archive_is_found_and_left_out() {
        assert_eq!(schema_of_migrations(CONTENTS), Some("public"));
        let left: Vec<&str> =
            CONTENTS.lines().filter(|line| !line.starts_with(';') && !is_of_schema(line)).collect();
        assert_eq!(left.len(), 3, "{left:?}");
        assert!(left[0].contains("TABLE public"));
    }

    #[test]
    fn the_migrations_of_an_archive_are_read() {
        let script = "SET x;\nCOPY public._sqlx_migrations (version) FROM stdin;\n1\tinit\n20\tnext\n\\.\n\n";
        assert_eq!(versions_in(script), [1, 20]);
        assert_eq!(versions_in("SET x;\n"), [0; 0]);
    }
}
