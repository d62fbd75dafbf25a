//! `guildhall account …`

use std::fmt;

use anyhow::Context;
use clap::{Args, Subcommand};
use guildhall_app::account::{self, CreateAccount};
use serde::Serialize;

use super::output::Output;
use super::session::Session;
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

/// What `account create` made.
#[derive(Debug, Serialize)]
struct Created {
    id: String,
    name: String,
    ap_id: String,
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Made the account {}: {}", self.name, self.ap_id)
    }
}

/// Runs one of them.
pub async fn run(command: AccountCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let AccountCommand::Create(args) = command;
    let password = read_password()?;
    let session = Session::open(config).await?;
    let new = CreateAccount { name: args.name, email: args.email, password, is_admin: args.admin };
    let made = account::create(session.app(), new).await;
    session.close().await;
    let actor = made?;
    let ap_id = actor.ap_id.to_string();
    output.print(&Created { id: actor.id.to_string(), name: actor.username, ap_id })?;
    Ok(())
}

// The first line, without its end: `echo` and `printf` give the same password.
fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("reading the password from standard input failed")?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
