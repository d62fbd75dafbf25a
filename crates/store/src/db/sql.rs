//! SQL texts: one for both engines, two where they differ, and the few that have to be put together.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use super::Engine;

/// The most parameters one statement may have on both engines.
///
/// Source: `SQLITE_MAX_VARIABLE_NUMBER` of the bundled SQLite; PostgreSQL takes 65 535.
pub const MAX_PARAMETERS: usize = 32_766;

/// SQL that must differ. Everything else is a plain `&'static str`, with `$1`, `$2` … on both engines.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    /// Run on SQLite.
    pub sqlite: &'static str,
    /// Run on PostgreSQL.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(sql: &'static str) -> Self {
        Self { sqlite: sql, postgres: sql }
    }
}

/// A text put together at run time, out of literals and numbered parameters alone: no part of it can be data.
///
/// ```
/// # use guildhall_store::db::Composed;
/// let rows = 2;
/// let sql = Composed::new("INSERT INTO tags (post_id, name) VALUES ").values(rows, 2, 1).text(" ON CONFLICT DO NOTHING");
/// ```
///
/// Such a statement is prepared anew each time, so that rare texts do not push the common ones out of the cache.
#[derive(Clone, Debug)]
pub struct Composed {
    sqlite: String,
    postgres: String,
}

impl Composed {
    /// Starts with a literal.
    pub fn new(sql: impl Into<Sql>) -> Self {
        Self { sqlite: String::new(), postgres: String::new() }.text(sql)
    }

    /// Adds a literal.
    #[must_use]
    pub fn text(mut self, sql: impl Into<Sql>) -> Self {
        let sql = sql.into();
        self.sqlite.push_str(sql.sqlite);
        self.postgres.push_str(sql.postgres);
        self
    }

    /// Adds the parameter `$number`.
    #[must_use]
    pub fn param(self, number: usize) -> Self {
        self.both(&format!("${number}"))
    }

    /// Adds [`values_list`]`(rows, columns, first_param)`.
    #[must_use]
    pub fn values(self, rows: usize, columns: usize, first_param: usize) -> Self {
        self.both(&values_list(rows, columns, first_param))
    }

    fn both(mut self, text: &str) -> Self {
        self.sqlite.push_str(text);
        self.postgres.push_str(text);
        self
    }
}

/// `($3, $4), ($5, $6)` for 2 rows of 2 columns from parameter 3 on.
///
/// Keep `rows * columns` under [`MAX_PARAMETERS`]: send long lists in chunks.
pub fn values_list(rows: usize, columns: usize, first_param: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 5);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}${}", first_param + row * columns + column);
        }
        text.push(')');
    }
    text
}

/// What [`Tx::query`](super::Tx::query) and [`Db::query`](super::Db::query) take: `&'static str`, [`Sql`] or [`Composed`].
pub trait SqlText: sealed::Sealed {
    /// The text for `engine`, and whether its prepared form is worth keeping.
    #[doc(hidden)]
    fn text_for(self, engine: Engine) -> (SqlStr, bool);
}

impl SqlText for &'static str {
    fn text_for(self, _engine: Engine) -> (SqlStr, bool) {
        (SqlStr::from_static(self), true)
    }
}

impl SqlText for Sql {
    fn text_for(self, engine: Engine) -> (SqlStr, bool) {
        let text = match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        };
        (SqlStr::from_static(text), true)
    }
}

impl SqlText for Composed {
    fn text_for(self, engine: Engine) -> (SqlStr, bool) {
        let text = match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        };
        // Made of literals and parameter numbers: the methods of `Composed` take nothing else.
        (AssertSqlSafe(text).into_sql_str(), false)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for &'static str {}
    impl Sealed for super::Sql {}
    impl Sealed for super::Composed {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_list_numbers_its_parameters_row_by_row() {
        assert_eq!(values_list(2, 2, 3), "($3, $4), ($5, $6)");
        assert_eq!(values_list(3, 1, 1), "($1), ($2), ($3)");
    }

    #[test]
    fn composed_text_keeps_the_engines_apart_where_they_differ() {
        let sql = Composed::new("SELECT ").param(1).text(Sql { sqlite: " -- s", postgres: " -- p" });
        assert_eq!(sql.clone().text_for(Engine::Sqlite).0.as_str(), "SELECT $1 -- s");
        assert_eq!(sql.text_for(Engine::Postgres).0.as_str(), "SELECT $1 -- p");
    }
}
