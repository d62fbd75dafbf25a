//! Backups of a database in use, and back into an empty place, on both engines.

mod content;
mod places;
mod refusals;
mod round_trip;
