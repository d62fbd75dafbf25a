//! What can be bound, on both engines alike.

use rusqlite::types::Value as SqliteValue;
use serde::Serialize;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Postgres, Type};

/// A value both engines can store: `i64`, `f64`, `bool`, `&str`, `String`, `Vec<u8>`, `serde_json::Value`, an `Option` of
/// these, or a [`List`].
///
/// A `Vec<i64>` is none, since SQLite has no arrays: the bound turns that into a compile error.
pub trait Value<'q>: Encode<'q, Postgres> + Type<Postgres> {
    /// What SQLite stores.
    #[doc(hidden)]
    fn into_sqlite(self) -> Result<SqliteValue, BoxDynError>;
}

macro_rules! values {
    ($($type:ty),+) => {
        $(
            impl<'q> Value<'q> for $type {
                fn into_sqlite(self) -> Result<SqliteValue, BoxDynError> {
                    Ok(self.into())
                }
            }
        )+
    };
}

values!(i32, i64, f64, bool, String, Vec<u8>);

impl<'q> Value<'q> for &'q str {
    fn into_sqlite(self) -> Result<SqliteValue, BoxDynError> {
        Ok(self.to_owned().into())
    }
}

/// As text: SQLite's functions for JSON read that, and a STRICT column takes nothing else.
impl Value<'_> for serde_json::Value {
    fn into_sqlite(self) -> Result<SqliteValue, BoxDynError> {
        Ok(self.to_string().into())
    }
}

impl<'q, T: Value<'q>> Value<'q> for Option<T>
where
    Self: Encode<'q, Postgres> + Type<Postgres>,
{
    fn into_sqlite(self) -> Result<SqliteValue, BoxDynError> {
        self.map_or(Ok(SqliteValue::Null), Value::into_sqlite)
    }
}

/// A list of numbers or texts as one parameter: an array for PostgreSQL, JSON text for SQLite.
///
/// ```
/// # use guildhall_store::db::Sql;
/// const BY_ID: Sql = Sql {
///     sqlite: "SELECT id FROM posts WHERE id IN (SELECT value FROM json_each($1))",
///     postgres: "SELECT id FROM posts WHERE id = ANY($1)",
/// };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<'q, T: Serialize> Value<'q> for List<T>
where
    Self: Encode<'q, Postgres> + Type<Postgres>,
{
    fn into_sqlite(self) -> Result<SqliteValue, BoxDynError> {
        Ok(serde_json::to_string(&self.0)?.into())
    }
}

impl<T> Type<Postgres> for List<T>
where
    Vec<T>: Type<Postgres>,
{
    fn type_info() -> PgTypeInfo {
        <Vec<T> as Type<Postgres>>::type_info()
    }
}

impl<'q, T> Encode<'q, Postgres> for List<T>
where
    Vec<T>: Encode<'q, Postgres>,
{
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.encode_by_ref(buffer)
    }
}
