//! The server itself.

use std::collections::HashMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use guildhall_activitypub::ACTIVITY_JSON;
use guildhall_activitypub::actor::ActorKey;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::form_urlencoded;

use super::{FakePeer, PeerActor, inbox::Delivered, verify};

/// More than any test sends.
const MAX_BODY: usize = 4 << 20;

/// What is answered to a GET.
#[derive(Debug, Clone)]
pub struct Reply {
    status: StatusCode,
    media_type: String,
    body: Vec<u8>,
}

impl Reply {
    /// A document of ActivityPub.
    pub fn document(value: &Value) -> Self {
        Self::typed(ACTIVITY_JSON, value.to_string())
    }

    /// Plain JSON.
    pub fn json(value: &Value) -> Self {
        Self::typed("application/json", value.to_string())
    }

    /// Any bytes of any type.
    pub fn typed(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: StatusCode::OK, media_type: media_type.to_owned(), body: body.into() }
    }

    /// A status without a body.
    pub fn status(status: StatusCode) -> Self {
        Self { status, media_type: ACTIVITY_JSON.to_owned(), body: Vec::new() }
    }
}

/// What the server knows and remembers.
pub(super) struct Memory {
    pub(super) replies: HashMap<String, Reply>,
    /// Paths with queries of all GETs.
    pub(super) asked: Vec<String>,
    pub(super) delivered: Vec<Delivered>,
    pub(super) actors: Vec<PeerActor>,
    pub(super) delivery_status: StatusCode,
    /// Deliveries whose signature or proof did not hold.
    pub(super) refused: usize,
    /// The keys it goes by, where it does not ask each time.
    pub(super) kept_keys: Option<HashMap<String, ActorKey>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            replies: HashMap::new(),
            asked: Vec::new(),
            delivered: Vec::new(),
            actors: Vec::new(),
            delivery_status: StatusCode::ACCEPTED,
            refused: 0,
            kept_keys: None,
        }
    }
}

impl Memory {
    /// An actor that says that it has changed is asked for its keys again.
    fn hear_of_keys(&mut self, activity: &Value) {
        let actor = activity["actor"].as_str().unwrap_or_default();
        if let Some(kept) = &mut self.kept_keys
            && activity["type"] == "Update"
            && activity["object"]["id"] == actor
        {
            kept.retain(|_, key| key.owner.as_ref().is_none_or(|owner| owner.as_str() != actor));
        }
    }
}

/// Serves until the test ends.
pub(super) fn serve(listener: TcpListener, peer: FakePeer) {
    let router = Router::new().fallback(answer).with_state(peer);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
}

async fn answer(State(peer): State<FakePeer>, request: Request) -> Response {
    let reply =
        if request.method() == Method::POST { take(&peer, request).await } else { look_up(&peer, &request) };
    let response = Response::builder().status(reply.status).header("content-type", reply.media_type);
    response.body(Body::from(reply.body)).unwrap()
}

fn look_up(peer: &FakePeer, request: &Request) -> Reply {
    let path = request.uri().path_and_query().unwrap().as_str().to_owned();
    let mut memory = peer.memory();
    memory.asked.push(path.clone());
    let found = memory.replies.get(&path).cloned();
    drop(memory);
    let discovered = || (request.uri().path() == "/.well-known/webfinger").then(|| webfinger(peer, request));
    found.or_else(|| discovered().flatten()).unwrap_or_else(|| Reply::status(StatusCode::NOT_FOUND))
}

fn webfinger(peer: &FakePeer, request: &Request) -> Option<Reply> {
    let query = request.uri().query().unwrap_or_default();
    let (_, resource) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "resource")?;
    let name = resource.strip_prefix("acct:")?.strip_suffix(&format!("@{}", peer.host))?;
    let memory = peer.memory();
    let found: Vec<&PeerActor> = memory.actors.iter().filter(|actor| actor.name == name).collect();
    let links: Vec<Value> =
        found.iter().map(|actor| json!({ "rel": "self", "type": ACTIVITY_JSON, "href": actor.id })).collect();
    let document = json!({ "subject": resource, "links": links });
    (!found.is_empty()).then(|| Reply::typed("application/jrd+json", document.to_string()))
}

async fn take(peer: &FakePeer, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap();
    match verify::check(peer, &parts, &body).await {
        Ok(sender) => {
            let path = parts.uri.path().to_owned();
            let activity: Value = serde_json::from_slice(&body).unwrap();
            let mut memory = peer.memory();
            memory.hear_of_keys(&activity);
            memory.delivered.push(Delivered { path, activity, body, sender, headers: parts.headers });
            Reply::status(memory.delivery_status)
        }
        Err(reason) => {
            eprintln!("{} refused a delivery: {reason}", peer.base);
            peer.memory().refused += 1;
            Reply::status(StatusCode::UNAUTHORIZED)
        }
    }
}
