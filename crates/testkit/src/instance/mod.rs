//! This instance.

mod build;
mod look;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use guildhall_activitypub::Iri;
use guildhall_app::{App, Signals, Site, partner};
use guildhall_federation::delivery::{Delivery, DeliveryLimits, DeliveryParts};
use guildhall_federation::fetch::Offline;
use guildhall_federation::net::FixedLookup;
use guildhall_federation::outbound::publisher;
use guildhall_federation::{Federation, FederationConfig, inbound, routes};
use guildhall_store::received;
use guildhall_store::{Db, IdGenerator};
use tokio::net::TcpListener;

use crate::{FakePeer, FixedClock, SeededRng, StaticKeys};

pub use build::{LocalEntry, LocalGroup, LocalPerson};
pub use look::Became;

/// Long enough for anything that ends at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// This instance, at `http://127.0.0.1:port`, with its workers in the hands of the test.
pub struct TestInstance {
    /// The use cases.
    pub app: App,
    /// Server to server.
    pub federation: Federation,
    /// Its time.
    pub clock: FixedClock,
    /// Where it is reached, and what its ids begin with.
    pub base: String,
    delivery: Delivery,
}

impl TestInstance {
    /// An instance as the defaults have it, but for plain http on loopback.
    pub async fn start(db: Db, clock: FixedClock) -> Self {
        Self::with(db, clock, |_| {}).await
    }

    /// An instance with other settings.
    pub async fn with(db: Db, clock: FixedClock, change: impl FnOnce(&mut FederationConfig)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let base = format!("http://{host}");
        let app = app(db, clock.clone(), base.clone(), host);
        let mut config = FederationConfig {
            allow_http: true,
            allow_addresses: vec!["127.0.0.0/8".parse().unwrap()],
            ..FederationConfig::default()
        };
        change(&mut config);
        // No name exists here, so nothing can leave the machine.
        let federation = Federation::with_lookup(app, config, Arc::new(FixedLookup::default())).unwrap();
        let app = federation.app.clone();
        guildhall_app::instance::ensure_actor(&app).await.unwrap();
        let delivery = delivery(&federation, &clock);
        serve(listener, &federation);
        Self { app, federation, clock, base, delivery }
    }

    /// The shared inbox.
    pub fn inbox(&self) -> Iri {
        self.iri("/inbox")
    }

    /// An address of this instance; the path begins with a slash.
    pub fn iri(&self, path: &str) -> Iri {
        Iri::parse(&format!("{}{path}", self.base)).unwrap()
    }

    /// Another server that runs `software`, by the same clock.
    pub async fn peer(&self, software: &str) -> FakePeer {
        FakePeer::start(software, self.clock.clone()).await
    }

    /// What a running server does for its delivery log once a minute.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn do_delivery_chores(&self) {
        self.delivery.do_chores().await.unwrap();
    }

    /// Works through what was received, publishes what happened and delivers it, until there is nothing left to do now.
    pub async fn run_until_idle(&self) {
        let work = async {
            loop {
                inbound::run_until_idle(&self.federation).await.unwrap();
                partner::settle(&self.app).await.unwrap();
                let told = publisher::publish_pending(&self.app).await.unwrap();
                self.delivery.run_until_idle().await;
                let due = received::list_due(&self.app.store, self.app.now(), 1).await.unwrap();
                if told == 0 && due.is_empty() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, work).await.expect("the work ends");
    }
}

fn app(db: Db, clock: FixedClock, base_url: String, host: String) -> App {
    let site = Site {
        base_url,
        host,
        name: "The Guild".into(),
        description: "Gardeners.".into(),
        allow_list_only: false,
        absence: std::time::Duration::ZERO,
        groups_per_person: 20,
    };
    App {
        store: db,
        ids: Arc::new(IdGenerator::new(1).unwrap()),
        site: Arc::new(site),
        clock: Arc::new(clock),
        rng: Arc::new(SeededRng::new(1)),
        keys: Arc::new(StaticKeys),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
    }
}

fn delivery(federation: &Federation, clock: &FixedClock) -> Delivery {
    let parts = DeliveryParts {
        transport: Arc::new(federation.transport()),
        signer: Arc::new(federation.signer.clone()),
        profiles: Arc::new(federation.fetcher.clone()),
        timer: Arc::new(clock.clone()),
        limits: DeliveryLimits::default(),
    };
    Delivery::new(federation.app.clone(), parts)
}

fn serve(listener: TcpListener, federation: &Federation) {
    let router = routes::router(federation.clone());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
}
