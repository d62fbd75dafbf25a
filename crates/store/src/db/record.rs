//! Rows as types, read from either engine.

use rusqlite::types::FromSql;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, Row as _, Type};

use super::sqlite::of_sqlite;

/// A row both engines can return: a struct made by [`record!`](crate::record), read by the names of its columns, or a
/// tuple, read in their order.
///
/// PostgreSQL's types match exactly: an `i64` is read from `BIGINT` alone, so write `CAST(sum(x) AS BIGINT)`
/// and `CAST(1 AS BIGINT)`, which both engines take. Likewise `CAST(x ->> 'key' AS TEXT)`, since SQLite gives a number of
/// JSON as a number.
pub trait Record: Sized + Send + Unpin + 'static {
    /// The names of its columns in the order of [`read`](Self::read); none for a tuple.
    const COLUMNS: &'static [&'static str];

    /// Takes one field after the other.
    fn read(fields: Fields<'_>) -> ReadResult<Self>;
}

/// What reading a row or a field of it gives.
pub type ReadResult<T> = sqlx::Result<T>;

/// What can be a field of a [`Record`]: `i64`, `f64`, `bool`, `String`, `Vec<u8>`, `serde_json::Value`, or an `Option` of
/// these.
pub trait Field: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T> Field for T where T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

/// The fields of one row, in the order of the record's columns.
#[derive(Debug)]
pub struct Fields<'r> {
    row: Row<'r>,
    next: usize,
}

#[derive(Debug)]
enum Row<'r> {
    /// With the places of the record's columns; empty for a tuple.
    Sqlite(&'r rusqlite::Row<'r>, &'r [usize]),
    /// With the names of the record's columns; empty for a tuple.
    Postgres(&'r PgRow, &'static [&'static str]),
}

impl<'r> Fields<'r> {
    pub(super) fn of_sqlite(row: &'r rusqlite::Row<'r>, columns: &'r [usize]) -> Self {
        Self { row: Row::Sqlite(row, columns), next: 0 }
    }

    pub(super) fn of_postgres(row: &'r PgRow, columns: &'static [&'static str]) -> Self {
        Self { row: Row::Postgres(row, columns), next: 0 }
    }

    /// The next field.
    #[expect(clippy::should_implement_trait, reason = "each field has its own type")]
    pub fn next<T: Field>(&mut self) -> ReadResult<T> {
        let at = self.next;
        self.next += 1;
        match &self.row {
            Row::Sqlite(row, columns) => row.get(columns.get(at).copied().unwrap_or(at)).map_err(of_sqlite),
            Row::Postgres(row, names) => match names.get(at) {
                Some(name) => row.try_get(*name),
                None => row.try_get(at),
            },
        }
    }
}

/// Makes a struct a [`Record`]: each field is read from the column of its name.
///
/// ```
/// guildhall_store::record! {
///     /// One row of `tags`.
///     #[derive(Debug)]
///     struct Tag {
///         id: i64,
///         name: Option<String>,
///     }
/// }
/// ```
#[macro_export]
macro_rules! record {
    (
        $(#[$attribute:meta])*
        $visible:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field_visible:vis $field:ident: $type:ty),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        $visible struct $name {
            $($(#[$field_attribute])* $field_visible $field: $type,)+
        }

        impl $crate::db::Record for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn read(mut fields: $crate::db::Fields<'_>) -> $crate::db::ReadResult<Self> {
                Ok(Self { $($field: fields.next()?),+ })
            }
        }
    };
}

macro_rules! tuples {
    ($(($($field:ident)+))+) => {
        $(
            impl<$($field: Field + Send + Unpin + 'static),+> Record for ($($field,)+) {
                const COLUMNS: &'static [&'static str] = &[];

                fn read(mut fields: Fields<'_>) -> ReadResult<Self> {
                    Ok(($(fields.next::<$field>()?,)+))
                }
            }
        )+
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) (A B C D E F G H I)
    (A B C D E F G H I J) (A B C D E F G H I J K) (A B C D E F G H I J K L)
}
