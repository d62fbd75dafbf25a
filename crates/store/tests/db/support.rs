//! The table that the tests write to, and what they do with it.

use std::future::Future;
use std::time::Duration;

use guildhall_store::StoreError;
use guildhall_store::db::{DatabaseUrl, Db, Migrator, OpenOptions, Sql, Tx, migration};
use guildhall_store::testing::options;

pub(crate) fn notes() -> Migrator {
    Migrator::with_migrations(vec![
        migration(
            1,
            "notes",
            "CREATE TABLE notes (
                id BIGINT PRIMARY KEY,
                title TEXT,
                pinned BOOLEAN NOT NULL DEFAULT false,
                meta JSONB NOT NULL DEFAULT '{}',
                digest BYTEA,
                hot DOUBLE PRECISION NOT NULL DEFAULT 0,
                parent BIGINT REFERENCES notes (id)
            );",
        ),
        migration(
            2,
            "note_title",
            "--@postgres
             CREATE UNIQUE INDEX notes_title ON notes (title text_pattern_ops);
             --@sqlite
             CREATE UNIQUE INDEX notes_title ON notes (title);
             --@both
            ",
        ),
    ])
}

pub(crate) async fn open(url: &DatabaseUrl) -> Db {
    open_with(url, options()).await
}

pub(crate) async fn open_with(url: &DatabaseUrl, options: OpenOptions) -> Db {
    let db = Db::open(url, &options).await.unwrap();
    db.migrate(&notes()).await.unwrap();
    db
}

pub(crate) async fn insert(tx: &mut Tx, id: i64) -> Result<u64, StoreError> {
    tx.query("INSERT INTO notes (id, title) VALUES ($1, $2)")
        .bind(id)
        .bind(format!("note {id}"))
        .execute()
        .await
}

pub(crate) async fn ids(db: &Db) -> Vec<i64> {
    let rows: Vec<(i64,)> = db.query("SELECT id FROM notes ORDER BY id").all().await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// A statement that runs for a good part of a second, and writes; to be run as a slow one.
pub(crate) const SLOW: Sql = Sql {
    sqlite: "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)
             UPDATE notes SET hot = (SELECT count(*) FROM n)",
    postgres: "UPDATE notes SET hot = 1 FROM pg_sleep(0.3)",
};

pub(crate) async fn cut_off(work: impl Future) {
    assert!(
        tokio::time::timeout(Duration::from_millis(50), work).await.is_err(),
        "the statement was too quick"
    );
}
