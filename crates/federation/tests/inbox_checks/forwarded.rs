//! What is passed on by others: by its own proof, or confirmed by its own server, or not at all.

use guildhall_activitypub::{PUBLIC, proof};
use guildhall_domain::ApId;
use guildhall_domain::admission::{End, Sanction};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use super::support::{Scene, dropped, refusal};
use crate::peer::{Peer, PeerActor, Post, Reply, create_note};

struct Relay {
    scene: Scene,
    other: Peer,
    forwarder: PeerActor,
}

impl Relay {
    async fn start(db: Db) -> Self {
        let other = Peer::start().await;
        let forwarder = other.actor_of("Group", "books");
        Self { scene: Scene::start(db).await, other, forwarder }
    }

    fn pass_on(&self, activity: &Value) -> Post {
        Post::cavage(&self.scene.here, &self.forwarder, activity)
    }

    fn create(&self) -> Value {
        create_note(&self.scene.peer, &self.scene.alice)
    }
}

on_both_engines! {
    async fn a_proof_is_as_good_as_a_signature(db: Db) {
        let relay = Relay::start(db).await;
        let alice = &relay.scene.alice;
        let now = relay.scene.here.now().as_millis();
        let create = proof::prove(relay.create(), &alice.ed25519_id(), &alice.ed25519, now).unwrap();
        relay.scene.accepted(&relay.pass_on(&create)).await;
        let kept = relay.scene.here.kept().await;
        assert_eq!(kept[0].actor.as_str(), alice.id.as_str());
        assert_eq!(relay.scene.peer.count_all(), 1, "only her keys were asked for");

        let mut spoiled = create.clone();
        spoiled["id"] = json!(relay.scene.peer.iri("/activities/create/2"));
        spoiled["object"]["content"] = json!("<p>something else</p>");
        assert_eq!(relay.scene.told(&relay.pass_on(&spoiled)).await.brief(), (401, "not-confirmed"));
        assert_eq!(relay.scene.here.kept().await.len(), 1);
    }

    async fn a_proof_of_another_origin_is_none(db: Db) {
        let relay = Relay::start(db).await;
        let now = relay.scene.here.now().as_millis();
        let key_id = relay.forwarder.ed25519_id();
        let create = proof::prove(relay.create(), &key_id, &relay.forwarder.ed25519, now).unwrap();
        assert_eq!(relay.scene.refused(&relay.pass_on(&create)).await, refusal(401, "not-confirmed"));
    }

    async fn its_own_server_confirms_an_activity_and_its_words_count(db: Db) {
        let relay = Relay::start(db).await;
        let create = relay.create();
        relay.scene.peer.put_document(&create);
        let mut passed_on = create.clone();
        passed_on["object"]["content"] = json!("<p>twisted</p>");
        relay.scene.accepted(&relay.pass_on(&passed_on)).await;
        let kept: Value = serde_json::from_slice(&relay.scene.here.kept().await[0].body).unwrap();
        assert_eq!(kept["object"]["content"], "<p>hello</p>");
    }

    async fn where_activities_are_not_shown_the_object_confirms_them(db: Db) {
        let relay = Relay::start(db).await;
        let create = relay.create();
        relay.scene.peer.put_document(&create["object"]);
        let mut passed_on = create.clone();
        passed_on["object"]["content"] = json!("<p>twisted</p>");
        passed_on["to"] = json!(["https://elsewhere.example/followers"]);
        relay.scene.accepted(&relay.pass_on(&passed_on)).await;
        let kept: Value = serde_json::from_slice(&relay.scene.here.kept().await[0].body).unwrap();
        assert_eq!(kept["object"]["content"], "<p>hello</p>");
        assert_eq!(kept["to"], json!([PUBLIC]));
        assert_eq!(kept["actor"], create["actor"]);
    }

    async fn a_delete_is_confirmed_by_what_is_no_longer_there(db: Db) {
        let relay = Relay::start(db).await;
        let object = relay.scene.peer.iri("/notes/1");
        let delete = json!({
            "id": relay.scene.peer.iri("/activities/delete/1"),
            "type": "Delete",
            "actor": relay.scene.alice.id,
            "object": object,
        });
        relay.scene.peer.put_document(&relay.create()["object"]);
        assert_eq!(relay.scene.refused(&relay.pass_on(&delete)).await, refusal(401, "not-confirmed"));
        relay.scene.peer.put("/notes/1", Reply::document(&json!({"id": object, "type": "Tombstone"})));
        relay.scene.accepted(&relay.pass_on(&delete)).await;
        assert_eq!(relay.scene.here.kept().await.len(), 1);
    }

    async fn nothing_is_believed_on_the_word_of_who_passed_it_on(db: Db) {
        let relay = Relay::start(db).await;
        let like = json!({
            "id": relay.scene.peer.iri("/activities/like/1"),
            "type": "Like",
            "actor": relay.scene.alice.id,
            "object": relay.scene.peer.iri("/notes/1"),
        });
        assert_eq!(relay.scene.refused(&relay.pass_on(&like)).await, refusal(401, "not-confirmed"));
        // Nor when the activity's server shows another actor's.
        let bob = relay.scene.peer.actor("bob");
        let mut of_bob = like.clone();
        of_bob["actor"] = json!(bob.id);
        relay.scene.peer.put_document(&of_bob);
        assert_eq!(relay.scene.refused(&relay.pass_on(&like)).await, refusal(401, "not-confirmed"));
    }

    async fn an_unsigned_forwarder_makes_nobody_be_asked(db: Db) {
        let relay = Relay::start(db).await;
        relay.scene.peer.put_document(&relay.create());
        let stranger = guildhall_activitypub::KeyPair::generate_rsa().unwrap();
        let post = Post::signed_by(&relay.scene.here, &relay.forwarder.key_id, &stranger, &relay.create());
        assert_eq!(relay.scene.refused(&post).await, refusal(401, "signature-mismatch"));
        assert_eq!(relay.scene.peer.count_all(), 0);
        assert_eq!(relay.other.count_all(), 1);
    }

    async fn a_server_that_cannot_be_asked_now_may_be_asked_later(db: Db) {
        let relay = Relay::start(db).await;
        relay.scene.peer.put("/activities/create/1", Reply::status(503));
        let told = relay.scene.told(&relay.pass_on(&relay.create())).await;
        assert_eq!(told.brief(), (503, "origin-unreachable"));
        assert!(told.retry_after.is_some());
    }

    async fn suspended_actors_do_not_come_in_by_anothers_hand(db: Db) {
        let relay = Relay::start(db).await;
        let federation = &relay.scene.here.federation;
        relay.scene.peer.put_document(&relay.create());
        let actor = federation.fetcher.actor(&ApId::new(relay.scene.alice.id.as_str())).await.unwrap();
        let mut tx = relay.scene.here.db().begin().await.unwrap();
        guildhall_store::standing::set(&mut tx, None, actor.id, Sanction::Ban, End::at(None)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(relay.scene.refused(&relay.pass_on(&relay.create())).await, dropped("suspended-actor"));
    }
}
