//! `guildhall key …`

use std::fmt;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use guildhall_app::key;
use guildhall_domain::Handle;
use guildhall_store::actor::Actor;
use serde::Serialize;

use super::output::Output;
use super::session::Session;
use crate::config::Config;

/// `guildhall key …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum KeyCommand {
    /// Give persons, groups or the instance itself new keys in place of those they have.
    ///
    /// From that moment on the old keys no longer count: whoever asks finds the new ones. Servers that know the old ones
    /// are told, as soon as the server runs, and what was waiting for them then is still signed with the old ones, for
    /// seven days at most.
    Rotate(RotateArgs),
}

/// Arguments of `key rotate`.
#[derive(Debug, PartialEq, Args)]
pub struct RotateArgs {
    /// Persons and groups here, by name; the instance itself, by its host.
    #[arg(value_name = "NAME", required_unless_present = "all")]
    pub names: Vec<String>,
    /// Everybody here: all persons, all groups and the instance itself.
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
}

/// Runs one of them.
pub async fn run(command: KeyCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let KeyCommand::Rotate(args) = command;
    let session = Session::open(config).await?;
    let done = rotate(&session, &args, output).await;
    session.close().await;
    done
}

async fn rotate(session: &Session, args: &RotateArgs, output: Output) -> anyhow::Result<()> {
    let owners = if args.all {
        key::list_owners(session.app()).await?
    } else {
        find_all(session, &args.names).await?
    };
    let mut rotated = Rotated { items: Vec::new(), next: None };
    for owner in owners {
        if let Err(error) = key::rotate(session.app(), &owner).await {
            // What is done is done, and to be seen.
            output.print(&rotated)?;
            return Err(error)
                .with_context(|| format!("{} and those after it keep their keys", owner.username));
        }
        rotated.items.push(owner.into());
    }
    output.print(&rotated)?;
    Ok(())
}

/// Each once. Nothing is done where one of the names is wrong.
async fn find_all(session: &Session, names: &[String]) -> anyhow::Result<Vec<Actor>> {
    let mut found: Vec<Actor> = Vec::new();
    for name in names {
        let handle: Handle = name.parse().with_context(|| format!("{name:?}"))?;
        if handle.host.is_some_and(|host| host != session.app().site.host) {
            bail!("{name:?} lives on another server, which alone has the keys");
        }
        match key::find_owner(session.app(), &handle.name).await? {
            Some(owner) if found.iter().any(|known| known.id == owner.id) => {}
            Some(owner) => found.push(owner),
            None => bail!("nobody here is called {name:?}"),
        }
    }
    Ok(found)
}

/// Who has new keys.
#[derive(Debug, Serialize)]
struct Rotated {
    items: Vec<Item>,
    next: Option<String>,
}

/// One who has new keys, under the ids of the old ones.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    kind: &'static str,
    ap_id: String,
}

impl From<Actor> for Item {
    fn from(actor: Actor) -> Self {
        Self { name: actor.username, kind: actor.kind.as_str(), ap_id: actor.ap_id.to_string() }
    }
}

impl fmt::Display for Rotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Item { name, ap_id, .. } in &self.items {
            writeln!(f, "{name}  {ap_id}")?;
        }
        match self.items.len() {
            0 => f.write_str("Nobody has new keys."),
            1 => write!(f, "One has new keys. {NEXT}"),
            many => write!(f, "{many} have new keys. {NEXT}"),
        }
    }
}

const NEXT: &str = "The old ones no longer count. Other servers are told while guildhall runs: see \
                    `guildhall delivery status`.";
