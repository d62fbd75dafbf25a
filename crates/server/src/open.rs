//! Opening what the settings name: the store, and around it what the use cases are handed. The server and the admin
//! commands start from here alike.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use guildhall_app::port::Clock;
use guildhall_app::{App, Signals, Site};
use guildhall_federation::fetch::Offline;
use guildhall_federation::{Federation, Limits};
use guildhall_store::db::{self, DatabaseUrl, OpenOptions, Serving, ServingError};
use guildhall_store::{Db, IdGenerator, StoreError, clock};

use crate::config::{Config, LimitsConfig};
use crate::node::Node;
use crate::ports::{DatabaseClock, KeyPool, SystemClock, SystemRng};

/// An opened instance.
pub struct Opened {
    /// What server-to-server code shares; `federation.app` is what the use cases are handed.
    pub federation: Federation,
    /// The number of this process, which its row keys carry. To be renewed while it runs.
    pub node: Node,
    /// The clock of the database, where it has one; to be set while this process runs.
    pub database_clock: Option<Arc<DatabaseClock>>,
}

/// Opens the store, brings it up to date and wires the use cases to it.
///
/// # Errors
/// The store cannot be opened or brought up to date, or a file that the settings name cannot be read.
pub async fn open(config: &Config) -> anyhow::Result<Opened> {
    let store = open_store(config).await?;
    migrate(&store, config).await?;
    refuse_another_address(&store, config).await?;
    let database_clock = DatabaseClock::read(&store).await?;
    let clock: Arc<dyn Clock> = match &database_clock {
        Some(clock) => clock.clone(),
        None => Arc::new(SystemClock),
    };
    let node = Node::take(&store, &*clock).await?;
    let app = App {
        ids: Arc::new(IdGenerator::after(node.number, clock::find_newest_key(&store).await?)?),
        site: Arc::new(site(config)),
        clock,
        rng: Arc::new(SystemRng::default()),
        keys: Arc::new(KeyPool::start()),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
        store,
    };
    let federation =
        Federation::new(app, federation_config(config)?).context("setting up the HTTP client failed")?;
    Ok(Opened { federation, node, database_clock })
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
    make_folder(config)?;
    let url = database_url(config)?;
    let opened = Db::open(&url, &OpenOptions::default()).await;
    opened.map_err(|error| Unusable::new("opening", &error, &url))
}

fn make_folder(config: &Config) -> Result<(), Unusable> {
    let folder = &config.storage.data_dir;
    // For its owner alone: private keys and password hashes are in it.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| Unusable {
        what: format!("making the data folder {} failed: {error}", folder.display()),
        advice: "let the user that runs this command write there, or set storage.data_dir to another place",
    })
}

/// Takes the right to serve the database that the settings name.
///
/// # Errors
/// Another process serves it already, and it is one that only one can serve.
pub fn begin_serving(config: &Config) -> Result<Serving, Unusable> {
    make_folder(config)?;
    let url = database_url(config)?;
    if let Some(folder) = url.path().and_then(Path::parent) {
        // The store makes it too, and says better what is wrong with it.
        let _ = std::fs::create_dir_all(folder);
    }
    Serving::begin(&url, &config.storage.data_dir).map_err(|error| Unusable {
        what: format!("serving {url} failed: {}", causes(&error)),
        advice: match error {
            ServingError::Taken => {
                "end the other process, or give this one a storage.data_dir of its own; several nodes need PostgreSQL"
            }
            ServingError::Lock(..) => "let the user that runs this command write there",
        },
    })
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

fn site(config: &Config) -> Site {
    Site {
        base_url: config.server.base_url.as_str().trim_end_matches('/').to_owned(),
        host: config.server.base_url.authority().to_owned(),
        name: config.instance.name.clone(),
        description: config.instance.description.clone(),
        allow_list_only: config.federation.allow_list_only,
        absence: Duration::from_hours(24 * u64::from(config.instance.absence_days)),
        groups_per_person: config.instance.groups_per_person,
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
