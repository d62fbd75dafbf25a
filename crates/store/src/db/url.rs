//! The address of a database: `sqlite://path` or `postgres://…`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::Engine;

/// Where the data is.
///
/// - `sqlite://data/guildhall.db` (relative) or `sqlite:///var/lib/guildhall/guildhall.db`; the path is taken as it
///   stands, without percent-encoding or parameters.
/// - `postgres://user:password@host:port/database`, with libpq's parameters such as `?sslmode=require` or
///   `?options=-csearch_path%3Dguildhall`.
///
/// `Display` and `Debug` leave out the password.
#[derive(Clone)]
pub struct DatabaseUrl {
    text: String,
    target: Target,
}

#[derive(Clone)]
pub(super) enum Target {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// Why a text is no [`DatabaseUrl`].
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    /// Neither of the two schemes.
    #[error("a database address starts with sqlite:// or postgres://")]
    UnknownScheme,
    /// `sqlite://` and nothing more.
    #[error("sqlite:// needs the path of a file behind it")]
    NoPath,
    /// `sqlite://:memory:`: each connection would see a database of its own.
    #[error("a database in memory is not supported, name a file")]
    InMemory,
    /// `sqlite://file?mode=…`.
    #[error("sqlite:// takes a path and no parameters")]
    Parameters,
    /// Not an address PostgreSQL's clients understand.
    #[error("the postgres address cannot be read")]
    Postgres(#[source] sqlx::Error),
}

impl DatabaseUrl {
    /// The file at `path`.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        Self { text: format!("sqlite://{}", path.display()), target: Target::Sqlite(path) }
    }

    /// Which engine serves it.
    pub fn engine(&self) -> Engine {
        match self.target {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(_) => Engine::Postgres,
        }
    }

    /// The SQLite file; `None` with PostgreSQL.
    pub fn path(&self) -> Option<&Path> {
        match &self.target {
            Target::Sqlite(path) => Some(path),
            Target::Postgres(_) => None,
        }
    }

    /// The whole address, **password included**, for another process's settings; never for a log.
    pub fn with_password(&self) -> &str {
        &self.text
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let target = if let Some(path) = text.strip_prefix("sqlite://") {
            Target::Sqlite(sqlite_path(path)?)
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Target::Postgres(Box::new(text.parse().map_err(DatabaseUrlError::Postgres)?))
        } else {
            return Err(DatabaseUrlError::UnknownScheme);
        };
        Ok(Self { text: text.to_owned(), target })
    }
}

fn sqlite_path(path: &str) -> Result<PathBuf, DatabaseUrlError> {
    match path {
        "" => Err(DatabaseUrlError::NoPath),
        _ if path.contains('?') => Err(DatabaseUrlError::Parameters),
        _ if path.contains(":memory:") => Err(DatabaseUrlError::InMemory),
        _ => Ok(PathBuf::from(path)),
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Target::Postgres(options) => {
                let database = options.get_database().unwrap_or_default();
                write!(f, "postgres://{}@{}", options.get_username(), options.get_host())?;
                write!(f, ":{}/{database}", options.get_port())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_and_an_absolute_file_are_told_apart() {
        let path = |text: &str| text.parse::<DatabaseUrl>().unwrap().path().unwrap().to_owned();
        assert_eq!(path("sqlite://data/guildhall.db"), Path::new("data/guildhall.db"));
        assert_eq!(path("sqlite:///var/lib/a b%20.db"), Path::new("/var/lib/a b%20.db"));
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_reason() {
        let refusal = |text: &str| text.parse::<DatabaseUrl>().unwrap_err();
        assert!(matches!(refusal("mysql://host/db"), DatabaseUrlError::UnknownScheme));
        assert!(matches!(refusal("data/guildhall.db"), DatabaseUrlError::UnknownScheme));
        assert!(matches!(refusal("sqlite://"), DatabaseUrlError::NoPath));
        assert!(matches!(refusal("sqlite://:memory:"), DatabaseUrlError::InMemory));
        assert!(matches!(refusal("sqlite://a.db?mode=ro"), DatabaseUrlError::Parameters));
        assert!(matches!(refusal("postgres://host:port/db"), DatabaseUrlError::Postgres(_)));
    }

    #[test]
    fn the_password_is_not_shown() {
        let url: DatabaseUrl = "postgres://guild:hushhush@db.example:5433/hall".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://guild@db.example:5433/hall");
        assert!(!format!("{url:?}").contains("hushhush"));
        assert_eq!(url.engine(), Engine::Postgres);
    }
}
