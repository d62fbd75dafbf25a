//! New keys of our own actors, as a server meets them that goes by the keys it has until it is told of others.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use std::sync::Arc;
use std::time::Duration;

use guildhall_activitypub::{ACTIVITY_JSON, Iri, KeyPair};
use guildhall_app::App;
use guildhall_app::key::{self, find_owner};
use guildhall_app::port::{KeyMint, NewKeys, PortFuture};
use guildhall_domain::group::Admission;
use guildhall_store::{Db, signing_key};
use guildhall_testkit::{FakePeer, FixedClock, LocalGroup, PeerActor, TestInstance, on_both_engines};
use http::StatusCode;
use serde_json::{Value, json};

/// Longer than keys are used without looking again.
const A_WHILE: Duration = Duration::from_secs(4);

on_both_engines! {
    async fn a_follower_that_goes_by_the_old_key_is_led_to_the_new_one(db: Db) {
        let world = World::new(db).await;
        let World { here, peer, group, ann } = &world;
        here.post(group, ann, "First", "").await;
        here.run_until_idle().await;
        let old = world.shown_key(&group.ap_id).await;

        here.post(group, ann, "Second", "").await;
        world.rotate("gardening").await;
        here.post(group, ann, "Third", "").await;
        here.post(group, ann, "Fourth", "").await;
        assert_ne!(world.shown_key(&group.ap_id).await, old, "whoever asks finds the new one, told or not");
        here.run_until_idle().await;
        here.clock.advance(A_WHILE);
        here.post(group, ann, "Fifth", "").await;
        here.run_until_idle().await;

        let came = world.came();
        let (before, after) = came.split_at(came.iter().position(|came| came == "Update").unwrap());
        assert_eq!(before, ["Accept", "First", "Second"]);
        let mut after = after[1..].to_vec();
        after.sort();
        assert_eq!(after, ["Fifth", "Fourth", "Third"]);
        assert_eq!(peer.count_refused(), 0, "each was signed with the key that the peer had then");
        let update = peer.inbox().only("Update");
        assert_eq!(update["actor"], group.ap_id.as_str());
        assert_eq!(update["object"]["publicKey"]["publicKeyPem"], world.shown_key(&group.ap_id).await);
        assert_eq!(update["proof"], Value::Null, "it would be by a key that nobody knows");
    }

    async fn what_failed_before_the_news_is_sent_before_it(db: Db) {
        let world = World::new(db).await;
        let World { here, peer, group, ann } = &world;
        here.post(group, ann, "First", "").await;
        here.run_until_idle().await;
        peer.answer_deliveries(StatusCode::SERVICE_UNAVAILABLE);
        here.post(group, ann, "Second", "").await;
        here.run_until_idle().await;
        let tried = world.came().len();
        peer.answer_deliveries(StatusCode::ACCEPTED);
        world.rotate("gardening").await;
        here.post(group, ann, "Third", "").await;
        for _ in 0..3 {
            here.clock.advance(Duration::from_mins(1));
            here.run_until_idle().await;
        }
        assert_eq!(world.came().split_off(tried), ["Second", "Update", "Third"]);
        assert_eq!(peer.count_refused(), 0);
    }

    async fn a_person_has_the_servers_told_of_the_groups_that_they_are_in(db: Db) {
        let world = World::new(db).await;
        let World { here, peer, ann, .. } = &world;
        let theirs = peer.group("boats");
        let (boats, follow) = here.follow(ann, &theirs.id).await;
        here.run_until_idle().await;
        let accept = json!({
            "id": format!("{}/accept", theirs.id), "type": "Accept", "actor": theirs.id,
            "object": { "id": follow, "type": "Follow", "actor": ann.ap_id, "object": theirs.id },
        });
        assert_eq!(peer.deliver(&here.inbox(), &accept).await, StatusCode::ACCEPTED);
        here.run_until_idle().await;
        here.write(boats, ann, None, Some("First"), "").await;
        here.run_until_idle().await;
        let first = peer.inbox().only("Create");
        assert!(first["proof"].is_object());

        world.rotate("ann").await;
        here.write(boats, ann, None, Some("Second"), "").await;
        here.run_until_idle().await;
        let kinds: Vec<String> =
            peer.inbox().deliveries().iter().map(|came| came.kind().to_owned()).collect();
        assert_eq!(kinds.iter().filter(|kind| *kind != "Accept").collect::<Vec<_>>(), ["Follow", "Create", "Update", "Create"]);
        assert_eq!(peer.count_refused(), 0, "neither a signature nor a proof");
    }

    async fn old_keys_are_gone_some_time_after_everybody_was_told(db: Db) {
        let world = World::new(db).await;
        let World { here, group, ann, .. } = &world;
        // A server that the news is not for, and that nothing is sent to.
        let quiet = here.peer("mastodon").await;
        let boats = here.group("boats", Admission::Open).await;
        follow(here, &quiet, &quiet.actor("eve"), &boats).await;
        here.post(group, ann, "First", "").await;
        here.run_until_idle().await;
        world.rotate("gardening").await;
        here.run_until_idle().await;
        let count = async || signing_key::list_of(&here.app.store, group.id.actor()).await.unwrap().len();
        here.do_delivery_chores().await;
        assert_eq!(count().await, 4, "other processes may not know yet that there are new ones");
        here.clock.advance(Duration::from_mins(11));
        here.do_delivery_chores().await;
        assert_eq!(count().await, 2);
    }
}

/// A group of ours with Ann, and one follower, on a server that goes by the keys it has.
struct World {
    here: TestInstance,
    peer: FakePeer,
    group: LocalGroup,
    ann: guildhall_testkit::LocalPerson,
}

impl World {
    async fn new(db: Db) -> Self {
        let here = TestInstance::start(db, FixedClock::at("2026-03-01T12:00:00Z")).await;
        let peer = here.peer("lemmy").await;
        peer.keep_keys();
        let group = here.group("gardening", Admission::Open).await;
        let ann = here.person("ann").await;
        follow(&here, &peer, &peer.actor("bob"), &group).await;
        Self { here, peer, group, ann }
    }

    /// As `guildhall key rotate` does it.
    async fn rotate(&self, name: &str) {
        let app = App { keys: Arc::new(FreshKeys), ..self.here.app.clone() };
        let owner = find_owner(&app, name).await.unwrap().unwrap();
        key::rotate(&app, &owner).await.unwrap();
        self.here.clock.advance(A_WHILE);
    }

    /// The RSA key in an actor's document.
    async fn shown_key(&self, actor: &Iri) -> Value {
        let answer = reqwest::Client::new().get(actor.as_str()).header("accept", ACTIVITY_JSON).send();
        let document: Value = serde_json::from_slice(&answer.await.unwrap().bytes().await.unwrap()).unwrap();
        document["publicKey"]["publicKeyPem"].clone()
    }

    /// What the peer took, in the order in which it came: the titles of posts, the types of other activities.
    fn came(&self) -> Vec<String> {
        let word = |activity: &Value| {
            let post = &activity["object"]["object"]["name"];
            post.as_str().or(activity["type"].as_str()).unwrap().to_owned()
        };
        self.peer.inbox().deliveries().iter().map(|came| word(&came.activity)).collect()
    }
}

async fn follow(here: &TestInstance, peer: &FakePeer, bob: &PeerActor, group: &LocalGroup) {
    let follow = json!({
        "id": format!("{}/follow", bob.id), "type": "Follow", "actor": bob.id, "object": group.ap_id,
    });
    assert_eq!(peer.deliver(&group.inbox, &follow).await, StatusCode::ACCEPTED);
    here.run_until_idle().await;
}

/// Another pair of each kind every time.
struct FreshKeys;

impl KeyMint for FreshKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        let stored = |pair: KeyPair| (pair.public().to_bytes(), pair.to_pkcs8().unwrap());
        let rsa = stored(KeyPair::generate_rsa().unwrap());
        let ed25519 = stored(KeyPair::generate_ed25519().unwrap());
        Box::pin(async { NewKeys { rsa, ed25519 } })
    }
}
