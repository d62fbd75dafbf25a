//! Other servers in one process: many addresses of the loopback range behind one router. They sign what they send, keep
//! what they are sent in the order of its arrival, and answer as they are told to.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
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
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::Answer;

/// How long an answer of the server is waited for: longer than any that it should give.
const PATIENCE: Duration = Duration::from_mins(1);

/// Some servers with any number of actors each, who share one pair of keys: what is tested is the server that verifies,
/// not the making of keys.
#[derive(Debug)]
pub struct Hosts {
    authorities: Vec<String>,
    shared: Arc<Shared>,
    client: Client,
    _listeners: JoinSet<std::io::Result<()>>,
}

/// What was sent to an inbox.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The body, byte by byte.
    pub bytes: Bytes,
    /// The body.
    pub activity: Arc<Value>,
    /// When it came.
    pub at: Instant,
}

impl Arrival {
    /// Whether a group passed on an activity of this type.
    pub fn is_told(&self, kind: &str) -> bool {
        self.activity["type"] == "Announce" && self.activity["object"]["type"] == kind
    }
}

/// When a server answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pace {
    /// At once.
    #[default]
    AtOnce,
    /// After so long.
    After(Duration),
    /// Not until it is told to be otherwise.
    Never,
}

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Its inboxes.
    pub inbox: Pace,
    /// What they answer.
    pub status: u16,
    /// The documents of its actors.
    pub actors: Pace,
    /// Its `NodeInfo`.
    pub nodeinfo: Pace,
}

#[derive(Debug)]
struct Shared {
    key: KeyPair,
    software: &'static str,
    hosts: Mutex<Vec<Host>>,
    /// Milliseconds by which the clock of these servers is ahead.
    ahead: AtomicI64,
}

#[derive(Debug)]
struct Host {
    authority: String,
    manner: watch::Sender<Manner>,
    arrivals: Vec<Arrival>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { inbox: Pace::AtOnce, status: 202, actors: Pace::AtOnce, nodeinfo: Pace::AtOnce }
    }
}

impl Hosts {
    /// Starts `count` servers that say to be `software`.
    ///
    /// # Errors
    /// When one cannot listen.
    pub async fn start(count: u8, software: &'static str) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            key: KeyPair::generate_rsa().context("making a key failed")?,
            software,
            hosts: Mutex::default(),
            ahead: AtomicI64::new(0),
        });
        let router = router(shared.clone());
        let mut authorities = Vec::new();
        let mut listeners = JoinSet::new();
        for number in 0..count {
            let address = SocketAddr::from((Ipv4Addr::new(127, 2, 0, number + 1), 0));
            let listener = TcpListener::bind(address).await.with_context(|| format!("binding {address}"))?;
            let authority = listener.local_addr()?.to_string();
            let manner = watch::Sender::default();
            shared.hosts().push(Host { authority: authority.clone(), manner, arrivals: Vec::new() });
            authorities.push(authority);
            let router = router.clone();
            listeners.spawn(async move { axum::serve(listener, router).await });
        }
        let client = Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { authorities, shared, client, _listeners: listeners })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.authorities.len()
    }

    /// The authority of one of them.
    pub fn authority(&self, host: usize) -> &str {
        &self.authorities[host % self.authorities.len()]
    }

    /// The id of an actor of one of them: every name is one.
    pub fn actor(&self, host: usize, name: &str) -> String {
        format!("http://{}/u/{name}", self.authority(host))
    }

    /// Has one of them behave otherwise, also towards those who wait already.
    pub fn behave(&self, host: usize, manner: Manner) {
        self.shared.hosts()[host].manner.send_replace(manner);
    }

    /// Sets the clock that signatures are dated by, in milliseconds ahead of this machine's.
    pub fn set_clock(&self, ahead: i64) {
        self.shared.ahead.store(ahead, Ordering::Relaxed);
    }

    /// What one of them was sent, in the order in which it came; repetitions too.
    pub fn arrivals(&self, host: usize) -> Vec<Arrival> {
        self.shared.hosts()[host].arrivals.clone()
    }

    /// Signs an activity as its actor and sends it once.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn send(&self, inbox: &str, activity: &Value) -> anyhow::Result<Answer> {
        let body = serde_json::to_vec(activity)?;
        let headers = self.sign(inbox, activity, &body)?;
        let answer = self.client.post(inbox).headers(headers).body(body).send().await?;
        Answer::read(answer).await
    }

    /// The time, as activities carry it.
    pub fn now() -> String {
        jiff::Timestamp::from_millisecond(now()).unwrap_or_default().to_string()
    }

    fn sign(&self, inbox: &str, activity: &Value, body: &[u8]) -> anyhow::Result<HeaderMap> {
        let actor = activity["actor"].as_str().context("no actor")?;
        let url = Iri::parse(inbox)?;
        let key_id = Iri::parse(&format!("{actor}#main-key"))?;
        let now_ms = now().saturating_add(self.shared.ahead.load(Ordering::Relaxed));
        let request =
            Outgoing { method: &"POST".parse()?, url: &url, body: Some(body), now_ms, synchronization: None };
        let mut headers = sign_cavage(&request, &key_id, &self.shared.key).context("signing failed")?;
        headers.insert(header::CONTENT_TYPE, "application/activity+json".parse()?);
        Ok(headers)
    }
}

#[expect(clippy::disallowed_methods, reason = "signatures carry the real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Shared {
    fn hosts(&self) -> MutexGuard<'_, Vec<Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the server that a request was sent to.
    fn with<T>(&self, headers: &HeaderMap, act: impl FnOnce(&mut Host) -> T) -> Option<T> {
        let authority = authority(headers);
        self.hosts().iter_mut().find(|host| host.authority == authority).map(act)
    }

    /// Waits as that server is told to, and gives its manner then.
    async fn wait(&self, headers: &HeaderMap, pace: fn(&Manner) -> Pace) -> Manner {
        let Some(mut manner) = self.with(headers, |host| host.manner.subscribe()) else {
            return Manner::default();
        };
        let told = *manner.borrow();
        match pace(&told) {
            Pace::AtOnce => {}
            Pace::After(time) => tokio::time::sleep(time).await,
            // An error means that nobody could tell it any more.
            Pace::Never => drop(manner.wait_for(|manner| pace(manner) != Pace::Never).await),
        }
        *manner.borrow()
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/u/{name}", get(actor))
        .route("/inbox", post(inbox))
        .route("/.well-known/nodeinfo", get(nodeinfo_links))
        .route("/nodeinfo", get(nodeinfo))
        .with_state(shared)
}

fn authority(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

async fn actor(State(shared): State<Arc<Shared>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    shared.wait(&headers, |manner| manner.actors).await;
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

async fn inbox(State(shared): State<Arc<Shared>>, headers: HeaderMap, bytes: Bytes) -> StatusCode {
    let activity = Arc::new(serde_json::from_slice(&bytes).unwrap_or_default());
    let arrival = Arrival { bytes, activity, at: Instant::now() };
    shared.with(&headers, |host| host.arrivals.push(arrival));
    let manner = shared.wait(&headers, |manner| manner.inbox).await;
    StatusCode::from_u16(manner.status).unwrap_or_default()
}

async fn nodeinfo_links(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Json<Value> {
    shared.wait(&headers, |manner| manner.nodeinfo).await;
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
