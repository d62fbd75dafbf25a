//! `guildhall instance …`

use std::collections::HashMap;
use std::fmt;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use guildhall_app::instance::{list_peering, set_peering};
use guildhall_app::read::groups as groups_read;
use guildhall_domain::GroupId;
use guildhall_domain::audience::Profile;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::instance;
use guildhall_store::peering::ListedHost;
use serde::Serialize;

use super::host::{covers, parse_host};
use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;
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
    let session = Session::open(config).await?;
    let done = match command {
        InstanceCommand::Block(args) => decide(&session, args, PeeringAction::Block, output).await,
        InstanceCommand::Limit(args) => decide(&session, args, PeeringAction::Limit, output).await,
        InstanceCommand::Allow(args) => decide(&session, args, PeeringAction::Allow, output).await,
        InstanceCommand::Clear { host, group } => clear(&session, &host, group, output).await,
        InstanceCommand::List { host } => list(&session, host.as_deref(), output).await,
        InstanceCommand::Profile { host, profile } => fix_profile(&session, &host, profile, output).await,
    };
    session.close().await;
    done
}

async fn decide(
    session: &Session,
    args: PolicyArgs,
    action: PeeringAction,
    output: Output,
) -> anyhow::Result<()> {
    let PolicyArgs { host, group, reason } = args;
    let host = other_host(session, &host)?;
    let scope = scope(session, group.as_deref()).await?;
    set_peering(session.app(), scope, &host, Some(action), reason.as_deref()).await?;
    output.print(&Decided { host, action: Some(action.as_str()), group, reason })?;
    Ok(())
}

async fn clear(session: &Session, host: &str, group: Option<String>, output: Output) -> anyhow::Result<()> {
    let host = other_host(session, host)?;
    let scope = scope(session, group.as_deref()).await?;
    if !set_peering(session.app(), scope, &host, None, None).await? {
        bail!("nothing was decided about {host}; see `guildhall instance list`");
    }
    output.print(&Decided { host, action: None, group, reason: None })?;
    Ok(())
}

async fn list(session: &Session, host: Option<&str>, output: Output) -> anyhow::Result<()> {
    let host = host.map(parse_host).transpose()?;
    let mut listed = list_peering(session.app()).await?;
    if let Some(host) = &host {
        listed.retain(|listed| covers(&listed.entry.host, host));
    }
    let names = group_names(session, &listed).await?;
    let items = listed.into_iter().map(|listed| Item::new(listed, &names)).collect();
    output.print(&Listing::new(items, "Nothing was decided."))?;
    Ok(())
}

async fn fix_profile(
    session: &Session,
    host: &str,
    profile: ProfileArg,
    output: Output,
) -> anyhow::Result<()> {
    let host = other_host(session, host)?;
    let fixed = match profile {
        ProfileArg::Group => Some(Profile::Group),
        ProfileArg::Microblog => Some(Profile::Microblog),
        ProfileArg::Auto => None,
    };
    let app = session.app();
    let mut tx = app.begin().await?;
    instance::fix_profile(&mut tx, &host, fixed, app.now()).await?;
    tx.commit().await?;
    output.print(&Fixed { host, profile: fixed.map_or("auto", Profile::as_str) })?;
    Ok(())
}

/// A server that is not this one.
fn other_host(session: &Session, text: &str) -> anyhow::Result<String> {
    let host = parse_host(text)?;
    if host == session.app().site.host {
        bail!("{host} is this instance itself");
    }
    Ok(host)
}

async fn scope(session: &Session, group: Option<&str>) -> anyhow::Result<Option<GroupId>> {
    match group {
        Some(name) => session.group(name).await.map(Some),
        None => Ok(None),
    }
}

async fn group_names(session: &Session, listed: &[ListedHost]) -> anyhow::Result<HashMap<GroupId, String>> {
    let mut names = HashMap::new();
    for group in listed.iter().filter_map(|listed| listed.group) {
        if names.contains_key(&group) {
            continue;
        }
        let found = groups_read::find_by_id(session.app(), group).await?;
        names.insert(group, found.map_or_else(|| group.to_string(), |found| found.group.handle));
    }
    Ok(names)
}

/// What was decided about a server; no action: nothing any more.
#[derive(Debug, Serialize)]
struct Decided {
    host: String,
    action: Option<&'static str>,
    group: Option<String>,
    reason: Option<String>,
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.action.unwrap_or("nothing decided"))?;
        match &self.group {
            Some(group) => write!(f, " (by the group {group})"),
            None => Ok(()),
        }
    }
}

/// How activities are put for a server: `group`, `microblog` or `auto`.
#[derive(Debug, Serialize)]
struct Fixed {
    host: String,
    profile: &'static str,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: profile {}", self.host, self.profile)
    }
}

/// An entry of a list; no group: of the whole instance.
#[derive(Debug, Serialize)]
struct Item {
    host: String,
    action: &'static str,
    group: Option<String>,
    reason: Option<String>,
    created_at: String,
}

impl Item {
    fn new(listed: ListedHost, names: &HashMap<GroupId, String>) -> Self {
        Self {
            host: listed.entry.host,
            action: listed.entry.action.as_str(),
            group: listed.group.and_then(|group| names.get(&group).cloned()),
            reason: listed.reason,
            created_at: rfc3339(listed.created_at),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {:<5}", self.host, self.action)?;
        if let Some(group) = &self.group {
            write!(f, "  by {group}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, "  {reason}")?;
        }
        write!(f, "  ({})", self.created_at)
    }
}
