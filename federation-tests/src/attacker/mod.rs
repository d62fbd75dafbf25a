//! A hostile peer: serves any answer under any path, signs anything with any key, sends any bytes, and records every
//! connection that is made to it.
//!
//! It listens on any address of 127.0.0.0/8, so that one process plays several hosts: attackers, and victims that nobody
//! may connect to.

mod answers;
mod forge;
mod persona;
mod raw;
mod reply;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::net::TcpListener;

pub use answers::Asked;
pub use forge::{Cavage, Rfc9421, now_ms};
pub use persona::{Key, Persona};
pub use raw::{Forged, Told};
pub use reply::Reply;

/// A hostile peer, or a victim's address under guard. Clones are one peer; it ends with the test.
#[derive(Debug, Clone)]
pub struct Attacker {
    address: SocketAddr,
    memory: Arc<Mutex<answers::Memory>>,
}

impl Attacker {
    /// Listens on an address such as `127.9.0.1`, at any port.
    ///
    /// # Errors
    /// When there is no such address here.
    pub async fn at(address: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((address.parse::<IpAddr>()?, 0)).await?;
        let peer = Self { address: listener.local_addr()?, memory: Arc::default() };
        answers::serve(listener, Arc::clone(&peer.memory));
        Ok(peer)
    }

    /// The host with its port, as in ids and handles.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The port alone.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// An address of this peer; the path begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers so to every request for a path (with its query), from now on.
    pub fn put(&self, path: &str, reply: Reply) {
        self.memory().replies.insert(path.to_owned(), reply);
    }

    /// Serves a document under its own id.
    pub fn serve(&self, document: &Value) {
        let id = document["id"].as_str().unwrap_or_default();
        let path = id.strip_prefix(&self.url("")).unwrap_or_default().to_owned();
        self.put(&path, Reply::document(document));
    }

    /// Answers so to everything that no other reply is for.
    pub fn put_else(&self, reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        self.memory().otherwise = Some(Arc::new(reply));
    }

    /// A person with an Ed25519 key, whose document is served.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn person(&self, name: &str) -> anyhow::Result<Persona> {
        self.persona("Person", name, Key::ed25519()?)
    }

    /// A group with empty collections, whose document is served.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn group(&self, name: &str) -> anyhow::Result<Persona> {
        let group = self.persona("Group", name, Key::ed25519()?)?;
        for part in ["moderators", "featured"] {
            let id = format!("{}/{part}", group.id);
            let list = serde_json::json!({ "id": id, "type": "OrderedCollection", "totalItems": 0, "orderedItems": [] });
            self.serve(&list);
        }
        Ok(group)
    }

    /// An actor of any type with any key, whose document is served.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn persona(&self, kind: &str, name: &str, key: Key) -> anyhow::Result<Persona> {
        let persona = Persona::new(&self.url(""), kind, name, key);
        self.serve(&persona.document);
        Ok(persona)
    }

    /// Everything that was asked or sent, in the order of arrival.
    pub fn asked(&self) -> Vec<Asked> {
        self.memory().asked.clone()
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.memory().asked.iter().filter(|asked| asked.target == path).count()
    }

    /// Activities that were sent here, in the order of arrival.
    pub fn received(&self) -> Vec<Value> {
        let memory = self.memory();
        let posted = memory.asked.iter().filter(|asked| asked.method == "POST");
        posted.filter_map(|asked| serde_json::from_slice(&asked.body).ok()).collect()
    }

    /// How many connections were made, whether anything was said on them or not.
    pub fn connections(&self) -> usize {
        self.memory().connections
    }

    fn memory(&self) -> MutexGuard<'_, answers::Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
