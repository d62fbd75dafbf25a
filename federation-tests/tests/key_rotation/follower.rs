//! A server that follows a group and goes by the keys that it has: it asks an actor for its keys when it meets it, and
//! again only after an `Update` of that actor which holds by those.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use guildhall_activitypub::{
    ACTIVITY_JSON, Iri, KeyPair, PublicKey,
    actor::ActorKey,
    digest,
    signature::{Outgoing, ParsedSignature, RequestParts, sign_cavage},
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The server with its one actor. It ends with the test.
#[derive(Clone)]
pub(crate) struct Follower {
    shared: Arc<Shared>,
}

struct Shared {
    authority: String,
    key: KeyPair,
    client: Client,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// By their ids.
    keys: HashMap<String, PublicKey>,
    taken: Vec<Value>,
    /// The ids of the keys with which something was signed that did not hold.
    refused: Vec<String>,
}

impl Follower {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let shared = Arc::new(Shared {
            authority: listener.local_addr()?.to_string(),
            key: KeyPair::generate_rsa()?,
            client: Client::builder().no_proxy().build()?,
            memory: Mutex::default(),
        });
        let router =
            Router::new().route("/u/bob", get(actor)).route("/inbox", post(inbox)).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { shared })
    }

    pub(crate) fn authority(&self) -> &str {
        &self.shared.authority
    }

    /// Sends the `Follow` of a group.
    pub(crate) async fn follow(&self, group: &str) -> anyhow::Result<()> {
        let bob = self.shared.bob();
        let follow =
            json!({ "id": format!("{bob}/follow"), "type": "Follow", "actor": bob, "object": group });
        let (inbox, body) = (format!("{group}/inbox"), follow.to_string().into_bytes());
        let key_id = Iri::parse(&format!("{bob}#main-key"))?;
        let url = Iri::parse(&inbox)?;
        let request = Outgoing {
            method: &"POST".parse()?,
            url: &url,
            body: Some(&body),
            now_ms: now(),
            synchronization: None,
        };
        let headers = sign_cavage(&request, &key_id, &self.shared.key)?;
        let sending = self.shared.client.post(inbox).headers(headers).header("content-type", ACTIVITY_JSON);
        let status = sending.body(body).send().await?.status();
        ensure!(status == StatusCode::ACCEPTED, "{status}");
        Ok(())
    }

    /// What it took, in the order in which it came.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.shared.lock().taken.clone()
    }

    /// How often something did not hold that was signed with a key of that id.
    pub(crate) fn count_refused(&self, key_id: &str) -> usize {
        self.shared.lock().refused.iter().filter(|refused| *refused == key_id).count()
    }

    /// The key under an id that an actor's document shows to whoever asks.
    pub(crate) async fn shown(&self, key_id: &str) -> anyhow::Result<PublicKey> {
        self.shared.fetch_key(&Iri::parse(key_id)?).await
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bob(&self) -> String {
        format!("http://{}/u/bob", self.authority)
    }

    async fn fetch_key(&self, key_id: &Iri) -> anyhow::Result<PublicKey> {
        let page = key_id.without_fragment();
        let answer = self.client.get(page.as_str()).header("accept", ACTIVITY_JSON).send().await?;
        let document: Value = serde_json::from_slice(&answer.error_for_status()?.bytes().await?)?;
        Ok(ActorKey::read_document(&document, key_id).with_context(|| format!("no {key_id}"))?.key)
    }

    /// The key that it has, or one that it never met.
    async fn key(&self, key_id: &Iri) -> anyhow::Result<PublicKey> {
        let known = self.lock().keys.get(key_id.as_str()).cloned();
        match known {
            Some(known) => Ok(known),
            None => self.learn(key_id).await,
        }
    }

    async fn learn(&self, key_id: &Iri) -> anyhow::Result<PublicKey> {
        let key = self.fetch_key(key_id).await?;
        self.lock().keys.insert(key_id.as_str().to_owned(), key.clone());
        Ok(key)
    }

    async fn take(&self, headers: &HeaderMap, body: &[u8]) -> anyhow::Result<()> {
        digest::check(headers, body)?;
        let signature = ParsedSignature::from_headers(headers)?;
        let parts = RequestParts {
            method: &"POST".parse()?,
            path_and_query: "/inbox",
            scheme: "http",
            authority: &self.authority,
            headers,
        };
        signature.check_covers(&parts, true)?;
        let key_id = signature.key_id()?;
        let key = self.key(&key_id).await?;
        if let Err(error) = signature.verify(&parts, &key) {
            self.lock().refused.push(key_id.as_str().to_owned());
            return Err(error.into());
        }
        let activity: Value = serde_json::from_slice(body)?;
        if activity["type"] == "Update" && activity["object"]["id"] == activity["actor"] {
            self.learn(&key_id).await?;
        }
        self.lock().taken.push(activity);
        Ok(())
    }
}

async fn inbox(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match shared.take(&headers, &body).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(error) => {
            eprintln!("refused: {error:#}");
            StatusCode::UNAUTHORIZED
        }
    }
}

async fn actor(State(shared): State<Arc<Shared>>) -> Response {
    let (id, host) = (shared.bob(), &shared.authority);
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": "bob",
        "inbox": format!("http://{host}/inbox"),
        "endpoints": {"sharedInbox": format!("http://{host}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": shared.key.public().to_pem()},
    });
    ([(header::CONTENT_TYPE, ACTIVITY_JSON)], document.to_string()).into_response()
}

#[expect(clippy::disallowed_methods, reason = "signatures carry the real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
