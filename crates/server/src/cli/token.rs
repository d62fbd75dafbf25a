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
    /// End all access tokens of an account, from the next request on.
    Revoke {
        /// Name of the account.
        name: String,
    },
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

/// What `token revoke` ended.
#[derive(Debug, Serialize)]
struct Revoked {
    revoked: u64,
}

impl fmt::Display for Revoked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revoked {
            0 => f.write_str("No token was in force."),
            1 => f.write_str("One token ended."),
            many => write!(f, "{many} tokens ended."),
        }
    }
}

/// Runs one of them.
pub async fn run(command: TokenCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let done = match command {
        TokenCommand::Create(args) => create(&session, &args, output).await,
        TokenCommand::Revoke { name } => revoke(&session, &name, output).await,
    };
    session.close().await;
    done
}

async fn create(session: &Session, args: &CreateTokenArgs, output: Output) -> anyhow::Result<()> {
    let scopes: Vec<String> = args.scopes().map(str::to_owned).collect();
    match account::create_token(session.app(), &args.name, &scopes).await {
        Ok(token) => output.print(&Created { token })?,
        Err(error @ CreateTokenError::NoSuchAccount(_)) => bail!("{error}; see `guildhall account create`"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn revoke(session: &Session, name: &str, output: Output) -> anyhow::Result<()> {
    match account::revoke_tokens(session.app(), name).await? {
        Some(revoked) => output.print(&Revoked { revoked })?,
        None => bail!("no account has the name {name:?}"),
    }
    Ok(())
}
