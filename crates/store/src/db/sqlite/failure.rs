//! rusqlite's errors as sqlx's, so that one error type tells of both engines.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use rusqlite::{ErrorCode, ffi};
use sqlx::error::{DatabaseError, ErrorKind};

/// What SQLite said: its extended result code and its message.
///
/// Source: <https://www.sqlite.org/rescode.html>.
#[derive(Debug)]
struct Failure {
    code: i32,
    message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.message)
    }
}

impl StdError for Failure {}

impl DatabaseError for Failure {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => ErrorKind::UniqueViolation,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
            ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}

/// `error` in sqlx's words.
pub(in crate::db) fn of_sqlite(error: rusqlite::Error) -> sqlx::Error {
    use rusqlite::Error as E;
    match error {
        E::SqliteFailure(code, message) => {
            failure(code, message.unwrap_or_else(|| ffi::code_to_str(code.extended_code).to_owned()))
        }
        E::SqlInputError { error, msg, .. } => failure(error, msg),
        E::InvalidColumnName(name) => sqlx::Error::ColumnNotFound(name),
        E::InvalidColumnType(column, ..)
        | E::FromSqlConversionFailure(column, ..)
        | E::IntegralValueOutOfRange(column, _)
        | E::Utf8Error(column, _) => {
            sqlx::Error::ColumnDecode { index: column.to_string(), source: error.into() }
        }
        E::InvalidColumnIndex(_) => sqlx::Error::Decode(error.into()),
        other => sqlx::Error::InvalidArgument(other.to_string()),
    }
}

fn failure(code: ffi::Error, message: String) -> sqlx::Error {
    sqlx::Error::Database(Box::new(Failure { code: code.extended_code, message }))
}

/// Whether another process holds the lock that was asked for.
pub(in crate::db) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConstraintKind, StoreError};

    fn error_of(sql: &str) -> StoreError {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT CHECK (b <> '')) STRICT")
            .unwrap();
        connection.execute_batch("INSERT INTO t VALUES (1, 'x')").unwrap();
        let error = connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_err();
        StoreError::from(of_sqlite(error))
    }

    #[test]
    fn the_code_says_what_went_wrong_and_the_message_where() {
        let error = error_of("INSERT INTO t VALUES (1, 'y') RETURNING a");
        assert!(matches!(error, StoreError::Constraint { kind: ConstraintKind::Unique, .. }), "{error:?}");
        let cause = error.source().unwrap().to_string();
        assert!(cause.ends_with("(code: 1555) UNIQUE constraint failed: t.a"), "{cause}");
        let error = error_of("INSERT INTO t VALUES (2, '') RETURNING a");
        assert!(matches!(error, StoreError::Constraint { kind: ConstraintKind::Check, .. }), "{error:?}");
    }

    #[test]
    fn a_mistake_in_the_text_or_the_row_type_is_a_mistake_in_the_query() {
        assert!(matches!(error_of("SELECT nothing FROM t"), StoreError::Query(sqlx::Error::Database(_))));
        assert!(matches!(error_of("SELECT b FROM t"), StoreError::Query(sqlx::Error::ColumnDecode { .. })));
    }
}
