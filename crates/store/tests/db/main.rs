//! The `db` module on both engines.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod both;
mod keyed;
mod on_postgres;
mod on_sqlite;
mod support;
