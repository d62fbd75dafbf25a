//! Under which outcome the worker's activities are counted: the one that their use case came to.

use std::time::Duration;

use guildhall_activitypub::PUBLIC;
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_federation::inbound::run_until_idle;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FakePeer, FixedClock, PeerActor, Reply, TestInstance};
use http::StatusCode;
use serde_json::{Value, json};

use crate::peer::Counted;

struct World {
    here: TestInstance,
    peer: FakePeer,
    alice: PeerActor,
    counted: Counted,
}

impl World {
    async fn new(db: Db) -> Self {
        let here = TestInstance::start(db, FixedClock::default()).await;
        let peer = here.peer("mastodon").await;
        let alice = peer.actor("alice");
        Self { here, peer, alice, counted: Counted::default() }
    }

    fn activity(&self, number: u32, kind: &str, object: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.iri(&format!("/activities/{number}")),
            "type": kind,
            "actor": self.alice.id,
            "to": [PUBLIC],
            "object": object,
        })
    }

    /// Sends an activity; gives the outcomes that were counted when it was worked on, with what that brought up.
    async fn counted(&self, activity: &Value) -> Vec<String> {
        let told = self.peer.deliver(&self.here.inbox(), activity).await;
        assert_eq!(told, StatusCode::ACCEPTED, "{activity}");
        self.work().await
    }

    async fn work(&self) -> Vec<String> {
        self.counted.during(Box::pin(run_until_idle(&self.here.federation))).await.unwrap();
        self.counted.take("activities_processed_total")
    }
}

on_both_engines! {
    async fn an_activity_is_counted_as_what_its_use_case_decided(db: Db) {
        let world = World::new(db).await;
        for (number, (name, admission, outcome)) in
            (1..).zip([("open", Admission::Open, "applied"), ("quiet", Admission::Approval, "held"), ("guild", Admission::Invite, "refused")])
        {
            let group = world.here.group(name, admission).await;
            let follow = world.activity(number, "Follow", &json!(group.ap_id));
            assert_eq!(world.counted(&follow).await, [outcome], "{name}");
            assert_eq!(world.here.outcome(follow["id"].as_str().unwrap()).await, outcome, "{name}");
        }
    }

    async fn what_enters_a_group_is_counted_as_what_its_door_said(db: Db) {
        let world = World::new(db).await;
        let policy = |posting, review| Policy { admission: Admission::Open, posting, review, ..Policy::default() };
        for (number, (name, policy, outcome)) in (1..).zip([
            ("free", policy(Posting::Everyone, Review::None), "applied"),
            ("careful", policy(Posting::Everyone, Review::All), "held"),
            ("closed", policy(Posting::Moderators, Review::None), "refused"),
        ]) {
            let group = world.here.group_with(name, policy).await;
            let note = json!({
                "id": world.peer.iri(&format!("/notes/{number}")),
                "type": "Note",
                "attributedTo": world.alice.id,
                "content": "<p>hello</p>",
                "to": [PUBLIC, group.ap_id],
            });
            let create = world.activity(number, "Create", &note);
            assert_eq!(world.counted(&create).await, [outcome], "{name}");
        }
    }

    async fn what_comes_to_no_use_case_is_counted_as_well(db: Db) {
        let world = World::new(db).await;
        let like = world.activity(1, "Like", &json!(world.peer.iri("/notes/unknown")));
        world.peer.answer("/notes/unknown", Reply::status(StatusCode::NOT_FOUND));
        assert_eq!(world.counted(&like).await, ["ignored"]);
        let boost = world.activity(2, "Announce", &json!(world.peer.iri("/notes/unknown")));
        assert_eq!(world.counted(&boost).await, ["ignored"]);
    }

    async fn each_try_of_what_has_to_wait_is_counted(db: Db) {
        let world = World::new(db).await;
        let group = world.here.group("gardening", Admission::Open).await;
        world.peer.answer("/notes/parent", Reply::status(StatusCode::SERVICE_UNAVAILABLE));
        let reply = json!({
            "id": world.peer.iri("/notes/1"),
            "type": "Note",
            "attributedTo": world.alice.id,
            "content": "<p>hello</p>",
            "inReplyTo": world.peer.iri("/notes/parent"),
            "to": [PUBLIC, group.ap_id],
        });
        assert_eq!(world.counted(&world.activity(1, "Create", &reply)).await, ["retry"]);
        world.here.clock.advance(Duration::from_hours(1));
        assert_eq!(world.work().await, ["retry"]);
    }

    async fn what_a_group_passes_on_is_counted_twice_once_for_the_group_and_once_for_itself(db: Db) {
        let world = World::new(db).await;
        let books = world.peer.group("books");
        let reader = world.here.person("reader").await;
        world.here.follow(&reader, &books.id).await;
        let note = json!({
            "id": world.peer.iri("/notes/1"),
            "type": "Note",
            "attributedTo": world.alice.id,
            "name": "A title",
            "content": "<p>hello</p>",
            "audience": books.id,
            "to": [PUBLIC, books.id],
        });
        let mut announce = world.activity(1, "Announce", &world.activity(2, "Create", &note));
        announce["actor"] = json!(books.id);
        assert_eq!(world.counted(&announce).await, ["applied", "applied"]);
    }
}
