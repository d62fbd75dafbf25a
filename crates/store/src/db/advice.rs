//! What the person who runs an instance can do when its database does not open.

use std::io::ErrorKind;

use sqlx::{Error, migrate::MigrateError};

use super::{DatabaseUrl, Engine};
use crate::StoreError;

/// What to do about an error of [`Db::open`](super::Db::open) or of the migrations after it; part of a sentence.
pub fn advice(error: &StoreError, url: &DatabaseUrl) -> &'static str {
    let cause = match error {
        StoreError::Migrate(MigrateError::VersionMissing(_)) => {
            return "it is of a newer guildhall: install that version again";
        }
        StoreError::Migrate(MigrateError::VersionMismatch(_)) => {
            return "it was made by another build of guildhall: run that one, or start with an empty database";
        }
        StoreError::Migrate(MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _))
        | StoreError::Open(cause)
        | StoreError::Unavailable(cause)
        | StoreError::Query(cause) => Some(cause),
        _ => None,
    };
    match url.engine() {
        Engine::Sqlite => on_sqlite(cause),
        Engine::Postgres => on_postgres(cause),
    }
}

/// Codes: <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
fn on_sqlite(cause: Option<&Error>) -> &'static str {
    let code = cause.and_then(code).and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    match (cause, code) {
        // PERM, READONLY, CANTOPEN.
        (Some(Error::Io(_)), _) | (_, Some(3 | 8 | 14)) => {
            "the user that runs this command must be able to write the file and its folder; or set \
             storage.data_dir to another place"
        }
        // CORRUPT, NOTADB.
        (_, Some(11 | 26)) => {
            "if storage.database_url names the right file, move it away and restore a backup into its place"
        }
        // FULL.
        (_, Some(13)) => "make room on its disk",
        // BUSY, LOCKED.
        (_, Some(5 | 6)) => "another program holds the file: end it",
        _ => "`guildhall doctor` may know more",
    }
}

/// Codes: PostgreSQL 15, appendix A.
fn on_postgres(cause: Option<&Error>) -> &'static str {
    let code = cause.and_then(code).unwrap_or_default();
    match (cause, code.as_str()) {
        (Some(Error::Io(io)), _)
            if matches!(io.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound) =>
        {
            "nothing listens there: start PostgreSQL, or correct host and port in storage.database_url"
        }
        (Some(Error::Io(io)), _) if io.kind() == ErrorKind::TimedOut => {
            "check host and port in storage.database_url, and the firewall in between"
        }
        (Some(Error::Io(_) | Error::Configuration(_) | Error::Protocol(_)), _) => {
            "check host and port in storage.database_url"
        }
        (Some(Error::Tls(_)), _) => "check sslmode in storage.database_url and the certificate of the server",
        (_, "28000" | "28P01") => {
            "check user and password in storage.database_url, and pg_hba.conf of the server"
        }
        (_, "3D000") => "make the database with `createdb`, or correct its name in storage.database_url",
        (_, "42501") => "let this user make tables: make it the owner of the database or of the schema",
        (_, "53300") => "raise max_connections of the server, or end other programs that use it",
        (_, "57P03") => "the server is starting or stopping: try again in a moment",
        _ => "`guildhall doctor` and the log of PostgreSQL may know more",
    }
}

fn code(error: &Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_io(kind: ErrorKind, url: &str) -> &'static str {
        let error = StoreError::Open(Error::Io(kind.into()));
        advice(&error, &url.parse().unwrap())
    }

    #[test]
    fn each_trouble_has_its_own_advice() {
        let postgres = "postgres://u@h/d";
        assert!(of_io(ErrorKind::ConnectionRefused, postgres).contains("start PostgreSQL"));
        assert!(of_io(ErrorKind::TimedOut, postgres).contains("firewall"));
        assert!(of_io(ErrorKind::Other, postgres).contains("host and port"));
        assert!(of_io(ErrorKind::PermissionDenied, "sqlite://a.db").contains("write the file"));
    }
}
