//! Other servers: many addresses of the loopback range, all answered by one router.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use guildhall_activitypub::{
    Iri, KeyPair,
    signature::{Outgoing, sign_cavage},
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Many servers with any number of actors each, who share one pair of keys: what is measured is the server that
/// verifies, not the making of keys.
pub(crate) struct Peers {
    authorities: Vec<String>,
    shared: Arc<Shared>,
    client: Client,
}

struct Shared {
    key: KeyPair,
    software: &'static str,
    delivered: AtomicU32,
}

/// A signed request, ready to be sent.
pub(crate) struct Signed {
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Peers {
    /// Starts `count` servers that say to be `software`.
    pub(crate) async fn start(count: u32, software: &'static str) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            key: KeyPair::generate_rsa().context("making a key failed")?,
            software,
            delivered: AtomicU32::new(0),
        });
        let router = Router::new()
            .route("/u/{name}", get(actor))
            .route("/inbox", post(inbox))
            .route("/.well-known/nodeinfo", get(nodeinfo_links))
            .route("/nodeinfo", get(nodeinfo))
            .with_state(shared.clone());
        let mut authorities = Vec::new();
        for number in 0..count {
            // 127.1.0.1 and on, up to 127.1.255.254.
            let [.., high, low] = (number + 1).to_be_bytes();
            let address = SocketAddr::from((Ipv4Addr::new(127, 1, high, low), 0));
            let listener = TcpListener::bind(address).await.with_context(|| format!("binding {address}"))?;
            authorities.push(listener.local_addr()?.to_string());
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        let client = Client::builder().no_proxy().build()?;
        Ok(Self { authorities, shared, client })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.authorities.len()
    }

    /// The id of an actor on one of them.
    pub(crate) fn actor(&self, server: usize, name: &str) -> String {
        format!("http://{}/u/{name}", self.authorities[server % self.authorities.len()])
    }

    /// Activities that they have been sent.
    pub(crate) fn delivered(&self) -> u32 {
        self.shared.delivered.load(Ordering::Relaxed)
    }

    /// Signs an activity as its actor.
    pub(crate) fn sign(&self, inbox: &str, activity: &Value) -> anyhow::Result<Signed> {
        let body = serde_json::to_vec(activity)?;
        let actor = activity["actor"].as_str().context("no actor")?;
        let url = Iri::parse(inbox)?;
        let key_id = Iri::parse(&format!("{actor}#main-key"))?;
        let request = Outgoing { method: &"POST".parse()?, url: &url, body: Some(&body), now_ms: now() };
        let mut headers = sign_cavage(&request, &key_id, &self.shared.key).context("signing failed")?;
        headers.insert(header::CONTENT_TYPE, "application/activity+json".parse()?);
        Ok(Signed { url: inbox.to_owned(), headers, body })
    }

    /// Sends a signed request; anything but 202 is an error.
    pub(crate) async fn send(&self, signed: Signed) -> anyhow::Result<()> {
        let answer = self.client.post(signed.url).headers(signed.headers).body(signed.body).send().await?;
        let status = answer.status();
        anyhow::ensure!(status == StatusCode::ACCEPTED, "{status}: {}", answer.text().await?);
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "signatures carry the real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn authority(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

async fn actor(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let host = authority(&headers);
    let id = format!("http://{host}/u/{name}");
    let document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": "Person",
        "preferredUsername": name,
        "inbox": format!("http://{host}/inbox"),
        "endpoints": {"sharedInbox": format!("http://{host}/inbox")},
        "publicKey": {"id": format!("{id}#main-key"), "owner": id, "publicKeyPem": shared.key.public().to_pem()},
    });
    ([(header::CONTENT_TYPE, "application/activity+json")], document.to_string()).into_response()
}

async fn inbox(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.delivered.fetch_add(1, Ordering::Relaxed);
    StatusCode::ACCEPTED
}

async fn nodeinfo_links(headers: HeaderMap) -> Json<Value> {
    let href = format!("http://{}/nodeinfo", authority(&headers));
    Json(json!({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": href}]}))
}

async fn nodeinfo(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({
        "version": "2.0",
        "software": {"name": shared.software, "version": "1"},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": false,
        "usage": {"users": {}},
        "metadata": {},
    }))
}
