//! `guildhall group …`

use clap::{Args, Subcommand, ValueEnum};

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// `guildhall group …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum GroupCommand {
    /// Make a group.
    Create(CreateGroupArgs),
    /// List what waits for a moderator.
    Queue {
        /// Name of the group.
        name: String,
    },
    /// Let a waiting item in.
    Admit {
        /// Its id, from `group queue`.
        item: String,
    },
    /// Turn a waiting item away.
    Refuse {
        /// Its id, from `group queue`.
        item: String,
        /// What its author is told.
        #[arg(long)]
        reason: String,
    },
}

/// Arguments of `group create`.
#[derive(Debug, PartialEq, Args)]
pub struct CreateGroupArgs {
    /// Name in `@name@host`.
    pub name: String,
    /// Title for people [default: the name].
    #[arg(long)]
    pub title: Option<String>,
    /// Who may become a member.
    #[arg(long, value_enum, default_value_t)]
    pub admission: AdmissionArg,
    /// Who may post.
    #[arg(long, value_enum, default_value_t)]
    pub posting: PostingArg,
    /// What a moderator looks at before others see it.
    #[arg(long, value_enum, default_value_t)]
    pub review: ReviewArg,
    /// A moderator: a local name or name@host; may be repeated.
    #[arg(long = "moderator", value_name = "NAME")]
    pub moderators: Vec<String>,
}

/// Who may become a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AdmissionArg {
    /// Everybody.
    #[default]
    Open,
    /// Whom a moderator lets in.
    Approval,
    /// Who was invited.
    Invite,
}

/// Who may post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PostingArg {
    /// Everybody.
    #[default]
    Everyone,
    /// Members.
    Members,
    /// Moderators.
    Moderators,
}

/// What a moderator looks at before others see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReviewArg {
    /// Nothing.
    #[default]
    None,
    /// The first posts of a new author.
    First,
    /// Everything.
    All,
}

/// Runs one of them.
pub async fn run(command: GroupCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    match command {
        GroupCommand::Create(_) => not_available("group create").await,
        GroupCommand::Queue { .. } => not_available("group queue").await,
        GroupCommand::Admit { .. } => not_available("group admit").await,
        GroupCommand::Refuse { .. } => not_available("group refuse").await,
    }
}
