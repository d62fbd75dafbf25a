//! `guildhall account …`

use clap::{Args, Subcommand};

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// `guildhall account …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum AccountCommand {
    /// Make a local account; its password is the first line of standard input.
    Create(CreateAccountArgs),
}

/// Arguments of `account create`.
#[derive(Debug, PartialEq, Args)]
pub struct CreateAccountArgs {
    /// Name in `@name@host`.
    pub name: String,
    /// Address for mail to its owner.
    #[arg(long)]
    pub email: Option<String>,
    /// May run this instance.
    #[arg(long)]
    pub admin: bool,
    /// Read the password from standard input; the only way, so that it is in no process list.
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

/// Runs one of them.
pub async fn run(command: AccountCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (config, output);
    match command {
        AccountCommand::Create(_) => not_available("account create").await,
    }
}
