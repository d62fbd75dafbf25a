//! How what the instance knows is kept: SQLite or PostgreSQL behind one [`db`] module.

pub mod account;
pub mod acquaintance;
pub mod actor;
pub mod actor_key;
pub mod appeal;
pub mod arrivals;
pub mod backup;
pub mod block_list;
pub mod case;
pub mod clock;
mod convert;
pub mod db;
pub mod decision;
pub mod delivery;
pub mod direct_note;
pub mod doctor;
pub mod ending;
pub mod entry;
mod error;
pub mod event;
pub mod group;
pub mod instance;
pub mod lease;
pub mod membership;
pub mod moderator;
pub mod notice;
pub mod peering;
pub mod person_note;
pub mod poll;
pub mod prepared;
pub mod queue;
pub mod received;
pub mod removal;
pub mod report;
pub mod request_key;
pub mod rulebook;
pub mod signing_key;
pub mod standing;
#[cfg(feature = "testing")]
pub mod testing;
mod together;
pub mod vote;
pub mod welcome;

pub use db::{Db, IdGenerator, Tx};
pub use error::{ConstraintKind, StoreError};
pub use together::Together;
