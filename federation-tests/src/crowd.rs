//! A crowd of small servers in this process: many addresses of the loopback range, each with followers that write and an
//! inbox that notes what it hears.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::{
    Json, Router,
    body::Bytes,
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

/// Servers with any number of actors each, who share one pair of keys.
#[derive(Clone)]
pub struct Crowd {
    authorities: Vec<String>,
    shared: Arc<Shared>,
    client: Client,
}

struct Shared {
    key: KeyPair,
    heard: Mutex<Vec<Heard>>,
}

/// Something that a server of the crowd was sent.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The server.
    pub host: String,
    /// `Create`, `Update`, `Delete` …; what an `Announce` wraps, where it wraps an activity.
    pub verb: String,
    /// The id of what it is about.
    pub object: String,
    /// The content of what it is about, as far as it has one.
    pub content: Option<String>,
    /// When it came.
    pub at: Instant,
}

impl Crowd {
    /// Starts `count` servers that say to be Lemmy, so that groups tell them everything.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub async fn start(count: u32) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            key: KeyPair::generate_rsa().context("making a key failed")?,
            heard: Mutex::default(),
        });
        let router = Router::new()
            .route("/u/{name}", get(actor))
            .route("/inbox", post(inbox))
            .route("/.well-known/nodeinfo", get(nodeinfo_links))
            .route("/nodeinfo", get(nodeinfo))
            .with_state(shared.clone());
        let mut authorities = Vec::new();
        for number in 0..count {
            // 127.2.0.1 and on.
            let [.., high, low] = (number + 1).to_be_bytes();
            let address = SocketAddr::from((Ipv4Addr::new(127, 2, high, low), 0));
            let listener = TcpListener::bind(address).await.with_context(|| format!("binding {address}"))?;
            authorities.push(listener.local_addr()?.to_string());
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build()?;
        Ok(Self { authorities, shared, client })
    }

    /// Their addresses, as they stand in [`Heard::host`].
    pub fn hosts(&self) -> &[String] {
        &self.authorities
    }

    /// The id of an actor on one of them.
    pub fn actor(&self, server: usize, name: &str) -> String {
        format!("http://{}/u/{name}", self.authorities[server % self.authorities.len()])
    }

    /// The time, as activities carry it.
    #[expect(clippy::disallowed_methods, reason = "the servers that hear it go by the real time")]
    pub fn now() -> String {
        jiff::Timestamp::now().to_string()
    }

    /// Everything that they were sent so far, in the order in which it came.
    pub fn heard(&self) -> Vec<Heard> {
        self.shared.lock().clone()
    }

    /// Signs an activity as its actor and sends it. Gives the status of the answer.
    ///
    /// # Errors
    /// When there is none.
    pub async fn send(&self, inbox: &str, activity: &Value) -> anyhow::Result<StatusCode> {
        let body = serde_json::to_vec(activity)?;
        let actor = activity["actor"].as_str().context("no actor")?;
        let url = Iri::parse(inbox)?;
        let key_id = Iri::parse(&format!("{actor}#main-key"))?;
        let request = Outgoing { method: &"POST".parse()?, url: &url, body: Some(&body), now_ms: now() };
        let mut headers = sign_cavage(&request, &key_id, &self.shared.key).context("signing failed")?;
        headers.insert(header::CONTENT_TYPE, "application/activity+json".parse()?);
        let answer = self.client.post(inbox).headers(headers).body(body).send().await?;
        Ok(answer.status())
    }

    /// Sends until it is taken, as servers do: after a pause, and signed anew.
    ///
    /// # Errors
    /// When it is not taken within a minute.
    pub async fn insist(&self, inbox: &str, activity: &Value) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            match self.send(inbox, activity).await {
                Ok(StatusCode::ACCEPTED) => return Ok(()),
                answer if Instant::now() > deadline => {
                    anyhow::bail!("{} is not taken: {answer:?}", activity["id"]);
                }
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn of(host: &str, activity: &Value) -> Self {
        let told = if activity["type"] == "Announce" { &activity["object"] } else { activity };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let object = &told["object"];
        let id = if object.is_string() { object } else { &object["id"] };
        Self {
            host: host.to_owned(),
            verb: word(&told["type"]),
            object: word(id),
            content: object["content"].as_str().map(str::to_owned),
            at: Instant::now(),
        }
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

async fn inbox(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Ok(activity) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    shared.lock().push(Heard::of(authority(&headers), &activity));
    StatusCode::ACCEPTED
}

async fn nodeinfo_links(headers: HeaderMap) -> Json<Value> {
    let href = format!("http://{}/nodeinfo", authority(&headers));
    Json(json!({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": href}]}))
}

async fn nodeinfo() -> Json<Value> {
    Json(json!({
        "version": "2.0",
        "software": {"name": "lemmy", "version": "1"},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": false,
        "usage": {"users": {}},
        "metadata": {},
    }))
}
