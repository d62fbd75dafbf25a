//! `guildhall token …`

use clap::{Args, Subcommand};

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// `guildhall token …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum TokenCommand {
    /// Make an access token for an account and print it; it is shown this once.
    Create(CreateTokenArgs),
}

/// Arguments of `token create`.
#[derive(Debug, PartialEq, Args)]
pub struct CreateTokenArgs {
    /// Name of the account.
    pub name: String,
    /// What the token may do: words separated by spaces.
    #[arg(long, default_value = "read write follow push")]
    pub scopes: String,
}

impl CreateTokenArgs {
    /// The scopes one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.split_whitespace()
    }
}

/// Runs one of them.
pub async fn run(command: TokenCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    match command {
        TokenCommand::Create(_) => not_available("token create").await,
    }
}
