//! An instance with its people.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::Router;
use guildhall_app::{App, Signals, Site, account, partner};
use guildhall_client_api::native;
use guildhall_store::{IdGenerator, db::Db};
use serde_json::{Value, json};

use super::{
    client::Client,
    ports::{CountingRng, DummyKeys, EmptyWeb, StandingClock},
};

/// An instance at `https://here.example`.
pub(crate) struct Here {
    pub(super) app: App,
    router: Router,
    clock: Arc<StandingClock>,
    web: Arc<EmptyWeb>,
}

impl Here {
    pub(crate) fn start(db: Db) -> Self {
        let clock = Arc::new(StandingClock::new());
        let web = Arc::new(EmptyWeb { asked: AtomicU64::new(0) });
        let app = App {
            store: db,
            ids: Arc::new(IdGenerator::new(1).unwrap()),
            site: Arc::new(Site {
                base_url: "https://here.example".into(),
                host: "here.example".into(),
                name: "Here".into(),
                description: String::new(),
                allow_list_only: false,
                absence: std::time::Duration::ZERO,
                groups_per_person: 20,
            }),
            clock: clock.clone(),
            rng: Arc::new(CountingRng::default()),
            keys: Arc::new(DummyKeys),
            resolver: web.clone(),
            signals: Arc::new(Signals::default()),
        };
        Self { router: native::router(app.clone()), app, clock, web }
    }

    /// Nobody known.
    pub(crate) fn anybody(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// Somebody new with a token for everything.
    pub(crate) async fn person(&self, name: &str) -> Client {
        self.account(name, false).await;
        self.with_scopes(name, &["read", "write", "follow"]).await
    }

    /// An admin with a token for everything.
    pub(crate) async fn admin(&self, name: &str) -> Client {
        self.account(name, true).await;
        self.with_scopes(name, &["read", "write", "follow"]).await
    }

    /// Somebody who exists, with another token.
    pub(crate) async fn with_scopes(&self, name: &str, scopes: &[&str]) -> Client {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let token = account::create_token(&self.app, name, &scopes).await.unwrap();
        self.with_header(&format!("Bearer {token}"))
    }

    /// Whoever sends this as `Authorization`.
    pub(crate) fn with_header(&self, authorization: &str) -> Client {
        Client::new(self.router.clone(), Some(authorization.to_owned()))
    }

    async fn account(&self, name: &str, is_admin: bool) {
        let command = account::CreateAccount {
            name: name.into(),
            email: None,
            password: "long enough".into(),
            is_admin,
        };
        account::create(&self.app, command).await.unwrap();
    }

    /// How often another server was asked.
    pub(crate) fn questions_asked(&self) -> u64 {
        self.web.asked.load(Ordering::Relaxed)
    }

    /// Has decided what was noted about posts of partners.
    pub(crate) async fn settle(&self) {
        partner::settle(&self.app).await.unwrap();
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(seconds * 1_000);
    }

    /// Alice with her group `garden`, which has the settings given, and Bob.
    pub(crate) async fn garden(&self, mut settings: Value) -> (Client, Client) {
        let (alice, bob) = (self.person("alice").await, self.person("bob").await);
        settings["name"] = "garden".into();
        alice.post("/groups", settings).await.created();
        (alice, bob)
    }

    /// As [`Here::garden`], with a post of Bob's.
    pub(crate) async fn garden_with_post(&self) -> (Client, Client, String) {
        let (alice, bob) = self.garden(json!({})).await;
        let post = bob
            .post("/groups/garden/posts", json!({ "title": "Tulips", "content": "When?" }))
            .await
            .created();
        (alice, bob, id(&post))
    }
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}
