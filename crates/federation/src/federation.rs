//! What every part of this crate is handed.

use std::sync::Arc;

use guildhall_app::{App, Forget};
use ipnet::IpNet;
use tokio::sync::broadcast::error::RecvError;

use crate::delivery::CachedSigner;
use crate::fetch::Fetcher;
use crate::inbound::{Arrivals, Buckets, Keeping, Shards, Synchronizations};
use crate::limits::Limits;
use crate::net::{AddressGuard, Client, ClientError, ClientOptions, InboxTransport, Lookup, SystemLookup};

/// How this instance deals with other servers. `allow_http`, `allow_addresses` and `extra_ca` are the only settings that
/// loosen a check.
#[derive(Debug, Clone, Default)]
pub struct FederationConfig {
    /// Whether nothing is asked of other servers, nor sent to them.
    pub switched_off: bool,
    /// Whether ids may begin with `http://`.
    pub allow_http: bool,
    /// Ranges that the address guard lets through although they are private or otherwise special.
    pub allow_addresses: Vec<IpNet>,
    /// Certificate authorities trusted next to the system's, in PEM.
    pub extra_ca: Option<Vec<u8>>,
    /// Whether a GET of content needs a signature of an actor that may read it.
    pub authorized_fetch: bool,
    /// How much others may ask of us.
    pub limits: Limits,
}

/// Everything that server-to-server code shares. Cheap to clone.
#[derive(Clone)]
pub struct Federation {
    /// The use cases' context; its resolver is [`Federation::fetcher`]. Hand this one to the other adapters.
    pub app: App,
    /// How this instance deals with other servers.
    pub config: Arc<FederationConfig>,
    /// The way out.
    pub net: Client,
    /// Signs in the name of local actors.
    pub signer: CachedSigner,
    /// Finds and keeps what lives on other servers.
    pub fetcher: Fetcher,
    /// Who may ask how often.
    pub(crate) buckets: Arc<Buckets>,
    /// What is about to be kept.
    pub(crate) keeping: Keeping,
    /// What the worker is told of.
    pub(crate) arrivals: Arrivals,
    /// Which parts of the inbox are this node's.
    pub(crate) shards: Arc<Shards>,
    /// Groups elsewhere that count other members than we do.
    pub(crate) synchronizations: Arc<Synchronizations>,
}

impl Federation {
    /// Wires the crate up around `app`, whose resolver is replaced: pass [`crate::fetch::Offline`].
    ///
    /// # Errors
    /// The HTTP client could not be set up: [`ClientError`].
    pub fn new(app: App, config: FederationConfig) -> Result<Self, ClientError> {
        Self::with_lookup(app, config, Arc::new(SystemLookup))
    }

    /// As [`Federation::new`], with names looked up elsewhere than in the system's resolver: for tests, whose hosts do
    /// not exist. The address guard checks what it gives all the same.
    pub fn with_lookup(
        app: App,
        config: FederationConfig,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, ClientError> {
        let guard = AddressGuard::new(config.allow_http, config.allow_addresses.clone());
        let net = Client::new(ClientOptions {
            extra_ca: config.extra_ca.clone(),
            connect_timeout: config.limits.fetch.connect_timeout,
            lookup,
            switched_off: config.switched_off,
            ..ClientOptions::new(guard, &app.site.base_url)
        })?;
        let signer = CachedSigner::new(app.store.clone(), app.clock.clone());
        let fetcher = Fetcher::new(app, net.clone(), config.limits.clone(), Arc::new(signer.clone()));
        let buckets = Arc::new(Buckets::new(&config.limits.inbox));
        let shards = Arc::new(Shards::new(fetcher.app().store.is_shared()));
        Ok(Self {
            app: fetcher.app(),
            config: Arc::new(config),
            net,
            signer,
            fetcher,
            buckets,
            keeping: Keeping::default(),
            arrivals: Arrivals::new(),
            shards,
            synchronizations: Arc::default(),
        })
    }

    /// The same with one account for all that is fetched from now on: one received activity, one request.
    pub(crate) fn for_one_cause(&self) -> Self {
        Self { fetcher: self.fetcher.for_one_cause(), ..self.clone() }
    }

    /// Has what others have changed read anew as soon as they say so, until `stop` ends. Without it, what is remembered
    /// lasts for its time: seconds for lists of servers and keys of our own actors, a minute for keys of others.
    pub async fn forget_on_hints(self, stop: impl Future<Output = ()>) {
        let mut forgets = self.app.signals.forgets();
        tokio::pin!(stop);
        loop {
            let what = tokio::select! {
                () = &mut stop => return,
                heard = forgets.recv() => match heard {
                    Ok(what) => what,
                    Err(RecvError::Lagged(_)) => Forget::All,
                    Err(RecvError::Closed) => return,
                },
            };
            self.fetcher.forget(what);
            self.signer.forget(what);
        }
    }

    /// What carries deliveries.
    pub fn transport(&self) -> InboxTransport {
        InboxTransport::new(self.net.clone(), self.app.clock.clone())
    }
}
