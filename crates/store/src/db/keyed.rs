//! Reading by one key what many ask for: on PostgreSQL, those who ask by different keys at the same time share one
//! statement, since each statement costs more than what it reads.
//!
//! Nothing is remembered: whoever asks is answered from a statement that began after that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use super::record::Fields;
use super::{Backend, Boxed, Db, List, Query, Record, postgres};
use crate::{StoreError, Together};

/// A statement that reads rows by one key.
#[derive(Debug, Clone, Copy)]
pub struct Keyed {
    /// Run on SQLite: `… WHERE id = $1`.
    pub sqlite: &'static str,
    /// Run on PostgreSQL: `… WHERE id = ANY($1)`.
    pub postgres: &'static str,
    /// The column that the key is compared with; among those that are read.
    pub column: &'static str,
}

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// One of our own.
    Number(i64),
    /// A global id, or a host.
    Text(String),
}

impl From<i64> for Key {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

type Found = Result<Vec<Arc<PgRow>>, Failed>;

/// The common statement failed.
#[derive(Debug, Clone, Copy)]
enum Failed {
    /// There is no database to ask, now.
    Unavailable,
    /// Perhaps because of one of the keys.
    Otherwise,
}

/// Those who ask, by the text of the statement.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Mutex<HashMap<&'static str, Together<Key, Found>>>,
}

impl Lines {
    fn line(&self, text: &'static str) -> Together<Key, Found> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).entry(text).or_default().clone()
    }
}

impl Db {
    /// Every row of `key`, in the order of the statement.
    pub async fn all_by<T: Record>(&self, sql: Keyed, key: impl Into<Key>) -> Result<Vec<T>, StoreError> {
        let key = key.into();
        let Backend::Postgres(pool) = &self.backend else { return self.all_by_alone(sql.sqlite, key).await };
        match self.rows_by(pool.clone(), sql, key.clone()).await? {
            Ok(rows) => {
                let records = rows.iter().map(|row| T::read(Fields::of_postgres(row, T::COLUMNS)));
                Ok(records.collect::<Result<_, _>>()?)
            }
            Err(Failed::Unavailable) => Err(StoreError::Timeout),
            // For an error, or an answer, of one's own.
            Err(Failed::Otherwise) => self.all_by_alone(sql.postgres, key).await,
        }
    }

    /// Boxed, so that it is there once, whatever the rows become.
    fn rows_by(&self, pool: PgPool, sql: Keyed, key: Key) -> Boxed<'_, Result<Found, StoreError>> {
        let work = move |keys| find_rows(pool.clone(), sql, keys);
        Box::pin(async move { self.lines.line(sql.postgres).ask(key, work).await })
    }

    /// The first row of `key`, if there is any.
    pub async fn optional_by<T: Record>(
        &self,
        sql: Keyed,
        key: impl Into<Key>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all_by(sql, key).await?.into_iter().next())
    }

    async fn all_by_alone<T: Record>(&self, text: &'static str, key: Key) -> Result<Vec<T>, StoreError> {
        self.query_by(text, key).all().await
    }

    fn query_by(&self, text: &'static str, key: Key) -> Query<'_> {
        let (query, is_list) = (self.query(text), matches!(self.backend, Backend::Postgres(_)));
        match key {
            Key::Number(number) if is_list => query.bind(List(vec![number])),
            Key::Number(number) => query.bind(number),
            Key::Text(text) if is_list => query.bind(List(vec![text])),
            Key::Text(text) => query.bind(text),
        }
    }
}

/// Reads the rows of all `keys`, which are of one type.
async fn find_rows(pool: PgPool, sql: Keyed, keys: Vec<Key>) -> Vec<Found> {
    let (mut numbers, mut texts) = (Vec::new(), Vec::new());
    for key in &keys {
        match key {
            Key::Number(number) => numbers.push(*number),
            Key::Text(text) => texts.push(text.clone()),
        }
    }
    let query = sqlx::query(sql.postgres);
    let query = if texts.is_empty() { query.bind(numbers) } else { query.bind(texts) };
    let rows = match postgres::fetch_all(&pool, query).await {
        Ok(rows) => rows,
        Err(error) => {
            let is_unavailable = StoreError::from(error).is_unavailable();
            let failed = if is_unavailable { Failed::Unavailable } else { Failed::Otherwise };
            return vec![Err(failed); keys.len()];
        }
    };
    let mut found: HashMap<Key, Vec<Arc<PgRow>>> = HashMap::new();
    for row in rows {
        let text = row.try_get::<String, _>(sql.column).map(Key::Text);
        // A column that is not there is noticed when the row is read.
        if let Ok(key) = text.or_else(|_| row.try_get::<i64, _>(sql.column).map(Key::Number)) {
            found.entry(key).or_default().push(Arc::new(row));
        }
    }
    keys.iter().map(|key| Ok(found.get(key).cloned().unwrap_or_default())).collect()
}
