//! Actors of a peer.

use guildhall_activitypub::{Iri, KeyPair};
use serde_json::{Value, json};

use super::KeyIdStyle;

/// An actor of a peer, with its keys.
#[derive(Debug, Clone)]
pub struct PeerActor {
    /// Its global id.
    pub id: Iri,
    /// Its own inbox.
    pub inbox: Iri,
    /// The name before the `@`.
    pub name: String,
    /// The id of its RSA key.
    pub key_id: Iri,
    /// Its RSA key.
    pub rsa: KeyPair,
    /// The id of its Ed25519 key.
    pub ed25519_id: Iri,
    /// Its Ed25519 key.
    pub ed25519: KeyPair,
    /// What its server says about it.
    pub document: Value,
}

impl PeerActor {
    /// An actor of this document, with the keys in it replaced.
    pub(super) fn owning(mut document: Value, rsa: KeyPair) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let iri = |value: &Value| Iri::parse(value.as_str().expect("a URL")).unwrap();
        let (id, key_id) = (iri(&document["id"]), iri(&document["publicKey"]["id"]));
        let ed25519 = KeyPair::generate_ed25519().unwrap();
        let ed25519_id = Iri::parse(&format!("{id}#ed25519-key")).unwrap();
        document["publicKey"]["publicKeyPem"] = rsa.public().to_pem().into();
        document["assertionMethod"] = json!([{
            "id": ed25519_id,
            "type": "Multikey",
            "controller": id,
            "publicKeyMultibase": ed25519.public().to_multikey(),
        }]);
        Self {
            inbox: iri(&document["inbox"]),
            name: text(&document["preferredUsername"]),
            id,
            key_id,
            rsa,
            ed25519_id,
            ed25519,
            document,
        }
    }

    /// `@name@host`
    pub fn handle(&self) -> String {
        format!("@{}@{}", self.name, self.id.authority())
    }

    /// What is served under a key's id that has a path of its own: a stub of the actor, as GoToSocial has it.
    pub(super) fn key_page(&self) -> Option<Value> {
        (self.key_id.without_fragment() != self.id).then(|| {
            json!({
                "@context": ["https://w3id.org/security/v1", "https://www.w3.org/ns/activitystreams"],
                "id": self.id,
                "type": self.document["type"],
                "preferredUsername": self.name,
                "publicKey": self.document["publicKey"],
            })
        })
    }
}

/// The document of an actor that was not recorded.
pub(super) fn document(id: &Iri, kind: &str, name: &str, key_id: KeyIdStyle, base: &str) -> Value {
    let mut document = json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": id,
        "type": kind,
        "preferredUsername": name,
        "name": name,
        "inbox": format!("{id}/inbox"),
        "outbox": format!("{id}/outbox"),
        "followers": format!("{id}/followers"),
        "url": format!("{base}/@{name}"),
        "endpoints": { "sharedInbox": format!("{base}/inbox") },
        "publicKey": { "id": key_id.of(id), "owner": id },
    });
    if kind == "Group" {
        document["attributedTo"] = format!("{id}/moderators").into();
        document["featured"] = format!("{id}/featured").into();
    }
    document
}
