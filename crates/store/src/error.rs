//! The one error of this crate, and the answer to the one question of background work: again, or give up?

use std::sync::Arc;

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::MigrateError;

use crate::db::DatabaseUrlError;

/// Why something could not be read or written.
///
/// Messages do not repeat their source; print the chain. None of them carries a bound value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The setting `storage.database_url` is not an address this program can use.
    #[error("the database address is not usable")]
    Url(#[from] DatabaseUrlError),
    /// The file could not be created or opened, or the server let nobody in.
    #[error("the database cannot be opened")]
    Open(#[source] sqlx::Error),
    /// [`one`](crate::db::Query::one) found no row.
    #[error("no row where exactly one was expected")]
    RowNotFound,
    /// A unique key, foreign key, check or not-null rule refused the write.
    #[error("a constraint refused the write")]
    Constraint {
        /// Which sort of rule it was.
        kind: ConstraintKind,
        /// What the engine said; it names the constraint.
        #[source]
        source: sqlx::Error,
    },
    /// Lost against another transaction: serialization failure, deadlock, lock time-out or a busy file.
    #[error("another transaction was in the way")]
    Conflict(#[source] sqlx::Error),
    /// The connection was lost or refused, or the disk is full or failing.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// No connection came free in time; or a task began a second transaction while it held the first.
    #[error("no database connection came free in time")]
    Timeout,
    /// Used after [`Db::close`](crate::db::Db::close).
    #[error("the database is closed")]
    Closed,
    /// The final COMMIT failed, for this transaction and all that shared it.
    ///
    /// When the connection broke in the middle, the outcome is unknown: what is repeated must be idempotent.
    #[error("the commit failed")]
    Commit(#[source] Arc<sqlx::Error>),
    /// An earlier statement of this transaction failed or was cut off, so nothing of it can be kept.
    #[error("the transaction had already failed")]
    Aborted,
    /// The transaction was held longer than [`OpenOptions::holder_deadline`](crate::db::OpenOptions) and rolled back.
    #[error("the transaction was held too long and has been rolled back")]
    Expired,
    /// A stored row does not convert to its domain type.
    #[error("the stored {what} {id} is not valid")]
    Corrupt {
        /// What the row is, in the reader's words: `"group"`.
        what: &'static str,
        /// The row's key.
        id: String,
    },
    /// A migration failed, or the database was written by a newer or changed set of migrations.
    #[error("the database could not be brought up to date")]
    Migrate(#[from] MigrateError),
    /// Anything else, which is a mistake in a query or in its row type.
    #[error("the query failed")]
    Query(#[source] sqlx::Error),
}

/// The sort of rule behind [`StoreError::Constraint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A primary key or unique index.
    Unique,
    /// A reference to a row that is not there, or from a row that still is.
    ForeignKey,
    /// A missing value.
    NotNull,
    /// A CHECK condition.
    Check,
    /// Anything else, such as the wrong type in a STRICT table.
    Other,
}

impl StoreError {
    /// A stored row that does not convert: `StoreError::corrupt("group", row.id)`.
    #[expect(clippy::needless_pass_by_value, reason = "the id is mostly a number")]
    pub fn corrupt(what: &'static str, id: impl ToString) -> Self {
        Self::Corrupt { what, id: id.to_string() }
    }

    /// What a failed COMMIT of one transaction means for it.
    pub(crate) fn of_commit(error: sqlx::Error) -> Self {
        match Self::from(error) {
            Self::Unavailable(source) | Self::Query(source) => Self::Commit(Arc::new(source)),
            other => other,
        }
    }

    /// For `count` who shared what failed because the database is not available: the first gets the error itself, which
    /// cannot be copied, the others one that means the same.
    pub fn shared(self, count: usize) -> impl Iterator<Item = Self> {
        let others = std::iter::repeat_with(|| Self::Timeout);
        std::iter::once(self).chain(others).take(count)
    }

    /// Whether the same transaction, begun anew, may well succeed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Unavailable(_) | Self::Timeout | Self::Commit(_) | Self::Expired => {
                true
            }
            Self::Url(_)
            | Self::Open(_)
            | Self::RowNotFound
            | Self::Constraint { .. }
            | Self::Closed
            | Self::Aborted
            | Self::Corrupt { .. }
            | Self::Migrate(_)
            | Self::Query(_) => false,
        }
    }

    /// Whether the database ended it because it took too long: a statement, or the transaction.
    pub fn is_cut_off(&self) -> bool {
        match self {
            Self::Expired => true,
            // query_canceled, by `statement_timeout`.
            Self::Unavailable(sqlx::Error::Database(cause)) => {
                cause.code().is_some_and(|code| code == "57014")
            }
            _ => false,
        }
    }

    /// Whether the database as a whole cannot serve now: a client should hear 503 rather than 500.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Open(_) | Self::Unavailable(_) | Self::Timeout | Self::Closed)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::RowNotFound,
            sqlx::Error::PoolTimedOut => Self::Timeout,
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(error),
            sqlx::Error::Database(ref cause) => match Trouble::of(cause.as_ref()) {
                Trouble::Constraint(kind) => Self::Constraint { kind, source: error },
                Trouble::Conflict => Self::Conflict(error),
                Trouble::Unavailable => Self::Unavailable(error),
                Trouble::Aborted => Self::Aborted,
                Trouble::Expired => Self::Expired,
                Trouble::Query => Self::Query(error),
            },
            _ => Self::Query(error),
        }
    }
}

/// What an engine's error code says.
enum Trouble {
    Constraint(ConstraintKind),
    Conflict,
    Unavailable,
    Aborted,
    Expired,
    Query,
}

impl Trouble {
    fn of(error: &dyn DatabaseError) -> Self {
        let code = error.code().unwrap_or_default();
        // SQLSTATE has five characters; SQLite's extended codes have one to four digits.
        match code.parse::<u32>() {
            Ok(number) if code.len() < 5 => Self::of_sqlite(number, error),
            _ => Self::of_postgres(&code, error),
        }
    }

    /// Source: <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
    fn of_sqlite(code: u32, error: &dyn DatabaseError) -> Self {
        match code & 0xff {
            // BUSY, LOCKED, PROTOCOL (a race for the WAL's lock).
            5 | 6 | 15 => Self::Conflict,
            // NOMEM, IOERR, FULL, CANTOPEN.
            7 | 10 | 13 | 14 => Self::Unavailable,
            // READONLY of a sort: the file or its folder has become so. Without a sort a statement was on the wrong
            // connection.
            8 if code > 0xff => Self::Unavailable,
            19 => Self::Constraint(constraint_kind(error)),
            _ => Self::Query,
        }
    }

    /// Source: PostgreSQL 15, appendix A.
    fn of_postgres(code: &str, error: &dyn DatabaseError) -> Self {
        match code {
            "40001" | "40P01" | "55P03" => Self::Conflict,
            "25P02" => Self::Aborted,
            "25P03" => Self::Expired,
            // Shut down by an administrator, crashed, not ready yet, dropped; a statement's time-out.
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" | "57014"
            // A standby that has not taken over yet; no such database; not let in any more; an empty one, no such schema.
            | "25006" | "3D000" | "28000" | "28P01" | "42P01" | "3F000" => Self::Unavailable,
            _ if code.starts_with("23") => Self::Constraint(constraint_kind(error)),
            // Connection exceptions, insufficient resources, system errors.
            _ if ["08", "53", "58"].iter().any(|class| code.starts_with(class)) => Self::Unavailable,
            _ => Self::Query,
        }
    }
}

fn constraint_kind(error: &dyn DatabaseError) -> ConstraintKind {
    match error.kind() {
        ErrorKind::UniqueViolation => ConstraintKind::Unique,
        ErrorKind::ForeignKeyViolation => ConstraintKind::ForeignKey,
        ErrorKind::NotNullViolation => ConstraintKind::NotNull,
        ErrorKind::CheckViolation => ConstraintKind::Check,
        _ => ConstraintKind::Other,
    }
}
