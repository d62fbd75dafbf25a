//! This instance, serving its routes on a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use guildhall_activitypub::Iri;
use guildhall_app::{App, Signals, Site};
use guildhall_domain::actor::ActorKind;
use guildhall_domain::{ActorId, ApId, Timestamp};
use guildhall_federation::fetch::Offline;
use guildhall_federation::net::{Lookup, SystemLookup};
use guildhall_federation::{Federation, FederationConfig, Limits, routes};
use guildhall_store::actor::{self, Actor, ActorFields};
use guildhall_store::received::{self, Received};
use guildhall_store::{Db, IdGenerator};
use tokio::net::TcpListener;

use super::counted::{Counted, catch};
use super::world::{FixedKeys, NoChance, TestClock};

/// 2026-03-01T12:00:00Z
pub(crate) const NOW: i64 = 1_772_366_400_000;

/// This instance.
pub(crate) struct Here {
    pub(crate) federation: Federation,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) base: String,
    /// What its routes count.
    pub(crate) counted: Counted,
}

/// How this instance is set up.
pub(crate) struct Setup {
    pub(crate) switched_off: bool,
    pub(crate) limits: Limits,
    pub(crate) allow_http: bool,
    pub(crate) authorized_fetch: bool,
    pub(crate) host: Option<&'static str>,
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) now: i64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            switched_off: false,
            limits: Limits::default(),
            allow_http: true,
            authorized_fetch: false,
            host: None,
            lookup: Arc::new(SystemLookup),
            now: NOW,
        }
    }
}

impl Here {
    /// An instance as the defaults have it, but for loopback.
    pub(crate) async fn start(db: Db) -> Self {
        Self::on(db, |_| {}).await
    }

    /// An instance that is set up in some other way.
    pub(crate) async fn on(db: Db, change: impl FnOnce(&mut Setup)) -> Self {
        let mut setup = Setup::default();
        change(&mut setup);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bound = format!("http://{}", listener.local_addr().unwrap());
        let base = setup.host.map_or(bound, |host| format!("https://{host}"));
        let clock = Arc::new(TestClock::at(setup.now));
        let config = FederationConfig {
            switched_off: setup.switched_off,
            allow_http: setup.allow_http,
            allow_addresses: vec!["127.0.0.0/8".parse().unwrap()],
            extra_ca: None,
            authorized_fetch: setup.authorized_fetch,
            limits: setup.limits,
        };
        let app = app(db, &base, clock.clone());
        let federation = Federation::with_lookup(app, config, setup.lookup).unwrap();
        guildhall_app::instance::ensure_actor(&federation.app).await.unwrap();
        let counted = Counted::default();
        let catching = axum::middleware::from_fn_with_state(counted.clone(), catch);
        let router = routes::router(federation.clone()).layer(catching);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let base = if setup.host.is_some() { format!("http://{served}") } else { base };
        Self { federation, clock, base, counted }
    }

    /// The shared inbox, as it is reached.
    pub(crate) fn inbox(&self) -> Iri {
        Iri::parse(&format!("{}/inbox", self.base)).unwrap()
    }

    pub(crate) fn db(&self) -> &Db {
        &self.federation.app.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.federation.app.now()
    }

    /// Everything that was kept for the worker.
    pub(crate) async fn kept(&self) -> Vec<Received> {
        let far = self.now().plus(Duration::from_hours(1));
        received::list_due(self.db(), far, 100).await.unwrap()
    }

    /// What is known of a remote actor.
    pub(crate) async fn known(&self, id: &Iri) -> Option<Actor> {
        actor::find_by_ap_id(self.db(), &ApId::new(id.as_str())).await.unwrap()
    }

    /// Makes a local group and gives its id.
    pub(crate) async fn group(&self, name: &str) -> Iri {
        let app = &self.federation.app;
        let id = format!("{}/groups/{name}", app.site.base_url);
        let fields = ActorFields {
            ap_id: ApId::new(id.clone()),
            kind: ActorKind::Group,
            username: name.to_owned(),
            host: app.site.host.clone(),
            display_name: None,
            summary_html: None,
            page_url: None,
            icon_url: None,
            inbox: format!("{id}/inbox"),
            shared_inbox: None,
            outbox: None,
            followers: None,
            moderators_url: None,
            featured_url: None,
            wall_url: None,
            also_known_as: Vec::new(),
            moved_to: None,
            remote_updated_at: None,
            published_at: None,
        };
        let mut tx = app.begin().await.unwrap();
        actor::insert_local(&mut tx, ActorId(app.new_id()), &fields, app.now()).await.unwrap();
        tx.commit().await.unwrap();
        Iri::parse(&id).unwrap()
    }
}

fn app(store: Db, base: &str, clock: Arc<TestClock>) -> App {
    let site = Site {
        base_url: base.to_owned(),
        host: Iri::parse(base).unwrap().authority().to_owned(),
        name: "Here".to_owned(),
        description: String::new(),
        allow_list_only: false,
        absence: std::time::Duration::ZERO,
        groups_per_person: 20,
    };
    App {
        store,
        ids: Arc::new(IdGenerator::new(1).unwrap()),
        site: Arc::new(site),
        clock,
        rng: Arc::new(NoChance),
        keys: Arc::new(FixedKeys),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
    }
}
