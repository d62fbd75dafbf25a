//! Where the data is kept: `sqlite://path` or `postgres://…`.

use std::fmt;
use std::path::Path;

use url::Url;

use super::setting::TextSetting;

const MASK: &str = "***";

/// A database URL. It may hold a password: `Debug` and [`DatabaseUrl::masked`] hide it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Reads `sqlite://path` (relative without, absolute with a third slash) or `postgres://…`.
    pub fn parse(text: &str) -> Option<Self> {
        let known = match text.split_once("://")? {
            ("sqlite", path) => !path.is_empty() && !path.starts_with('?'),
            ("postgres" | "postgresql", _) => Url::parse(text).is_ok(),
            _ => false,
        };
        known.then(|| Self(text.to_owned()))
    }

    /// The SQLite file at `path`.
    pub fn sqlite_file(path: &Path) -> Self {
        // As it stands: the store takes all that follows the scheme for the path.
        Self(format!("sqlite://{}", path.display()))
    }

    /// The URL with its password: for the database driver alone.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the engine is PostgreSQL; SQLite otherwise.
    pub fn is_postgres(&self) -> bool {
        self.0.starts_with("postgres")
    }

    /// The URL for people: passwords replaced by `***`.
    pub fn masked(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) if self.is_postgres() => masked_url(url),
            _ => self.0.clone(),
        }
    }
}

fn masked_url(mut url: Url) -> String {
    if url.password().is_some() {
        // A URL without a host cannot have a password to begin with.
        let _ = url.set_password(Some(MASK));
    }
    if url.query().is_some() {
        let shown = |key: &str, value: &str| if key == "password" { MASK.into() } else { value.to_owned() };
        let pairs: Vec<(String, String)> =
            url.query_pairs().map(|(key, value)| (key.to_string(), shown(&key, &value))).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&self.masked()).finish()
    }
}

impl TextSetting for DatabaseUrl {
    const WANTED: &'static str = "\"sqlite://path\" or \"postgres://user:password@host/database\"";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn to_text(&self) -> String {
        self.masked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_and_postgres_are_known_and_nothing_else() {
        for text in ["sqlite://data/a.db", "sqlite:///var/a.db", "postgres://u:p@h/d", "postgresql:///d"] {
            assert!(DatabaseUrl::parse(text).is_some(), "{text}");
        }
        for text in ["", "data/a.db", "sqlite://", "mysql://u:p@h/d", "postgres:d", "sqlite::memory:"] {
            assert!(DatabaseUrl::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn no_form_for_people_shows_a_password() {
        for text in ["postgres://u:hunter2@h/d", "postgres://h/d?user=u&password=hunter2&sslmode=require"] {
            let url = DatabaseUrl::parse(text).unwrap();
            for shown in [url.masked(), format!("{url:?}"), url.to_text()] {
                assert!(!shown.contains("hunter2") && shown.contains(MASK), "{shown}");
            }
            assert_eq!(url.expose(), text);
        }
    }

    #[test]
    fn a_path_with_reserved_characters_stays_one_path() {
        let url = DatabaseUrl::sqlite_file(Path::new("./a?b%/c#.db"));
        assert_eq!(url.expose(), "sqlite://./a?b%/c#.db");
    }
}
