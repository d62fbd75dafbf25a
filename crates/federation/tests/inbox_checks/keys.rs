//! Step 14: keys and their owners, rotation, and how much anybody can make us fetch.

use std::time::Duration;

use guildhall_activitypub::{Iri, KeyPair};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use super::support::{Scene, refusal};
use crate::peer::{Here, PeerActor, Post, Reply, follow};

const MINUTE: Duration = Duration::from_mins(1);

on_both_engines! {
    async fn a_key_page_of_its_own_leads_to_its_owner_and_back(db: Db) {
        let scene = Scene::start(db).await;
        let mut carol = scene.peer.actor("carol");
        carol.key_id = scene.peer.iri("/users/carol/main-key");
        scene.peer.serve_actor(&carol);
        // GoToSocial: a stub with the owner's id.
        let key = json!({"id": carol.key_id, "owner": carol.id, "publicKeyPem": carol.key.public().to_pem()});
        let stub = json!({"id": carol.id, "type": "Person", "preferredUsername": "carol", "publicKey": key});
        scene.peer.put("/users/carol/main-key", Reply::document(&stub));
        let post = Post::cavage(&scene.here, &carol, &follow(&scene.peer, &carol, scene.group.as_str()));
        scene.accepted(&post).await;
        assert_eq!((scene.peer.count("/users/carol/main-key"), scene.peer.count("/users/carol")), (1, 1));
        assert_eq!(scene.here.kept().await.len(), 1);
    }

    async fn a_key_that_its_owner_does_not_list_is_no_key(db: Db) {
        let scene = Scene::start(db).await;
        // A page on the same host claims that alice owns the key; she does not say so.
        let mallory = KeyPair::generate_rsa().unwrap();
        let key_id = scene.peer.iri("/files/upload.json");
        let key = json!({"id": key_id, "owner": scene.alice.id, "publicKeyPem": mallory.public().to_pem()});
        scene.peer.put("/files/upload.json", Reply::document(&key));
        let post = Post::signed_by(&scene.here, &key_id, &mallory, &scene.follow());
        assert_eq!(scene.refused(&post).await, refusal(401, "key-not-listed"));
    }

    async fn an_upload_is_not_taken_for_an_actor(db: Db) {
        let scene = Scene::start(db).await;
        let mallory = KeyPair::generate_rsa().unwrap();
        let id = scene.peer.iri("/media/1.json");
        let fake = PeerActor {
            id: id.clone(),
            key_id: Iri::parse(&format!("{id}#main-key")).unwrap(),
            key: mallory,
            ..scene.alice.clone()
        };
        for (media_type, code) in [("text/plain", "key-not-fetched"), ("application/json", "key-not-fetched")] {
            scene.peer.put("/media/1.json", Reply::typed(media_type, fake.document().to_string()));
            let post = Post::cavage(&scene.here, &fake, &follow(&scene.peer, &fake, scene.group.as_str()));
            assert_eq!(scene.refused(&post).await, refusal(401, code), "{media_type}");
            scene.here.clock.advance(6 * MINUTE);
        }
        // With the right type, but naming another id: that one is asked, and knows nothing of this key.
        let mut posing = fake.document();
        posing["id"] = json!(scene.alice.id);
        scene.peer.put("/media/1.json", Reply::document(&posing));
        let mut follow = scene.follow();
        follow["actor"] = json!(scene.alice.id);
        let post = Post::signed_by(&scene.here, &fake.key_id, &fake.key, &follow);
        assert_eq!(scene.refused(&post).await, refusal(401, "key-not-listed"));
    }

    async fn a_key_that_lives_on_another_host_than_its_owner_is_refused(db: Db) {
        let scene = Scene::start(db).await;
        let other = crate::peer::Peer::start().await;
        let mallory = KeyPair::generate_rsa().unwrap();
        let key_id = other.iri("/keys/1");
        let key = json!({"id": key_id, "owner": scene.alice.id, "publicKeyPem": mallory.public().to_pem()});
        other.put("/keys/1", Reply::document(&key));
        let post = Post::signed_by(&scene.here, &key_id, &mallory, &scene.follow());
        assert_eq!(scene.refused(&post).await, refusal(401, "key-not-listed"));
        assert_eq!(scene.peer.count_all(), 0, "alice is not asked for a stranger's sake");
    }

    async fn a_rotated_key_is_found_and_the_old_one_is_no_longer_good(db: Db) {
        let scene = Scene::start(db).await;
        scene.accepted(&scene.post()).await;
        let mut renewed = scene.alice.clone();
        renewed.key = KeyPair::generate_rsa().unwrap();
        scene.peer.serve_actor(&renewed);
        let post = |actor: &PeerActor, number: u32| {
            let mut activity = scene.follow();
            activity["id"] = json!(scene.peer.iri(&format!("/activities/rotation/{number}")));
            Post::cavage(&scene.here, actor, &activity)
        };
        // Too early: the key has only just been fetched.
        assert_eq!(scene.told(&post(&renewed, 1)).await.brief(), (401, "signature-mismatch"));
        assert_eq!(scene.peer.count("/users/alice"), 1);

        scene.here.clock.advance(6 * MINUTE);
        scene.accepted(&post(&renewed, 2)).await;
        assert_eq!(scene.peer.count("/users/alice"), 2);
        assert_eq!(scene.told(&post(&scene.alice, 3)).await.brief(), (401, "signature-mismatch"));
        assert_eq!(scene.peer.count("/users/alice"), 2, "asked again at most once in ten minutes");
        assert_eq!(scene.here.kept().await.len(), 2);
    }

    async fn forged_signatures_make_us_ask_once_in_ten_minutes(db: Db) {
        let scene = Scene::start(db).await;
        scene.accepted(&scene.post()).await;
        scene.here.clock.advance(6 * MINUTE);
        let stranger = KeyPair::generate_ed25519().unwrap();
        let forge = |number: u32| {
            let mut activity = scene.follow();
            activity["id"] = json!(scene.peer.iri(&format!("/activities/forged/{number}")));
            Post::rfc9421(&scene.here, &scene.alice.ed25519_id(), &stranger, &activity)
        };
        for number in 0..10 {
            assert_eq!(scene.told(&forge(number)).await.brief(), (401, "signature-mismatch"));
        }
        assert_eq!(scene.peer.count("/users/alice"), 2);
        scene.here.clock.advance(11 * MINUTE);
        for number in 10..20 {
            scene.told(&forge(number)).await;
        }
        assert_eq!(scene.peer.count("/users/alice"), 3);
        assert_eq!(scene.here.kept().await.len(), 1);
    }

    async fn an_old_document_is_fetched_again_before_its_key_is_used(db: Db) {
        let scene = Scene::start(db).await;
        scene.accepted(&scene.post()).await;
        let mut renewed = scene.alice.clone();
        renewed.key = KeyPair::generate_rsa().unwrap();
        scene.peer.serve_actor(&renewed);
        scene.here.clock.advance(Duration::from_hours(25));
        let mut activity = scene.follow();
        activity["id"] = json!(scene.peer.iri("/activities/2"));
        let old_key = Post::cavage(&scene.here, &scene.alice, &activity);
        assert_eq!(scene.told(&old_key).await.brief(), (401, "signature-mismatch"));
    }

    async fn a_deleted_actor_comes_back_only_by_its_own_document(db: Db) {
        let scene = Scene::start(db).await;
        scene.accepted(&scene.post()).await;
        let known = scene.here.known(&scene.alice.id).await.unwrap();
        let mut tx = scene.here.db().begin().await.unwrap();
        guildhall_store::actor::mark_deleted(&mut tx, known.id, scene.here.now()).await.unwrap();
        tx.commit().await.unwrap();
        scene.peer.put("/users/alice", Reply::status(410));
        let follow = |number: u32| {
            let mut follow = scene.follow();
            follow["id"] = json!(scene.peer.iri(&format!("/activities/later/{number}")));
            follow
        };
        let with_old_key = Post::cavage(&scene.here, &scene.alice, &follow(1));
        assert_eq!(
            scene.told(&with_old_key).await.brief(),
            (401, "key-not-fetched"),
            "what was kept is worth nothing now"
        );

        scene.here.clock.advance(6 * MINUTE);
        let mut revived = scene.alice.clone();
        revived.key = KeyPair::generate_rsa().unwrap();
        scene.peer.serve_actor(&revived);
        let with_old_key = Post::cavage(&scene.here, &scene.alice, &follow(2));
        assert_eq!(scene.told(&with_old_key).await.brief(), (401, "signature-mismatch"), "nor is the old key");
        scene.accepted(&Post::cavage(&scene.here, &revived, &follow(3))).await;
        assert_eq!(scene.here.kept().await.len(), 2);
    }

    async fn many_fake_keys_cause_few_fetches(db: Db) {
        let here = Here::on(db, |setup| setup.limits.inbox.key_fetches_per_host_per_minute = 5).await;
        let scene = Scene::on(here).await;
        let mut refused = 0;
        for number in 0..40 {
            let key_id = scene.peer.iri(&format!("/users/fake{number}#main-key"));
            let mut activity = scene.follow();
            activity["actor"] = json!(key_id.without_fragment());
            let told = scene.told(&Post::signed_by(&scene.here, &key_id, &scene.alice.key, &activity)).await;
            if told.brief() == (429, "too-many-keys") {
                assert!(told.retry_after.is_some());
                refused += 1;
            } else {
                assert_eq!(told.brief(), (401, "key-not-fetched"));
            }
        }
        assert_eq!((scene.peer.count_all(), refused), (5, 35));
        assert!(scene.here.kept().await.is_empty());
    }

    async fn many_fragments_of_one_page_cause_one_fetch(db: Db) {
        let scene = Scene::start(db).await;
        for number in 0..20 {
            let key_id = Iri::parse(&format!("{}#fake{number}", scene.alice.id)).unwrap();
            let post = Post::signed_by(&scene.here, &key_id, &scene.alice.key, &scene.follow());
            assert_eq!(scene.refused(&post).await, refusal(401, "key-not-listed"));
        }
        assert_eq!(scene.peer.count_all(), 1);
    }

    async fn a_key_that_cannot_be_fetched_now_is_worth_another_try(db: Db) {
        let scene = Scene::start(db).await;
        scene.peer.put("/users/alice", Reply::status(503));
        let told = scene.told(&scene.post()).await;
        assert_eq!(told.brief(), (503, "key-not-fetched"));
        assert!(told.retry_after.is_some());
        scene.peer.serve_actor(&scene.alice);
        scene.here.clock.advance(6 * MINUTE);
        scene.accepted(&scene.post()).await;
    }

    async fn an_unavailable_store_is_no_fault_of_the_sender(db: Db) {
        let scene = Scene::start(db).await;
        scene.here.db().close().await;
        let told = scene.told(&scene.post()).await;
        assert_eq!(told.brief(), (503, "store"));
        assert!(told.retry_after.is_some());
    }
}
