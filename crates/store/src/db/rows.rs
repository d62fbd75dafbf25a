//! The rows of a statement on their way to what they become.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Record;
use super::record::Fields;

/// What a statement is run for.
///
/// Its code does not know the type of the rows, and so is there once instead of once for each type.
#[derive(Clone)]
pub(super) enum Goal {
    /// Its effect.
    Effect,
    /// Its first row.
    First(Arc<dyn Rows>),
    /// Every row.
    All(Arc<dyn Rows>),
}

/// Takes rows, one after the other.
pub(super) trait Rows: Send + Sync {
    /// As [`Record::COLUMNS`].
    fn columns(&self) -> &'static [&'static str];

    /// Reads a row and keeps it.
    fn take(&self, fields: Fields<'_>) -> sqlx::Result<()>;
}

/// Rows as records: an `Option` for the first, a `Vec` for all. A statement that nobody waits for any more may still run
/// on its own thread, so both share it.
pub(super) struct Kept<C>(Mutex<C>);

impl<C: Default> Kept<C> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(C::default())))
    }

    /// What has been taken.
    pub(super) fn into_records(self: Arc<Self>) -> C {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, C> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Record> Rows for Kept<Option<T>> {
    fn columns(&self) -> &'static [&'static str] {
        T::COLUMNS
    }

    fn take(&self, fields: Fields<'_>) -> sqlx::Result<()> {
        *self.lock() = Some(T::read(fields)?);
        Ok(())
    }
}

impl<T: Record> Rows for Kept<Vec<T>> {
    fn columns(&self) -> &'static [&'static str] {
        T::COLUMNS
    }

    fn take(&self, fields: Fields<'_>) -> sqlx::Result<()> {
        let record = T::read(fields)?;
        self.lock().push(record);
        Ok(())
    }
}
