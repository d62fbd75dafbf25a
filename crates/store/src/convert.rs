//! From rows to domain types: a value that does not convert is a corrupt row, named.

use std::str::FromStr;

use guildhall_domain::Timestamp;

use crate::StoreError;

/// Reads a fixed spelling.
pub(crate) fn word<T: FromStr>(what: &'static str, id: impl ToString, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::corrupt(what, id))
}

/// An optional point in time.
pub(crate) fn time(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp)
}

/// Converts every row, or fails with the first that does not convert.
pub(crate) fn all<R, T>(rows: Vec<R>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<R, Error = StoreError>,
{
    rows.into_iter().map(T::try_from).collect()
}
