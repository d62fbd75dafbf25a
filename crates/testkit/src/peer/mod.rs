//! Another server: real HTTP on loopback, with keys of its own. It serves what it is given, remembers what it is asked and
//! sent, and takes nothing whose signature does not hold.

mod actor;
mod inbox;
mod server;
mod sign;
mod verify;

use std::sync::{Arc, Mutex, MutexGuard};

use guildhall_activitypub::{Iri, Object};
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::FixedClock;
use crate::keys::rsa_of_peer;

pub use actor::PeerActor;
pub use inbox::{Delivered, Inbox};
pub use server::Reply;
pub(crate) use sign::parameter;
pub use sign::{KeyIdStyle, Signing};

/// Another server. Clones are one server.
#[derive(Clone)]
pub struct FakePeer {
    /// Where it is reached, and what its ids begin with.
    pub base: String,
    /// The authority of its handles and ids.
    pub host: String,
    pub(crate) clock: FixedClock,
    signing: Signing,
    client: reqwest::Client,
    memory: Arc<Mutex<server::Memory>>,
}

impl FakePeer {
    /// A server that says in its NodeInfo to run `software`, and signs as that software does.
    pub async fn start(software: &str, clock: FixedClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let peer = Self {
            base: format!("http://{host}"),
            host,
            clock,
            signing: Signing::of(software),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            memory: Arc::default(),
        };
        peer.put_nodeinfo(software);
        server::serve(listener, peer.clone());
        peer
    }

    /// Signs in another way from now on.
    #[must_use]
    pub fn signing(mut self, signing: Signing) -> Self {
        self.signing = signing;
        self
    }

    /// How it signs.
    pub fn how_it_signs(&self) -> &Signing {
        &self.signing
    }

    /// An address of this server; the path begins with a slash.
    pub fn iri(&self, path: &str) -> Iri {
        Iri::parse(&format!("{}{path}", self.base)).unwrap()
    }

    /// A person, whose document is served from now on.
    pub fn actor(&self, name: &str) -> PeerActor {
        self.actor_of("Person", &format!("/users/{name}"), name)
    }

    /// A group with empty collections of moderators and featured posts.
    pub fn group(&self, name: &str) -> PeerActor {
        let group = self.actor_of("Group", &format!("/c/{name}"), name);
        for part in ["moderators", "featured"] {
            let id = format!("{}/{part}", group.id);
            self.put(&serde_json::json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] }));
        }
        group
    }

    /// Any actor.
    pub fn actor_of(&self, kind: &str, path: &str, name: &str) -> PeerActor {
        let document = actor::document(&self.iri(path), kind, name, self.signing.key_id, &self.base);
        self.own(document)
    }

    /// Takes an actor's document over: it is served with keys of this server's own under the ids that it lists.
    pub fn own(&self, document: Value) -> PeerActor {
        let number = self.memory().actors.len();
        let owned = PeerActor::owning(document, rsa_of_peer(number));
        self.serve_actor(&owned);
        self.memory().actors.push(owned.clone());
        owned
    }

    /// Serves an actor's document as it is now.
    pub fn serve_actor(&self, actor: &PeerActor) {
        self.put(&actor.document);
        if let Some(stub) = actor.key_page() {
            self.answer(actor.key_id.path_and_query(), Reply::document(&stub));
        }
    }

    /// Serves a document under its own id.
    pub fn put(&self, document: &Value) {
        let id = Iri::parse(document["id"].as_str().expect("a document with an id")).unwrap();
        self.answer(id.path_and_query(), Reply::document(document));
    }

    /// Answers so to a GET of a path with its query, from now on.
    pub fn answer(&self, path: &str, reply: Reply) {
        self.memory().replies.insert(path.to_owned(), reply);
    }

    /// Answers 410 for an id, from now on.
    pub fn bury(&self, id: &Iri) {
        self.answer(id.path_and_query(), Reply::status(StatusCode::GONE));
    }

    /// Answers so to what is delivered, from now on.
    pub fn answer_deliveries(&self, status: StatusCode) {
        self.memory().delivery_status = status;
    }

    /// Goes by the keys that it has seen from now on, and asks for those of an actor again only after an `Update` of it
    /// that holds by what it has.
    pub fn keep_keys(&self) {
        self.memory().kept_keys = Some(std::collections::HashMap::new());
    }

    /// How many deliveries it refused, since their signature or proof did not hold.
    pub fn count_refused(&self) -> usize {
        self.memory().refused
    }

    /// How often an id was asked for.
    pub fn count(&self, id: &Iri) -> usize {
        let memory = self.memory();
        memory.asked.iter().filter(|path| *path == id.path_and_query()).count()
    }

    /// How often anything was asked for, deliveries aside.
    pub fn count_all(&self) -> usize {
        self.memory().asked.len()
    }

    /// Sends an activity in the name of its actor, signed, and gives the answer's status.
    pub async fn deliver(&self, inbox: &Iri, activity: &Value) -> StatusCode {
        let actor = self.actor_with_id(activity["actor"].as_str().expect("an activity with an actor"));
        self.deliver_as(&actor, inbox, activity).await
    }

    /// Sends an activity with the signature of any actor of this server.
    pub async fn deliver_as(&self, signer: &PeerActor, inbox: &Iri, activity: &Value) -> StatusCode {
        self.deliver_bytes(signer, inbox, activity.to_string().into_bytes()).await
    }

    /// Sends any bytes with the signature of an actor of this server.
    pub async fn deliver_bytes(&self, signer: &PeerActor, inbox: &Iri, body: Vec<u8>) -> StatusCode {
        let headers = self.signing.sign(signer, inbox, &body, self.clock.time());
        let request = self.client.post(inbox.as_str()).headers(headers).body(body);
        request.send().await.unwrap().status()
    }

    /// What came to an actor's own inbox or to the shared one, in the order of arrival.
    pub fn inbox_of(&self, actor: &PeerActor) -> Inbox {
        let own = actor.inbox.path_and_query();
        let memory = self.memory();
        let found = memory.delivered.iter().filter(|came| came.path == own || came.path == "/inbox");
        Inbox::new(found.cloned().collect())
    }

    /// Everything that came, in the order of arrival.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(self.memory().delivered.clone())
    }

    /// Everything that came since the last call.
    pub fn take(&self) -> Inbox {
        Inbox::new(std::mem::take(&mut self.memory().delivered))
    }

    /// The actor of this server with an id.
    pub fn actor_with_id(&self, id: &str) -> PeerActor {
        let memory = self.memory();
        let found = memory.actors.iter().find(|actor| actor.id.as_str() == id);
        found.unwrap_or_else(|| panic!("{id} is no actor of this server")).clone()
    }

    /// The actor of this server that has a key.
    pub(crate) fn actor_with_key(&self, key_id: &Iri) -> PeerActor {
        let memory = self.memory();
        let found = memory.actors.iter().find(|actor| actor.key_id == *key_id);
        found.unwrap_or_else(|| panic!("{key_id} is no key of this server")).clone()
    }

    /// Fetches an object of this instance as anybody can, for comparison with what was sent.
    pub async fn fetch(&self, id: &Iri) -> Object {
        let answer = self.client.get(id.as_str()).header("accept", guildhall_activitypub::ACTIVITY_JSON);
        let body = answer.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
        Object::read(&serde_json::from_slice(&body).unwrap()).unwrap()
    }

    /// The status with which this instance answers a GET by anybody.
    pub async fn fetch_status(&self, id: &Iri) -> StatusCode {
        let request = self.client.get(id.as_str()).header("accept", guildhall_activitypub::ACTIVITY_JSON);
        request.send().await.unwrap().status()
    }

    fn put_nodeinfo(&self, software: &str) {
        let href = format!("{}/nodeinfo/2.1", self.base);
        let rel = "http://nodeinfo.diaspora.software/ns/schema/2.1";
        let links = serde_json::json!({ "links": [{ "rel": rel, "href": href }] });
        self.answer("/.well-known/nodeinfo", Reply::json(&links));
        let document = serde_json::json!({
            "version": "2.1",
            "software": { "name": software, "version": "1.0" },
            "protocols": ["activitypub"],
            "services": { "inbound": [], "outbound": [] },
            "openRegistrations": false,
            "usage": { "users": {} },
            "metadata": {},
        });
        self.answer("/nodeinfo/2.1", Reply::json(&document));
    }

    fn memory(&self) -> MutexGuard<'_, server::Memory> {
        self.memory.lock().unwrap()
    }
}
