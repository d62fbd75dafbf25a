//! Backups of a database in use, and back into an empty place, on both engines.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod content;
mod places;
mod refusals;
mod round_trip;
