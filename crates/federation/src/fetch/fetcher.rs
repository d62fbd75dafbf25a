//! What all fetching shares.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use guildhall_activitypub::discovery::NodeInfo;
use guildhall_activitypub::{Iri, Object};
use guildhall_app::{App, Forget};
use guildhall_domain::{ApId, Timestamp};
use guildhall_store::actor::Actor;

use super::failures::Failures;
use super::instance_key::InstanceKey;
use super::key::KeyCache;
use super::moderators::Rosters;
use super::single_flight::SingleFlight;
use super::{Budget, FetchError, Offline, Peers};
use crate::delivery::port::RequestSigner;
use crate::limits::Limits;
use crate::net::{Answer, Client};

/// Finds what lives on other servers, and keeps the actors among it. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    pub(super) shared: Arc<Shared>,
    /// What pays for everything; without one, each fetch has a budget of its own.
    account: Option<Budget>,
}

pub(super) struct Shared {
    /// Its resolver finds nothing: a resolver that held itself would never be freed.
    app: App,
    pub(super) net: Client,
    pub(super) limits: Limits,
    pub(super) peers: Peers,
    pub(super) instance_key: InstanceKey,
    pub(super) actors: SingleFlight<Result<Actor, FetchError>>,
    pub(super) key_pages: SingleFlight<Result<(), FetchError>>,
    pub(super) threads: SingleFlight<Result<Vec<Object>, FetchError>>,
    /// By what is asked for and the URL. All requests are signed by the instance, so that one answer is good for all.
    pub(super) answers: SingleFlight<Result<Answer, FetchError>>,
    /// What hosts run, while they are being asked.
    pub(super) nodeinfos: SingleFlight<Result<NodeInfo, FetchError>>,
    pub(super) keys: KeyCache,
    pub(super) failures: Failures,
    pub(super) rosters: Rosters,
}

impl Fetcher {
    /// A fetcher that reaches out through `net` and signs with `signer`.
    pub fn new(app: App, net: Client, limits: Limits, signer: Arc<dyn RequestSigner>) -> Self {
        let app = App { resolver: Arc::new(Offline), ..app };
        let peers = Peers::new(
            app.store.clone(),
            app.clock.clone(),
            app.site.allow_list_only,
            limits.memory.peering_ttl,
        );
        Self {
            account: None,
            shared: Arc::new(Shared {
                net,
                peers,
                instance_key: InstanceKey::new(&app, signer),
                actors: SingleFlight::default(),
                key_pages: SingleFlight::default(),
                threads: SingleFlight::default(),
                answers: SingleFlight::default(),
                nodeinfos: SingleFlight::default(),
                keys: KeyCache::new(&limits.memory),
                failures: Failures::new(limits.memory.failure_ttl),
                rosters: Rosters::default(),
                limits,
                app,
            }),
        }
    }

    /// The use cases' context, with this fetcher as its resolver.
    pub fn app(&self) -> App {
        let resolver = Self { shared: self.shared.clone(), account: None };
        App { resolver: Arc::new(resolver), ..self.shared.app.clone() }
    }

    /// The same with one account for all that is fetched from now on, actors and keys among it.
    #[must_use]
    pub fn for_one_cause(&self) -> Self {
        self.paying_from(Budget::new(&self.shared.limits.fetch))
    }

    pub(super) fn paying_from(&self, account: Budget) -> Self {
        Self { shared: self.shared.clone(), account: Some(account) }
    }

    /// The instance's peering lists.
    pub fn peers(&self) -> &Peers {
        &self.shared.peers
    }

    /// What pays for the next fetch: the account of this cause, or a full budget where there is none.
    pub fn budget(&self) -> Budget {
        self.account.clone().unwrap_or_else(|| Budget::new(&self.shared.limits.fetch))
    }

    /// Joins the flight for `key`, which costs one document, or starts it, which costs all that is fetched for it.
    ///
    /// A flight that ends because the account of who started it is spent is started anew on ours.
    pub(super) async fn share<T: Clone + Send + Sync + 'static>(
        &self,
        flights: &SingleFlight<Result<T, FetchError>>,
        key: &str,
        fetch: impl Fn(Self) -> BoxFuture<'static, Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let mut account = self.budget();
        while !account.is_spent() {
            let mut is_ours = false;
            let start = || {
                is_ours = true;
                fetch(self.paying_from(account.clone()))
            };
            let ended = flights.run(key, start).await;
            if is_ours {
                return ended;
            }
            account.take_document()?;
            if !matches!(ended, Err(FetchError::BudgetSpent)) {
                return ended;
            }
        }
        Err(FetchError::BudgetSpent)
    }

    /// Has what changed read anew.
    pub(crate) fn forget(&self, what: Forget) {
        match what {
            Forget::Peering => self.shared.peers.forget(),
            Forget::Actor(actor) => self.shared.keys.forget_actor(actor),
            Forget::All => {
                self.shared.peers.forget();
                self.shared.keys.forget_all();
            }
        }
    }

    /// Whether an id is one of this instance.
    pub fn is_own(&self, id: &Iri) -> bool {
        id.authority() == self.shared.app.site.host
    }

    pub(super) fn context(&self) -> &App {
        &self.shared.app
    }

    pub(super) fn now(&self) -> Timestamp {
        self.shared.app.now()
    }
}

/// Reads a stored id as a URL.
pub(super) fn iri_of(id: &ApId) -> Result<Iri, FetchError> {
    Iri::parse(id.as_str()).map_err(FetchError::not_activity_pub)
}

/// Turns a URL into a stored id.
pub(super) fn ap_id_of(iri: &Iri) -> ApId {
    ApId::new(iri.as_str())
}
