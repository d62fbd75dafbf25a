//! `guildhall instance …`

use clap::{Args, Subcommand, ValueEnum};

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// `guildhall instance …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum InstanceCommand {
    /// Take nothing from a server and send nothing to it.
    Block(PolicyArgs),
    /// Let what comes from a server wait for a moderator.
    Limit(PolicyArgs),
    /// Name a server as welcome.
    Allow(PolicyArgs),
    /// Forget what was decided about a server.
    Clear {
        /// Its host name.
        host: String,
        /// For this group alone.
        #[arg(long, value_name = "NAME")]
        group: Option<String>,
    },
    /// Show what was decided, about all servers or one.
    List {
        /// Its host name.
        host: Option<String>,
    },
    /// Say how activities are put for a server.
    Profile {
        /// Its host name.
        host: String,
        /// What it understands.
        #[arg(value_enum)]
        profile: ProfileArg,
    },
}

/// Arguments of `instance block`, `limit` and `allow`.
#[derive(Debug, PartialEq, Args)]
pub struct PolicyArgs {
    /// Host name of the server.
    pub host: String,
    /// For this group alone.
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Why, for the record.
    #[arg(long)]
    pub reason: Option<String>,
}

/// What a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// Groups: activities wrapped by `Announce`.
    Group,
    /// Posts of people: `Announce` of objects.
    Microblog,
    /// Whatever it has shown.
    Auto,
}

/// Runs one of them.
pub async fn run(command: InstanceCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    match command {
        InstanceCommand::Block(_) => not_available("instance block").await,
        InstanceCommand::Limit(_) => not_available("instance limit").await,
        InstanceCommand::Allow(_) => not_available("instance allow").await,
        InstanceCommand::Clear { .. } => not_available("instance clear").await,
        InstanceCommand::List { .. } => not_available("instance list").await,
        InstanceCommand::Profile { .. } => not_available("instance profile").await,
    }
}
