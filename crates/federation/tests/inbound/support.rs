//! An instance with a group, another server with a person, and the activities they send.

use std::sync::atomic::{AtomicU32, Ordering};

use guildhall_activitypub::{Iri, PUBLIC};
use guildhall_domain::group::Admission;
use guildhall_store::Db;
use guildhall_testkit::{FakePeer, FixedClock, LocalGroup, PeerActor, TestInstance};
use http::StatusCode;
use serde_json::{Value, json};

/// An instance with an open group, and alice on another server.
pub(crate) struct World {
    pub(crate) here: TestInstance,
    pub(crate) group: LocalGroup,
    pub(crate) peer: FakePeer,
    pub(crate) alice: PeerActor,
}

impl World {
    /// alice's server runs `software`.
    pub(crate) async fn new(db: Db, software: &str) -> Self {
        Self::on(TestInstance::start(db, FixedClock::default()).await, software).await
    }

    /// The same on an instance with settings of its own.
    pub(crate) async fn on(here: TestInstance, software: &str) -> Self {
        let group = here.group("gardening", Admission::Open).await;
        let peer = here.peer(software).await;
        let alice = peer.actor("alice");
        Self { here, group, peer, alice }
    }

    /// The same, with alice in the group.
    pub(crate) async fn with_member(db: Db, software: &str) -> Self {
        let world = Self::new(db, software).await;
        assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "applied");
        world.peer.take();
        world
    }

    /// Sends an activity from alice's server, lets everything happen that comes of it, and gives its outcome.
    pub(crate) async fn send(&self, activity: &Value) -> String {
        self.send_from(&self.peer, activity).await
    }

    /// The same from any server.
    pub(crate) async fn send_from(&self, peer: &FakePeer, activity: &Value) -> String {
        assert_eq!(peer.deliver(&self.here.inbox(), activity).await, StatusCode::ACCEPTED, "{activity}");
        self.here.run_until_idle().await;
        self.here.outcome(id(activity)).await
    }

    /// Sends an activity and gives the status alone.
    pub(crate) async fn status(&self, activity: &Value) -> StatusCode {
        self.peer.deliver(&self.here.inbox(), activity).await
    }

    /// Another server with somebody who follows the group.
    pub(crate) async fn follower(&self, software: &str, name: &str) -> (FakePeer, PeerActor) {
        let peer = self.here.peer(software).await;
        let person = peer.actor(name);
        assert_eq!(self.send_from(&peer, &follow(&person, &self.group.ap_id)).await, "applied");
        peer.take();
        (peer, person)
    }

    /// alice posts a note to the group; gives the note.
    pub(crate) async fn posted(&self, text: &str) -> Value {
        let note = to_group(note(&self.alice, text), &self.group.ap_id);
        assert_eq!(self.send(&create(&self.alice, &note)).await, "applied");
        note
    }

    /// A note of alice's that answers something.
    pub(crate) fn reply(&self, to: &str, text: &str) -> Value {
        note(&self.alice, text).with(json!({ "inReplyTo": to }))
    }
}

/// A new id on an actor's server.
pub(crate) fn fresh(actor: &PeerActor, folder: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("http://{}/{folder}/{number}", actor.id.authority())
}

/// The id of a document.
pub(crate) fn id(document: &Value) -> &str {
    document["id"].as_str().expect("a document with an id")
}

/// Sets or replaces fields of a document.
pub(crate) trait With {
    fn with(self, fields: Value) -> Value;
}

impl With for Value {
    fn with(mut self, fields: Value) -> Value {
        let (members, Value::Object(fields)) = (self.as_object_mut().expect("an object"), fields) else {
            panic!("fields are an object");
        };
        members.extend(fields);
        self
    }
}

/// Any activity, for the public.
pub(crate) fn activity(actor: &PeerActor, kind: &str, object: Value) -> Value {
    let mut activity = json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": fresh(actor, "activities"),
        "type": kind,
        "actor": actor.id,
        "to": [PUBLIC],
    });
    activity["object"] = object;
    activity
}

pub(crate) fn follow(actor: &PeerActor, object: &Iri) -> Value {
    activity(actor, "Follow", json!(object)).with(json!({ "to": [object] }))
}

pub(crate) fn undo(actor: &PeerActor, object: &Value) -> Value {
    activity(actor, "Undo", object.clone())
}

/// A public note that answers nothing and names nobody.
pub(crate) fn note(actor: &PeerActor, text: &str) -> Value {
    json!({
        "id": fresh(actor, "notes"),
        "type": "Note",
        "attributedTo": actor.id,
        "content": format!("<p>{text}</p>"),
        "published": "2026-03-01T11:59:00Z",
        "to": [PUBLIC],
    })
}

/// The same, addressed to a group as well.
pub(crate) fn to_group(note: Value, group: &Iri) -> Value {
    note.with(json!({ "to": [PUBLIC, group] }))
}

pub(crate) fn create(actor: &PeerActor, object: &Value) -> Value {
    activity(actor, "Create", object.clone())
}

pub(crate) fn update(actor: &PeerActor, object: &Value) -> Value {
    activity(actor, "Update", object.clone())
}

pub(crate) fn delete(actor: &PeerActor, object: &str) -> Value {
    activity(actor, "Delete", json!(object))
}

pub(crate) fn like(actor: &PeerActor, object: &str) -> Value {
    activity(actor, "Like", json!(object))
}

pub(crate) fn announce(group: &PeerActor, object: &Value) -> Value {
    activity(group, "Announce", object.clone()).with(json!({ "cc": [format!("{}/followers", group.id)] }))
}

pub(crate) fn mention(href: &Iri) -> Value {
    json!({ "type": "Mention", "href": href, "name": format!("@{href}") })
}
