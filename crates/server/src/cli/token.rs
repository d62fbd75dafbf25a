//! `guildhall token …`

use std::fmt;

use anyhow::bail;
use clap::{Args, Subcommand};
use guildhall_app::account::{self, CreateTokenError};
use serde::Serialize;

use super::output::Output;
use super::session::Session;
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

/// What `token create` made.
#[derive(Debug, Serialize)]
struct Created {
    token: String,
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.token.fmt(f)
    }
}

/// Runs one of them.
pub async fn run(command: TokenCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let TokenCommand::Create(args) = command;
    let scopes: Vec<String> = args.scopes().map(str::to_owned).collect();
    let session = Session::open(config).await?;
    let made = account::create_token(session.app(), &args.name, &scopes).await;
    session.close().await;
    match made {
        Ok(token) => output.print(&Created { token })?,
        Err(error @ CreateTokenError::NoSuchAccount(_)) => bail!("{error}; see `guildhall account create`"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
