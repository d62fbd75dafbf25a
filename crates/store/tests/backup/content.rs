//! All that a database holds, as text.

use guildhall_store::Db;
use guildhall_store::db::Engine;

/// Every row of every table.
pub(crate) async fn content(db: &Db) -> Vec<(String, Vec<String>)> {
    let tables = match db.engine() {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let mut found = Vec::new();
    for table in texts(db, tables).await {
        let rows = rows(db, &table).await;
        found.push((table, rows));
    }
    found.sort();
    found
}

async fn rows(db: &Db, table: &str) -> Vec<String> {
    let row = match db.engine() {
        Engine::Postgres => "CAST(to_jsonb(t) AS TEXT)".to_owned(),
        Engine::Sqlite => {
            let columns = leak(format!("SELECT name FROM pragma_table_info('{table}')"));
            let quoted: Vec<String> =
                texts(db, columns).await.iter().map(|column| format!("quote(\"{column}\")")).collect();
            quoted.join(" || ', ' || ")
        }
    };
    let mut rows = texts(db, leak(format!("SELECT {row} FROM {table} t"))).await;
    rows.sort();
    rows
}

pub(crate) async fn texts(db: &Db, sql: &'static str) -> Vec<String> {
    let rows: Vec<(String,)> = db.query(sql).all().await.unwrap();
    rows.into_iter().map(|(text,)| text).collect()
}

fn leak(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}
