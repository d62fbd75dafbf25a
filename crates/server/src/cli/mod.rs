//! The command line: what can be typed. One file per group of commands; [`run`] leads from here to their bodies.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub mod account;
pub mod act;
pub mod appeals;
pub mod backup;
pub mod case;
pub mod config;
pub mod delivery;
pub mod doctor;
pub mod explain;
pub mod group;
pub mod instance;
mod invite;
pub mod key;
mod list;
pub mod output;
mod queue;
pub mod rules;
pub mod run;
mod session;
mod span;
pub mod staff;
pub mod token;
mod trial;
pub mod trust;
mod waiting;

/// A federated community server.
///
/// Without a command it serves. All commands but `restore` work while the server runs. Exit code: 0 done, 1 refused or
/// failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "guildhall", version, propagate_version = true)]
pub struct Cli {
    /// Settings file [default: guildhall.toml in the working folder, when there is one].
    #[arg(long, global = true, env = "GUILDHALL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the result as one JSON value.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Run the server (also without a command).
    Serve,
    /// Look at the settings.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Local accounts.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Access tokens for the APIs.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Keys by which other servers know persons, groups and the instance.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Groups and what waits at their doors.
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// What was reported, and what became of it.
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// Appeals against decisions; see also `group appeals` and `instance appeals`.
    #[command(subcommand)]
    Appeal(appeals::AppealCommand),
    /// Other servers: block, limit, allow, and how to deliver to them.
    #[command(subcommand)]
    Instance(instance::InstanceCommand),
    /// Say why something was let in, held or refused, and what would be said of it now.
    Explain(explain::ExplainArgs),
    /// Deliveries to other servers.
    #[command(subcommand)]
    Delivery(delivery::DeliveryCommand),
    /// Check the data and say what to do about each finding.
    Doctor(doctor::DoctorArgs),
    /// Write all data into one file.
    Backup(backup::BackupArgs),
    /// Put the data of a backup into an empty place.
    Restore(backup::RestoreArgs),
}

#[cfg(test)]
mod tests;
