//! Activities that tests send.

use guildhall_activitypub::{Iri, PUBLIC};
use serde_json::{Value, json};

use super::{Peer, PeerActor};

pub(crate) fn follow(peer: &Peer, actor: &PeerActor, object: &str) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": peer.iri("/activities/follow/1"),
        "type": "Follow",
        "actor": actor.id,
        "object": object,
    })
}

pub(crate) fn note(id: &Iri, author: &Iri) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": id,
        "type": "Note",
        "attributedTo": author,
        "content": "<p>hello</p>",
        "to": [PUBLIC],
    })
}

pub(crate) fn create_note(peer: &Peer, actor: &PeerActor) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": peer.iri("/activities/create/1"),
        "type": "Create",
        "actor": actor.id,
        "to": [PUBLIC],
        "object": note(&peer.iri("/notes/1"), &actor.id),
    })
}
