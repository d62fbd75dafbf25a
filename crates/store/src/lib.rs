//! How what the instance knows is kept: SQLite or PostgreSQL behind one [`db`] module.

pub mod db;
mod error;
#[cfg(feature = "testing")]
pub mod testing;

pub use error::{ConstraintKind, StoreError};
