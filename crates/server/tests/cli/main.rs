//! The command line as scripts meet it: the built binary on a SQLite database of its own.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod accounts;
mod address;
mod backups;
mod cases;
mod databases;
mod deliveries;
mod doctor;
mod groups;
mod instances;
mod keys;
mod place;
mod rules;
mod usage;
