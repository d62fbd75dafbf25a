//! Actors of the hostile peer, and their keys.

use std::sync::Arc;

use anyhow::anyhow;
use guildhall_activitypub::KeyPair;
use serde_json::{Value, json};

/// A key to sign with. Clones are one key.
#[derive(Debug, Clone)]
pub struct Key(Arc<KeyPair>);

/// An actor of the hostile peer.
#[derive(Debug, Clone)]
pub struct Persona {
    /// Its id.
    pub id: String,
    /// The id of its key.
    pub key_id: String,
    /// Its key.
    pub key: Key,
    /// Its honest document, with the key.
    pub document: Value,
}

impl Key {
    /// An Ed25519 key; takes microseconds.
    ///
    /// # Errors
    /// When the library fails.
    pub fn ed25519() -> anyhow::Result<Self> {
        Ok(Self(Arc::new(KeyPair::generate_ed25519().map_err(|error| anyhow!(error))?)))
    }

    /// An RSA key of 2048 bits; takes about 100 ms.
    ///
    /// # Errors
    /// When the library fails.
    pub fn rsa() -> anyhow::Result<Self> {
        Ok(Self(Arc::new(KeyPair::generate_rsa().map_err(|error| anyhow!(error))?)))
    }

    /// The public half in PEM.
    pub fn pem(&self) -> String {
        self.0.public().to_pem()
    }

    /// The public half as a Multikey.
    pub fn multikey(&self) -> String {
        self.0.public().to_multikey()
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.0.sign(text).unwrap_or_default()
    }
}

impl Persona {
    pub(super) fn new(base: &str, kind: &str, name: &str, key: Key) -> Self {
        let folder = if kind == "Group" { "c" } else { "users" };
        let id = format!("{base}/{folder}/{name}");
        let key_id = format!("{id}#main-key");
        let mut document = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": id,
            "type": kind,
            "preferredUsername": name,
            "inbox": format!("{id}/inbox"),
            "outbox": format!("{id}/outbox"),
            "followers": format!("{id}/followers"),
            "publicKey": { "id": key_id, "owner": id, "publicKeyPem": key.pem() },
        });
        if kind == "Group" {
            document["attributedTo"] = json!(format!("{id}/moderators"));
            document["featured"] = json!(format!("{id}/featured"));
        }
        Self { id, key_id, key, document }
    }

    /// An activity of this actor's with a new id, for the public.
    pub fn activity(&self, kind: &str, object: Value) -> Value {
        let mut activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.fresh("activities"),
            "type": kind,
            "actor": self.id,
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
        });
        activity["object"] = object;
        activity
    }

    /// A public note for a group.
    pub fn note(&self, group: &str, text: &str) -> Value {
        json!({
            "id": self.fresh("notes"),
            "type": "Note",
            "attributedTo": self.id,
            "content": format!("<p>{text}</p>"),
            "to": ["https://www.w3.org/ns/activitystreams#Public", group],
        })
    }

    /// A new id below this actor's.
    pub fn fresh(&self, folder: &str) -> String {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(1);
        format!("{}/{folder}/{}", self.id, NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
