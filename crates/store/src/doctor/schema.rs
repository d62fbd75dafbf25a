//! Whether program, settings and database belong together.

use crate::{
    StoreError,
    db::{Db, Sql},
};

/// Local actors whose ids do not begin with the address of this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignIds {
    /// How many.
    pub actors: u64,
    /// The id of the oldest.
    pub example: String,
}

/// The migrations that ran, lowest first; none in an empty database.
pub async fn list_versions(db: &Db) -> Result<Vec<i64>, StoreError> {
    list_migrations(db, true).await
}

/// The migrations that began and did not end, lowest first.
pub async fn list_unfinished_migrations(db: &Db) -> Result<Vec<i64>, StoreError> {
    list_migrations(db, false).await
}

async fn list_migrations(db: &Db, success: bool) -> Result<Vec<i64>, StoreError> {
    let table_exists = Sql {
        sqlite: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')",
        postgres: "SELECT to_regclass('_sqlx_migrations') IS NOT NULL",
    };
    if !db.query(table_exists).one::<(bool,)>().await?.0 {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64,)> = db
        .query("SELECT version FROM _sqlx_migrations WHERE success = $1 ORDER BY version")
        .bind(success)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

/// The local actors whose ids do not begin with `base_url` (`https://example.org`) and a slash.
pub async fn find_foreign_ids(db: &Db, base_url: &str) -> Result<Option<ForeignIds>, StoreError> {
    let row: Option<(String, i64)> = db
        .query(
            "SELECT ap_id, count(*) OVER () FROM actors
             WHERE is_local AND substr(ap_id, 1, length($1)) <> $1 ORDER BY id LIMIT 1",
        )
        .bind(format!("{base_url}/"))
        .optional()
        .await?;
    Ok(row.map(|(example, actors)| ForeignIds { actors: actors.unsigned_abs(), example }))
}
