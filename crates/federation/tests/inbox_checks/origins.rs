//! Steps 10, 12, 13, 15 and 16: who may speak for whom.

use guildhall_domain::admission::{End, Sanction};
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{Db, peering, standing, testing::on_both_engines};
use serde_json::json;

use super::support::{Scene, dropped, refusal};
use crate::peer::{Here, Peer, Post, Reply, create_note, follow, note};

on_both_engines! {
    async fn keys_at_forbidden_addresses_are_not_asked_for(db: Db) {
        let scene = Scene::start(db).await;
        for key_id in [
            "http://10.0.0.1/key",
            "https://169.254.169.254/latest#key",
            "https://[::1]/key",
            "https://[::ffff:10.0.0.1]/key",
            "http://0x0a000001/key",
            "https://2130706433.example@10.0.0.1/key",
        ] {
            let signature = scene.post().value("signature").replace(scene.alice.key_id.as_str(), key_id);
            let (status, code) = scene.refused_unasked(&scene.post().header("signature", &signature)).await;
            assert_eq!(status, 401, "{key_id}");
            assert!(["key-id", "signature-key-id"].contains(&code.as_str()), "{key_id}: {code}");
        }
    }

    async fn plain_http_is_for_those_who_allow_it(db: Db) {
        let scene = Scene::on(Here::on(db, |setup| setup.allow_http = false).await).await;
        assert_eq!(scene.refused_unasked(&scene.post()).await, refusal(401, "key-id"));
    }

    async fn nobody_else_has_a_key_of_ours(db: Db) {
        let scene = Scene::start(db).await;
        let ours = guildhall_activitypub::Iri::parse(&format!("{}#main-key", scene.group)).unwrap();
        let post = Post::signed_by(&scene.here, &ours, &scene.alice.key, &scene.follow());
        assert_eq!(scene.refused_unasked(&post).await, refusal(401, "key-id"));
    }

    async fn nobody_else_speaks_for_our_actors(db: Db) {
        let scene = Scene::start(db).await;
        let base = &scene.here.base;
        let mut own_actor = scene.follow();
        own_actor["actor"] = json!(scene.group);
        own_actor["id"] = json!(format!("{base}/activities/1"));
        let post = Post::cavage(&scene.here, &scene.alice, &own_actor);
        assert_eq!(scene.refused_unasked(&post).await, refusal(403, "own-actor"));

        let mut claimed = scene.follow();
        claimed["id"] = json!(format!("{base}/activities/1"));
        let post = Post::cavage(&scene.here, &scene.alice, &claimed);
        assert_eq!(scene.refused_unasked(&post).await, refusal(401, "foreign-id"));

        let mut create = create_note(&scene.peer, &scene.alice);
        create["object"]["id"] = json!(format!("{base}/posts/1"));
        let post = Post::cavage(&scene.here, &scene.alice, &create);
        assert_eq!(scene.refused(&post).await, refusal(403, "foreign-object"));
    }

    async fn an_id_of_another_origin_is_refused_in_every_spelling(db: Db) {
        let scene = Scene::start(db).await;
        let (own, next) = (scene.peer.port(), scene.peer.port() ^ 1);
        for origin in [
            format!("https://127.0.0.1:{own}"),
            "http://127.0.0.1".to_owned(),
            format!("http://127.0.0.1:{next}"),
            format!("http://localhost:{own}"),
            format!("http://127.0.0.2:{own}"),
            "http://xn--bcher-kva.example".to_owned(),
        ] {
            let mut activity = scene.follow();
            activity["id"] = json!(format!("{origin}/activities/1"));
            let post = Post::cavage(&scene.here, &scene.alice, &activity);
            assert_eq!(scene.refused_unasked(&post).await, refusal(401, "foreign-id"), "{origin}");
        }
        for id in [format!("http://peer.example.:{own}/1"), format!("http://x@127.0.0.1:{own}/1")] {
            let mut activity = scene.follow();
            activity["id"] = json!(id);
            let post = Post::cavage(&scene.here, &scene.alice, &activity);
            assert_eq!(scene.refused_unasked(&post).await, refusal(422, "malformed"), "{id}");
        }
    }

    async fn a_key_signs_for_its_owner_and_for_nobody_else_on_the_same_host(db: Db) {
        let scene = Scene::start(db).await;
        let bob = scene.peer.actor("bob");
        let post = Post::cavage(&scene.here, &scene.alice, &follow(&scene.peer, &bob, scene.group.as_str()));
        assert_eq!(scene.refused(&post).await, refusal(401, "key-of-another"));
        assert!(scene.here.known(&bob.id).await.is_none(), "bob was not looked up for it");
    }

    async fn a_key_of_another_host_does_not_sign_for_an_actor(db: Db) {
        let scene = Scene::start(db).await;
        let other = Peer::start().await;
        let mallory = other.actor("mallory");
        let post = Post::cavage(&scene.here, &mallory, &scene.follow());
        assert_eq!(scene.refused(&post).await, refusal(401, "not-confirmed"));
    }

    async fn the_object_belongs_to_the_actors_origin_and_is_by_the_actor(db: Db) {
        let scene = Scene::start(db).await;
        let other = Peer::start().await;
        let base = create_note(&scene.peer, &scene.alice);
        let bob = scene.peer.iri("/users/bob");
        for (object, code) in [
            (note(&other.iri("/notes/1"), &scene.alice.id), "foreign-object"),
            (note(&scene.peer.iri("/notes/1"), &bob), "not-attributed"),
            (note(&scene.peer.iri("/notes/1"), &other.iri("/users/eve")), "not-attributed"),
        ] {
            for kind in ["Create", "Update"] {
                let mut activity = base.clone();
                activity["type"] = json!(kind);
                activity["object"] = object.clone();
                let post = Post::cavage(&scene.here, &scene.alice, &activity);
                assert_eq!(scene.refused(&post).await, refusal(403, code), "{activity}");
            }
        }
        let mut shared = base.clone();
        shared["object"]["attributedTo"] = json!([scene.alice.id, other.iri("/users/eve")]);
        let post = Post::cavage(&scene.here, &scene.alice, &shared);
        assert_eq!(scene.refused(&post).await, refusal(403, "not-attributed"));

        // Mobilizon: the group's event, the person's act.
        let mut of_group = base;
        of_group["object"]["attributedTo"] = json!(scene.peer.iri("/groups/club"));
        of_group["object"]["actor"] = json!(scene.alice.id);
        scene.accepted(&Post::cavage(&scene.here, &scene.alice, &of_group)).await;
        assert_eq!(scene.here.kept().await.len(), 1);
    }

    async fn a_blocked_host_hears_nothing_and_is_asked_nothing(db: Db) {
        let scene = Scene::start(db).await;
        let mut tx = scene.here.db().begin().await.unwrap();
        let host = scene.alice.id.authority();
        peering::set(&mut tx, None, host, PeeringAction::Block, None, scene.here.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.refused_unasked(&scene.post()).await, dropped("blocked-host"));
    }

    async fn a_suspended_actor_hears_nothing(db: Db) {
        let scene = Scene::start(db).await;
        let actor = scene.here.federation.fetcher.actor(&domain_id(&scene)).await.unwrap();
        let mut tx = scene.here.db().begin().await.unwrap();
        standing::set(&mut tx, None, actor.id, Sanction::Ban, End::at(None)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scene.refused(&scene.post()).await, dropped("suspended-actor"));
    }

    async fn farewells_of_unknown_actors_are_accepted_and_nobody_is_asked(db: Db) {
        let scene = Scene::start(db).await;
        let delete = json!({
            "id": format!("{}#delete", scene.alice.id),
            "type": "Delete",
            "actor": scene.alice.id,
            "object": scene.alice.id,
        });
        assert_eq!(scene.refused_unasked(&Post::cavage(&scene.here, &scene.alice, &delete)).await, dropped("gone-actor"));
        let update = json!({
            "id": format!("{}#update", scene.alice.id),
            "type": "Update",
            "actor": scene.alice.id,
            "object": scene.alice.document(),
        });
        assert_eq!(scene.refused_unasked(&Post::cavage(&scene.here, &scene.alice, &update)).await, dropped("gone-actor"));
    }

    async fn farewells_of_actors_that_are_gone_are_accepted_and_asked_about_once(db: Db) {
        let scene = Scene::start(db).await;
        for (status, name) in [(410, "carol"), (404, "dave")] {
            let gone = scene.peer.actor(name);
            let path = format!("/users/{name}");
            scene.peer.put(&path, Reply::status(status));
            for number in 0..5 {
                let delete = json!({
                    "id": scene.peer.iri(&format!("/activities/{name}/{number}")),
                    "type": "Delete",
                    "actor": gone.id,
                    "object": scene.peer.iri(&format!("/notes/{number}")),
                });
                assert_eq!(scene.refused(&Post::cavage(&scene.here, &gone, &delete)).await, dropped("gone-actor"));
            }
            assert_eq!(scene.peer.count(&path), 1, "{name}");
            // But it does not act any more.
            let follow = follow(&scene.peer, &gone, scene.group.as_str());
            let (told, code) = scene.refused(&Post::cavage(&scene.here, &gone, &follow)).await;
            assert_eq!((told, code.as_str()), (401, "key-not-fetched"));
        }
    }

    async fn the_farewell_of_somebody_known_is_kept_although_its_document_is_gone(db: Db) {
        let scene = Scene::start(db).await;
        scene.here.federation.fetcher.actor(&domain_id(&scene)).await.unwrap();
        scene.peer.put("/users/alice", Reply::status(410));
        scene.here.clock.advance(std::time::Duration::from_hours(48));
        let delete = json!({
            "id": format!("{}#delete", scene.alice.id),
            "type": "Delete",
            "actor": scene.alice.id,
            "object": scene.alice.id,
        });
        scene.accepted(&Post::cavage(&scene.here, &scene.alice, &delete)).await;
        assert_eq!(scene.here.kept().await.len(), 1);
    }
}

fn domain_id(scene: &Scene) -> guildhall_domain::ApId {
    guildhall_domain::ApId::new(scene.alice.id.as_str())
}
