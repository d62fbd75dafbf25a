//! What passes.

use guildhall_store::{Db, received, testing::on_both_engines};

use super::support::{Scene, dropped};
use crate::peer::Post;

on_both_engines! {
    async fn a_signed_activity_is_kept_with_its_exact_bytes(db: Db) {
        let scene = Scene::start(db).await;
        let post = scene.post();
        scene.accepted(&post).await;

        let kept = scene.here.kept().await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].body, post.body);
        assert_eq!(kept[0].actor.as_str(), scene.alice.id.as_str());
        assert_eq!(kept[0].host, scene.alice.id.authority());
        assert_eq!(kept[0].verb, "Follow");
        assert_eq!(kept[0].via, None);
    }

    async fn the_same_activity_twice_is_kept_once(db: Db) {
        let scene = Scene::start(db).await;
        scene.accepted(&scene.post()).await;
        assert_eq!(scene.outcome(&scene.post()).await, dropped("duplicate"));
        // By another way, too: signed anew, by the other scheme.
        let again = Post::rfc9421(&scene.here, &scene.alice.key_id, &scene.alice.key, &scene.follow());
        assert_eq!(scene.outcome(&again).await, dropped("duplicate"));
        assert_eq!(scene.here.kept().await.len(), 1);
    }

    async fn every_way_to_sign_is_understood(db: Db) {
        let scene = Scene::start(db).await;
        let (here, alice) = (&scene.here, &scene.alice);
        let now = here.now().as_millis();
        let mut number = 0;
        let mut activity = || {
            number += 1;
            let mut follow = scene.follow();
            follow["id"] = format!("{}/activities/{number}", scene.peer.base).into();
            follow
        };
        for post in [
            Post::cavage(here, alice, &activity()),
            Post::rfc9421(here, &alice.key_id, &alice.key, &activity()),
            Post::rfc9421(here, &alice.ed25519_id(), &alice.ed25519, &activity()),
            Post::signed_by(here, &alice.ed25519_id(), &alice.ed25519, &activity()),
            // The orders and additions of snac and Takahe, and the times of `hs2019`.
            Post::covering(here, alice, "(request-target) host digest date", now, &activity()),
            Post::covering(here, alice, "(request-target) host date digest content-type", now, &activity()),
            Post::covering(here, alice, "(request-target) (created) (expires) host digest", now, &activity()),
        ] {
            scene.accepted(&post).await;
        }
        assert_eq!(here.kept().await.len(), 7);
        assert_eq!(scene.peer.count_all(), 1, "one document holds all of her keys");
    }

    async fn the_other_media_type_is_taken_and_so_is_an_actors_own_inbox(db: Db) {
        let scene = Scene::start(db).await;
        let ld = "application/ld+json; charset=utf-8; profile=\"https://www.w3.org/ns/activitystreams\"";
        scene.accepted(&scene.post().header("content-type", ld)).await;

        let url = format!("{}/groups/gardening/inbox", scene.here.base);
        let mut follow = scene.follow();
        follow["id"] = format!("{}/activities/2", scene.peer.base).into();
        let post = Post::cavage_to(&scene.here, &url, &scene.alice, &follow);
        scene.accepted(&post).await;
        assert_eq!(scene.here.kept().await.len(), 2);
    }

    async fn a_worker_that_waits_gets_to_work(db: Db) {
        let scene = Scene::start(db).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let federation = scene.here.federation.clone();
        let worker = tokio::spawn(guildhall_federation::inbound::run(federation, "one".into(), 1, async {
            // Sent or dropped, it means the same.
            let _ = stopped.await;
        }));
        scene.accepted(&scene.post()).await;
        let ended = async {
            while received::next_due(&scene.here.federation.app.store).await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.unwrap();
        drop(stop);
        worker.await.unwrap();
    }
}
