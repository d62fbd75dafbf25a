//! `guildhall delivery …`

use std::collections::HashMap;
use std::fmt;

use anyhow::bail;
use clap::Subcommand;
use guildhall_app::App;
use guildhall_app::instance::list_peering;
use guildhall_app::peering::parse_host;
use guildhall_domain::Timestamp;
use guildhall_domain::audience::Profile;
use guildhall_domain::peering::{Peering, PeeringEntry, covering_names, decide_peering};
use guildhall_federation::outbound::publisher;
use guildhall_store::delivery::HostStatus;
use guildhall_store::delivery::host;
use guildhall_store::{StoreError, instance, lease};
use serde::Serialize;

use super::list::Listing;
use super::output::{Output, rfc3339};
use super::session::Session;
use crate::config::Config;
use crate::node::{self, NodeStatus};

/// Hosts read at a time.
const PAGE: u32 = 500;

/// `guildhall delivery …`
#[derive(Debug, PartialEq, Subcommand)]
pub enum DeliveryCommand {
    /// Show state, lag and last error per server.
    Status,
    /// Send nothing to a server until resumed; what is due is kept.
    Pause {
        /// Its host name.
        host: String,
    },
    /// Send to a paused server again.
    Resume {
        /// Its host name.
        host: String,
    },
    /// Try a server now instead of waiting.
    Retry {
        /// Its host name.
        host: String,
    },
    /// Give up the item that a server is stuck at and go on with the next.
    Skip {
        /// Its host name.
        host: String,
    },
}

/// Runs one of them. A running server notices what they change within seconds.
pub async fn run(command: DeliveryCommand, config: &Config, output: Output) -> anyhow::Result<()> {
    let session = Session::open(config).await?;
    let app = session.app();
    let done = match command {
        DeliveryCommand::Status => status(app, output).await,
        DeliveryCommand::Pause { host } => pause(app, &host, output).await,
        DeliveryCommand::Resume { host } => resume(app, &host, output).await,
        DeliveryCommand::Retry { host } => retry(app, &host, output).await,
        DeliveryCommand::Skip { host } => skip(app, &host, output).await,
    };
    session.close().await;
    done
}

async fn status(app: &App, output: Output) -> anyhow::Result<()> {
    let lists = InstanceList::read(app).await?;
    let mut items: Vec<Item> = Vec::new();
    loop {
        let after = items.last().map_or("", |item| item.host.as_str());
        let page = host::list_status(&app.store, after, PAGE, app.now()).await?;
        let is_last = page.len() < PAGE as usize;
        let profiles = profiles(app, &page).await?;
        items.extend(page.into_iter().map(|status| Item::new(status, &profiles, &lists)));
        if is_last {
            break;
        }
    }
    let publisher = lease::find_holder(&app.store, publisher::LEASE, app.now()).await?;
    let nodes = node::list(&app.store, app.now()).await?.into_iter().map(NodeItem::from).collect();
    output.print(&Status {
        hosts: Listing::new(items, "Nothing was ever to be delivered."),
        publisher,
        nodes,
    })?;
    Ok(())
}

/// The instance's own list of servers. What a group has decided holds for that group alone and is no state of a server.
struct InstanceList {
    entries: HashMap<String, Vec<PeeringEntry>>,
    allow_list_only: bool,
    now: Timestamp,
}

impl InstanceList {
    async fn read(app: &App) -> Result<Self, StoreError> {
        let listed = list_peering(app).await?.into_iter().filter(|listed| listed.group.is_none());
        let mut entries: HashMap<String, Vec<PeeringEntry>> = HashMap::new();
        for listed in listed {
            entries.entry(listed.entry.host.clone()).or_default().push(listed.entry);
        }
        Ok(Self { entries, allow_list_only: app.site.allow_list_only, now: app.now() })
    }

    fn blocks(&self, host: &str) -> bool {
        let covering: Vec<PeeringEntry> =
            covering_names(host).filter_map(|name| self.entries.get(name)).flatten().cloned().collect();
        decide_peering(&covering, host, self.allow_list_only, self.now) == Peering::Blocked
    }
}

async fn profiles(app: &App, page: &[HostStatus]) -> Result<HashMap<String, Profile>, StoreError> {
    let hosts = page.iter().map(|status| status.host.clone()).collect();
    let known = instance::list_of(&app.store, hosts).await?;
    Ok(known.into_iter().filter_map(|instance| Some((instance.host, instance.profile?))).collect())
}

async fn pause(app: &App, host: &str, output: Output) -> anyhow::Result<()> {
    let host = known_host(app, host).await?.host;
    let mut tx = app.begin().await?;
    host::pause(&mut tx, &host).await?;
    tx.commit().await?;
    app.signals.hosts.notify_one();
    output.print(&Done { host, action: "paused", skipped: None })?;
    Ok(())
}

async fn resume(app: &App, host: &str, output: Output) -> anyhow::Result<()> {
    let host = known_host(app, host).await?.host;
    let mut tx = app.begin().await?;
    let was_paused = host::resume(&mut tx, &host).await?;
    tx.commit().await?;
    app.signals.hosts.notify_one();
    if !was_paused {
        bail!("delivery to {host} is not paused");
    }
    output.print(&Done { host, action: "resumed", skipped: None })?;
    Ok(())
}

async fn retry(app: &App, host: &str, output: Output) -> anyhow::Result<()> {
    let known = known_host(app, host).await?;
    let host = known.host;
    let mut tx = app.begin().await?;
    let was_waiting = host::retry(&mut tx, &host, app.now()).await?;
    tx.commit().await?;
    app.signals.hosts.notify_one();
    if was_waiting {
        output.print(&Done { host, action: "retried", skipped: None })?;
        return Ok(());
    }
    match known.state {
        host::HostState::Paused => {
            bail!("delivery to {host} is paused; see `guildhall delivery resume {host}`")
        }
        _ => bail!("{host} is not waiting for another attempt"),
    }
}

async fn skip(app: &App, host: &str, output: Output) -> anyhow::Result<()> {
    let host = known_host(app, host).await?.host;
    let mut tx = app.begin().await?;
    let skipped = host::skip_next(&mut tx, &host).await?;
    tx.commit().await?;
    app.signals.hosts.notify_one();
    if skipped.is_none() {
        bail!("nothing waits for {host}");
    }
    output.print(&Done { host, action: "skipped", skipped: skipped.map(|seq| seq.to_string()) })?;
    Ok(())
}

/// A host that anything was ever to be delivered to.
async fn known_host(app: &App, text: &str) -> anyhow::Result<HostStatus> {
    let host = parse_host(text)?;
    match host::find_status(&app.store, &host, app.now()).await? {
        Some(status) => Ok(status),
        None => bail!("nothing was ever to be delivered to {host}; see `guildhall delivery status`"),
    }
}

/// What was done about a host; `skipped`: the place in the log of what was given up.
#[derive(Debug, Serialize)]
struct Done {
    host: String,
    action: &'static str,
    skipped: Option<String>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.host, self.action)
    }
}

/// What `delivery status` prints: the hosts, the process that publishes (no `publisher`: none does), and the nodes that
/// share the work on PostgreSQL.
#[derive(Debug, Serialize)]
struct Status {
    #[serde(flatten)]
    hosts: Listing<Item>,
    publisher: Option<String>,
    nodes: Vec<NodeItem>,
}

/// A node: its parts of the inbox, of 64, and the hosts it delivers to at this moment.
#[derive(Debug, Serialize)]
struct NodeItem {
    name: String,
    inbox_shards: usize,
    delivering_to: i64,
    publishes: bool,
}

impl From<NodeStatus> for NodeItem {
    fn from(node: NodeStatus) -> Self {
        let NodeStatus { name, shards, hosts, is_publisher } = node;
        Self { name, inbox_shards: shards, delivering_to: hosts, publishes: is_publisher }
    }
}

impl fmt::Display for NodeItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, inbox_shards, delivering_to, publishes } = self;
        write!(f, "node {name}  {inbox_shards} of 64 parts of the inbox  delivering to {delivering_to}")?;
        f.write_str(if *publishes { "  publishes" } else { "" })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hosts.fmt(f)?;
        for node in &self.nodes {
            write!(f, "\n{node}")?;
        }
        match self.publisher {
            Some(_) => Ok(()),
            None => f.write_str("\nNo server publishes at present: start one with `guildhall serve`."),
        }
    }
}

/// How things stand with a host.
#[derive(Debug, Serialize)]
struct Item {
    host: String,
    /// `active`, `failing`, `dead` or `paused`; `blocked` where the instance's list says so, whatever else it is.
    state: &'static str,
    profile: Option<&'static str>,
    lag_items: u64,
    lag_seconds: u64,
    last_success: Option<String>,
    last_error: Option<String>,
    next_attempt: Option<String>,
}

impl Item {
    fn new(status: HostStatus, profiles: &HashMap<String, Profile>, lists: &InstanceList) -> Self {
        Self {
            state: if lists.blocks(&status.host) { "blocked" } else { status.state.as_str() },
            profile: profiles.get(&status.host).map(|profile| profile.as_str()),
            lag_items: status.waiting,
            lag_seconds: status.lag.as_secs(),
            last_success: status.last_success_at.map(rfc3339),
            last_error: status.last_error,
            next_attempt: status.next_attempt_at.map(rfc3339),
            host: status.host,
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, state, lag_items, lag_seconds, .. } = self;
        write!(f, "{host}  {state:<7}  {}  {lag_items} waiting", self.profile.unwrap_or("unknown"))?;
        if *lag_items > 0 {
            write!(f, " for {lag_seconds} s")?;
        }
        match &self.last_success {
            Some(at) => write!(f, "  last success {at}")?,
            None => f.write_str("  no success yet")?,
        }
        if let Some(error) = &self.last_error {
            write!(f, "  last error: {error}")?;
        }
        match &self.next_attempt {
            Some(at) => write!(f, "  next attempt {at}"),
            None => Ok(()),
        }
    }
}
