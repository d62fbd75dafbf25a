//! What all fetching shares.

use std::sync::Arc;

use guildhall_activitypub::Iri;
use guildhall_app::App;
use guildhall_domain::{ApId, Timestamp};
use guildhall_store::actor::Actor;

use super::failures::Failures;
use super::instance_key::InstanceKey;
use super::key::KeyCache;
use super::single_flight::SingleFlight;
use super::{Budget, FetchError, Offline, Peers};
use crate::delivery::port::RequestSigner;
use crate::limits::Limits;
use crate::net::Client;

/// Finds what lives on other servers, and keeps the actors among it. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    pub(super) shared: Arc<Shared>,
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
    pub(super) keys: KeyCache,
    pub(super) failures: Failures,
}

impl Fetcher {
    /// A fetcher that reaches out through `net` and signs with `signer`.
    pub fn new(app: App, net: Client, limits: Limits, signer: Arc<dyn RequestSigner>) -> Self {
        let app = App { resolver: Arc::new(Offline), ..app };
        let peers = Peers::new(app.store.clone(), app.site.allow_list_only, limits.memory.peering_ttl);
        Self {
            shared: Arc::new(Shared {
                net,
                peers,
                instance_key: InstanceKey::new(&app, signer),
                actors: SingleFlight::default(),
                key_pages: SingleFlight::default(),
                keys: KeyCache::new(&limits.memory),
                failures: Failures::new(limits.memory.failure_ttl),
                limits,
                app,
            }),
        }
    }

    /// The use cases' context, with this fetcher as its resolver.
    pub fn app(&self) -> App {
        App { resolver: Arc::new(self.clone()), ..self.shared.app.clone() }
    }

    /// The instance's peering lists.
    pub fn peers(&self) -> &Peers {
        &self.shared.peers
    }

    /// A full budget for one cause.
    pub fn budget(&self) -> Budget {
        Budget::new(&self.shared.limits.fetch)
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
