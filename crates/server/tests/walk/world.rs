//! An instance with a group of each kind, somebody of each kind, and something in every place: made once, and copied.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
};
use guildhall_activitypub::{Iri, KeyPair};
use guildhall_app::{
    App, Signals, Site,
    account::{self, CreateAccount},
    group::{self, RequestJoin},
    port::{FetchedList, PortFuture, RemoteResolver, ResolveError},
};
use guildhall_client_api::native;
use guildhall_domain::{ActorId, ApId, Handle, actor::ActorKind, event::Cause};
use guildhall_federation::{Federation, FederationConfig, fetch::Offline, outbound::publisher};
use guildhall_store::{
    Db, IdGenerator,
    actor::{self, ActorFields},
    actor_key::{self, ActorKey, KeyAlgorithm},
    block_list::Validators,
    clock,
    db::{DatabaseUrl, OpenOptions},
    testing,
};
use guildhall_testkit::{FixedClock, SeededRng, StaticKeys, rsa};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    ask::{Answer, send},
    readers::{REMOTE, Reader},
    scene::BLOCK_LIST,
    secrets::Visibility,
    table::Door,
    things::Place,
};

pub(crate) const BASE: &str = "https://here.example";
const API: &str = "/api/guildhall/v1";

/// Made once, copied where something was changed.
pub(crate) struct Template {
    file: PathBuf,
    places: HashMap<Visibility, Place>,
    tokens: HashMap<&'static str, String>,
    _folder: TempDir,
}

pub(crate) struct World {
    pub(crate) app: App,
    federation: Federation,
    routers: [OnceLock<Router>; 3],
    pub(crate) places: HashMap<Visibility, Place>,
    /// By the names of the accounts.
    pub(crate) tokens: HashMap<&'static str, String>,
    pub(crate) keys: HashMap<Reader, (Iri, KeyPair)>,
    _folder: Option<TempDir>,
}

impl Template {
    pub(crate) async fn make() -> Self {
        let place = testing::sqlite().await;
        let mut world = World::on(place.db().clone(), None).await;
        world.fill().await;
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("template.db");
        place
            .db()
            .query("VACUUM INTO $1")
            .bind(file.to_string_lossy().into_owned())
            .slow()
            .execute()
            .await
            .unwrap();
        Self { file, places: world.places, tokens: world.tokens, _folder: folder }
    }

    pub(crate) async fn copy(&self) -> World {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("copy.db");
        std::fs::copy(&self.file, &file).unwrap();
        // One question is answered at a time.
        let options = OpenOptions { max_connections: 2, max_readers: 2, ..testing::options() };
        let db = Db::open(&DatabaseUrl::sqlite(file), &options).await.unwrap();
        let mut world = World::on(db, Some(folder)).await;
        (world.places, world.tokens) = (self.places.clone(), self.tokens.clone());
        world
    }
}

impl World {
    async fn on(store: Db, folder: Option<TempDir>) -> Self {
        let newest = clock::find_newest_key(&store).await.unwrap();
        let site = Site {
            base_url: BASE.into(),
            host: "here.example".into(),
            name: "Here".into(),
            description: String::new(),
            allow_list_only: false,
            absence: std::time::Duration::ZERO,
            groups_per_person: 20,
        };
        let app = App {
            ids: Arc::new(IdGenerator::after(1, newest).unwrap()),
            site: Arc::new(site),
            clock: Arc::new(FixedClock::default()),
            rng: Arc::new(SeededRng::new(newest.unsigned_abs() + 1)),
            keys: Arc::new(StaticKeys),
            resolver: Arc::new(Offline),
            signals: Arc::new(Signals::default()),
            store,
        };
        let config = FederationConfig { switched_off: true, ..FederationConfig::default() };
        let federation = Federation::new(app, config).unwrap();
        let app = App { resolver: Arc::new(Lists), ..federation.app.clone() };
        guildhall_app::instance::ensure_actor(&app).await.unwrap();
        let keys = REMOTE.map(|(reader, name, host)| {
            let id = Iri::parse(&format!("https://{host}/users/{name}#main-key")).unwrap();
            (reader, (id, rsa(1)))
        });
        Self {
            app,
            federation,
            routers: Default::default(),
            places: HashMap::new(),
            tokens: HashMap::new(),
            keys: keys.into_iter().collect(),
            _folder: folder,
        }
    }

    /// Made where it is asked for: it takes longer than to answer.
    pub(crate) fn router(&self, door: Door) -> &Router {
        self.routers[door as usize].get_or_init(|| match door {
            Door::Api => native::router(self.app.clone()),
            Door::Page => guildhall_web::router(self.app.clone()),
            Door::Document => guildhall_federation::routes::router(self.federation.clone()),
        })
    }

    pub(crate) async fn person(&self, name: &str, is_admin: bool) -> String {
        let command =
            CreateAccount { name: name.into(), email: None, password: "long enough".into(), is_admin };
        account::create(&self.app, command).await.unwrap();
        let scopes = ["read", "write", "follow"].map(str::to_owned);
        account::create_token(&self.app, name, &scopes).await.unwrap()
    }

    pub(crate) async fn remote(&self, name: &str, host: &str) -> ActorId {
        let id = format!("https://{host}/users/{name}");
        let fields = ActorFields {
            ap_id: ApId::new(id.clone()),
            kind: ActorKind::Person,
            username: name.into(),
            host: host.into(),
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
        let mut tx = self.app.begin().await.unwrap();
        let actor =
            actor::upsert_remote(&mut tx, ActorId(self.app.new_id()), &fields, self.app.now()).await.unwrap();
        let key = ActorKey {
            key_id: format!("{id}#main-key"),
            actor_id: actor,
            algorithm: KeyAlgorithm::Rsa,
            public_key: rsa(1).public().to_bytes(),
            private_key: None,
        };
        actor_key::replace_remote(&mut tx, actor, &[key], self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        actor
    }

    pub(crate) async fn join(&self, group: &str, actor: ActorId) {
        let group = group::find_id(&self.app, &group.parse().unwrap()).await.unwrap().unwrap();
        let follow = Some(ApId::new(format!("https://away.example/follows/{group}/{actor}")));
        let command = RequestJoin { group, actor, follow, cause: Cause::Local };
        group::request_join(&self.app, command).await.unwrap();
    }

    /// Tells what happened; gives the number of the last activity that a group announced of it, 1 for none.
    pub(crate) async fn told(&self) -> String {
        let store = &self.app.store;
        let (before,): (i64,) =
            store.query("SELECT coalesce(max(seq), 0) FROM delivery_log").one().await.unwrap();
        publisher::publish_pending(&self.app).await.unwrap();
        let sql = "SELECT activity_ap_id FROM delivery_log
                   WHERE seq > $1 AND activity_ap_id LIKE '%/activities/%/announce' ORDER BY seq DESC LIMIT 1";
        let last: Option<(String,)> = store.query(sql).bind(before).optional().await.unwrap();
        let number = last.and_then(|(id,)| id.rsplit('/').nth(1).map(str::to_owned));
        number.unwrap_or_else(|| "1".to_owned())
    }

    /// Calls the API as somebody here, who gets what they want.
    pub(crate) async fn call(&self, by: &str, method: &str, path: &str, body: &Value) -> Value {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {}", self.tokens[by]).parse().unwrap());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = (!body.is_null()).then(|| body.to_string());
        let answer: Answer =
            send(self.router(Door::Api), method.parse().unwrap(), &format!("{API}{path}"), headers, body)
                .await;
        assert_eq!(answer.outcome(), '+', "{by} {method} {path}: {}", answer.text());
        answer.json()
    }
}

/// The list that the instance subscribes to, and any other; nothing else is found elsewhere.
struct Lists;

impl RemoteResolver for Lists {
    fn is_switched_off(&self) -> bool {
        true
    }

    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::NotFound) })
    }

    fn block_list<'a>(
        &'a self,
        url: &'a str,
        _: &'a Validators,
    ) -> PortFuture<'a, Result<FetchedList, ResolveError>> {
        let host = if url == BLOCK_LIST { "bad.example" } else { "worse.example" };
        let text = format!("#domain,#severity\n{host},suspend\n");
        Box::pin(async { Ok(FetchedList::Text { text, validators: Validators::default() }) })
    }
}
