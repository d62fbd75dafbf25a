//! The files of `deploy/` and the commands of the README: what an operator copies has to be understood by this program.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod commands;
mod compose;
mod container;
mod files;
mod settings;
mod unit;
