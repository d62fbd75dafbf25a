//! What can be bound and what can be read, on both engines alike.

use serde::Serialize;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteRow, SqliteTypeInfo};
use sqlx::{FromRow, Postgres, Sqlite, Type};

/// A value both engines can store: `i64`, `f64`, `bool`, `&str`, `String`, `Vec<u8>`, `serde_json::Value`, an `Option` of
/// these, a `#[sqlx(transparent)]` newtype, or a [`List`].
///
/// A `Vec<i64>` is none, since SQLite has no arrays: the bound turns that into a compile error.
pub trait Value<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}

impl<'q, T> Value<'q> for T where T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}

/// A row both engines can return: `#[derive(sqlx::FromRow)]` on a struct, or a tuple.
///
/// PostgreSQL's types match exactly: an `i64` is read from `BIGINT` alone, so write `CAST(sum(x) AS BIGINT)`
/// and `CAST(1 AS BIGINT)`, which both engines take. Likewise `CAST(x ->> 'key' AS TEXT)`, since SQLite gives a number of
/// JSON as a number.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

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

impl<T> Type<Sqlite> for List<T> {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl<T: Serialize> Encode<'_, Sqlite> for List<T> {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(serde_json::to_string(&self.0)?, buffer)
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
