//! Another server: answers with what it was given, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use guildhall_activitypub::{Iri, KeyPair};
use http::request::Parts;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::world::rsa;

/// What is answered for one path and query.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A document of ActivityPub.
    pub(crate) fn document(value: &Value) -> Self {
        Self::typed("application/activity+json", value.to_string())
    }

    /// A document of another type.
    pub(crate) fn typed(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![("content-type", media_type.to_owned())], body: body.into() }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn redirect(target: &str) -> Self {
        Self { status: 302, headers: vec![("location", target.to_owned())], body: Vec::new() }
    }
}

#[derive(Default)]
struct Memory {
    replies: HashMap<String, Reply>,
    asked: Vec<Parts>,
}

/// Another server, with its own origin.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) base: String,
    memory: Arc<Mutex<Memory>>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let memory = Arc::<Mutex<Memory>>::default();
        let router = Router::new().fallback(serve).with_state(memory.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, memory }
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.base.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    pub(crate) fn iri(&self, path: &str) -> Iri {
        Iri::parse(&format!("{}{path}", self.base)).unwrap()
    }

    /// Answers `reply` for a path with its query, from now on.
    pub(crate) fn put(&self, path: &str, reply: Reply) {
        self.memory.lock().unwrap().replies.insert(path.to_owned(), reply);
    }

    /// Answers a document under its own id.
    pub(crate) fn put_document(&self, value: &Value) {
        let id = Iri::parse(value["id"].as_str().unwrap()).unwrap();
        self.put(id.path_and_query(), Reply::document(value));
    }

    /// How often a path with its query was asked for.
    pub(crate) fn count(&self, path: &str) -> usize {
        let memory = self.memory.lock().unwrap();
        memory.asked.iter().filter(|parts| parts.uri.path_and_query().unwrap().as_str() == path).count()
    }

    /// How often anything was asked for.
    pub(crate) fn count_all(&self) -> usize {
        self.memory.lock().unwrap().asked.len()
    }

    /// The last request.
    pub(crate) fn last_asked(&self) -> Parts {
        self.memory.lock().unwrap().asked.last().cloned().unwrap()
    }

    /// Makes a person and serves its document.
    pub(crate) fn actor(&self, name: &str) -> PeerActor {
        self.actor_of("Person", name)
    }

    /// Makes an actor and serves its document.
    pub(crate) fn actor_of(&self, kind: &'static str, name: &str) -> PeerActor {
        let id = self.iri(&format!("/users/{name}"));
        let actor = PeerActor {
            key_id: Iri::parse(&format!("{id}#main-key")).unwrap(),
            id,
            kind,
            name: name.to_owned(),
            key: rsa(),
            ed25519: KeyPair::generate_ed25519().unwrap(),
        };
        self.serve_actor(&actor);
        actor
    }

    /// Serves an actor as it is now.
    pub(crate) fn serve_actor(&self, actor: &PeerActor) {
        self.put_document(&actor.document());
    }
}

async fn serve(State(memory): State<Arc<Mutex<Memory>>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().as_str().to_owned();
    let mut memory = memory.lock().unwrap();
    memory.asked.push(parts);
    let reply = memory.replies.get(&path).cloned().unwrap_or_else(|| Reply::status(404));
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

/// Somebody on another server.
#[derive(Clone)]
pub(crate) struct PeerActor {
    pub(crate) id: Iri,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) key_id: Iri,
    pub(crate) key: KeyPair,
    pub(crate) ed25519: KeyPair,
}

impl PeerActor {
    pub(crate) fn document(&self) -> Value {
        let id = &self.id;
        json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": self.kind,
            "preferredUsername": self.name,
            "inbox": format!("{id}/inbox"),
            "publicKey": {"id": self.key_id, "owner": id, "publicKeyPem": self.key.public().to_pem()},
            "assertionMethod": [{
                "id": format!("{id}#ed25519-key"),
                "type": "Multikey",
                "controller": id,
                "publicKeyMultibase": self.ed25519.public().to_multikey(),
            }],
        })
    }

    pub(crate) fn ed25519_id(&self) -> Iri {
        Iri::parse(&format!("{}#ed25519-key", self.id)).unwrap()
    }
}
