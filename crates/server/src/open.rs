//! Opening what the settings name: the store, and around it what the use cases are handed. The server and the admin
//! commands start from here alike.

use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use guildhall_app::port::Clock;
use guildhall_app::{App, Signals, Site};
use guildhall_domain::Timestamp;
use guildhall_federation::fetch::Offline;
use guildhall_federation::{Federation, Limits};
use guildhall_store::db::{self, DatabaseUrl, OpenOptions};
use guildhall_store::lease::{self, Lease};
use guildhall_store::{Db, IdGenerator, StoreError};

use crate::config::{Config, LimitsConfig};
use crate::ports::{KeyPool, SystemClock, SystemRng};

/// The family of leases behind node numbers.
const NODES: &str = "node";

/// An opened instance.
pub struct Opened {
    /// What server-to-server code shares; `federation.app` is what the use cases are handed.
    pub federation: Federation,
    /// The number of this process, which its row keys carry. To be renewed while it runs.
    pub node: Lease,
}

/// Opens the store, brings it up to date and wires the use cases to it.
///
/// # Errors
/// The store cannot be opened or brought up to date, or a file that the settings name cannot be read.
pub async fn open(config: &Config) -> anyhow::Result<Opened> {
    let store = open_store(config).await?;
    migrate(&store, config).await?;
    refuse_another_address(&store, config).await?;
    let (number, node) = take_number(&store).await?;
    let app = App {
        ids: Arc::new(IdGenerator::new(number)?),
        site: Arc::new(site(config)),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SystemRng::default()),
        keys: Arc::new(KeyPool::start()),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
        store,
    };
    let federation =
        Federation::new(app, federation_config(config)?).context("setting up the HTTP client failed")?;
    Ok(Opened { federation, node })
}

/// A place or database that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{what}; {advice}")]
pub struct Unusable {
    /// What failed, and why.
    pub what: String,
    /// What to do about it.
    pub advice: &'static str,
}

impl Unusable {
    fn new(doing: &str, error: &StoreError, url: &DatabaseUrl) -> Self {
        let advice = db::advice(error, url);
        Self { what: format!("{doing} {url} failed: {}", causes(error)), advice }
    }
}

/// An error with its causes, each once: some libraries repeat theirs.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string) {
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// Opens the store as it is, without bringing it up to date.
///
/// # Errors
/// The data folder cannot be made, or the store cannot be opened.
pub async fn open_store(config: &Config) -> Result<Db, Unusable> {
    let folder = &config.storage.data_dir;
    // For its owner alone: private keys and password hashes are in it.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| Unusable {
        what: format!("making the data folder {} failed: {error}", folder.display()),
        advice: "let the user that runs this command write there, or set storage.data_dir to another place",
    })?;
    let url = database_url(config)?;
    let opened = Db::open(&url, &OpenOptions::default()).await;
    opened.map_err(|error| Unusable::new("opening", &error, &url))
}

async fn migrate(store: &Db, config: &Config) -> Result<(), Unusable> {
    let url = database_url(config)?;
    let migrated = store.migrate(&db::migrations()).await;
    migrated.map_err(|error| Unusable::new("bringing up to date", &error, &url))
}

/// The address that the settings name.
pub(crate) fn database_url(config: &Config) -> Result<DatabaseUrl, Unusable> {
    config.storage.database().expose().parse().map_err(|error| Unusable {
        what: format!("storage.database_url cannot be used: {error}"),
        advice: "see `guildhall config check`",
    })
}

// Ids are for good: with another address half of them would be dead, and others would know people here twice.
async fn refuse_another_address(store: &Db, config: &Config) -> anyhow::Result<()> {
    let base_url = config.server.base_url.as_str().trim_end_matches('/');
    if let Some(foreign) = guildhall_store::doctor::find_foreign_ids(store, base_url).await? {
        bail!(
            "this database belongs to another address: {} is in it, but server.base_url is {base_url}; set it back, or \
             start with an empty database",
            foreign.example
        );
    }
    Ok(())
}

async fn take_number(store: &Db) -> anyhow::Result<(u16, Lease)> {
    let mut name = [0; 8];
    guildhall_app::port::Rng::fill(&SystemRng::default(), &mut name);
    let holder = format!("{:016x}", u64::from_be_bytes(name));
    let mut tx = store.begin().await?;
    let taken =
        lease::acquire_number(&mut tx, NODES, IdGenerator::MAX_NODE, &holder, SystemClock.now()).await?;
    tx.commit().await?;
    match taken {
        Some(taken) => Ok(taken),
        None => bail!("{} processes use this database already", IdGenerator::MAX_NODE),
    }
}

/// Renews the number of this process until `stop` ends, then gives it back.
pub async fn keep_number(store: Db, mut node: Lease, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = tokio::time::sleep(Duration::from_secs(5)) => {}
        }
        if let Err(error) = renew(&store, &mut node, SystemClock.now()).await {
            tracing::warn!(error = %error, "renewing the node number failed");
        }
    }
    if let Err(error) = give_back(&store, &node).await {
        tracing::warn!(error = %error, "giving the node number back failed");
    }
}

async fn renew(store: &Db, node: &mut Lease, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let held = lease::renew(&mut tx, node, now).await?;
    tx.commit().await?;
    if !held {
        tracing::error!("another process has taken this node number; restart this one");
    }
    Ok(())
}

/// Gives a node number back, so that the next process can have it at once.
///
/// # Errors
/// The store failed; the number is free when its lease runs out.
pub async fn give_back(store: &Db, node: &Lease) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    lease::release(&mut tx, node).await?;
    tx.commit().await
}

fn site(config: &Config) -> Site {
    Site {
        base_url: config.server.base_url.as_str().trim_end_matches('/').to_owned(),
        host: config.server.base_url.authority().to_owned(),
        name: config.instance.name.clone(),
        description: config.instance.description.clone(),
        allow_list_only: config.federation.allow_list_only,
    }
}

fn federation_config(config: &Config) -> anyhow::Result<guildhall_federation::FederationConfig> {
    let federation = &config.federation;
    let extra_ca = match &federation.extra_ca_file {
        Some(path) => {
            let read = std::fs::read(path);
            Some(read.with_context(|| format!("reading federation.extra_ca_file {} failed", path.display()))?)
        }
        None => None,
    };
    Ok(guildhall_federation::FederationConfig {
        switched_off: !federation.enabled,
        allow_http: federation.allow_http,
        allow_addresses: federation.allow_addresses.clone(),
        extra_ca,
        authorized_fetch: federation.authorized_fetch,
        limits: limits(&config.limits, federation.signature_max_age.0),
    })
}

fn limits(config: &LimitsConfig, signature_max_age: Duration) -> Limits {
    let mut limits = Limits::default();
    limits.inbox.body_bytes = config.inbox_body_bytes as usize;
    limits.inbox.body_timeout = config.inbox_body_timeout.0;
    limits.inbox.per_ip_per_minute = config.inbox_per_ip_per_minute;
    limits.inbox.per_host_per_minute = config.inbox_per_host_per_minute;
    limits.inbox.signature_max_age = signature_max_age;
    limits.inbox.key_fetches_per_host_per_minute = config.inbox_key_fetches_per_minute;
    limits.inbox.key_fetches_per_ip_per_minute = config.inbox_key_fetches_per_minute;
    limits.fetch.body_bytes = config.fetch_body_bytes as usize;
    limits.fetch.timeout = config.fetch_timeout.0;
    limits.fetch.redirects = config.fetch_redirects;
    limits.fetch.depth = config.fetch_depth;
    limits.fetch.count = config.fetch_count;
    limits
}
