//! Handles that end in another host than their actor's id: the lists count for both.

use guildhall_app::instance::set_peering;
use guildhall_domain::ApId;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use super::support::{Scene, dropped};
use crate::peer::{Peer, Post, Reply, create_note};

/// alice's server, and the short domain that her handle ends in.
struct Split {
    scene: Scene,
    short: Peer,
}

impl Split {
    async fn start(db: Db) -> Self {
        let (scene, short) = (Scene::start(db).await, Peer::start().await);
        let host = short.iri("/").authority().to_owned();
        let mut document = scene.alice.document();
        document["webfinger"] = json!(format!("alice@{host}"));
        scene.peer.put_document(&document);
        let link = json!({"rel": "self", "type": "application/activity+json", "href": scene.alice.id});
        let jrd = json!({"subject": format!("acct:alice@{host}"), "links": [link]});
        let path = format!("/.well-known/webfinger?resource=acct:alice@{}", host.replace(':', "%3A"));
        short.put(&path, Reply::typed("application/jrd+json", jrd.to_string()));
        Self { scene, short }
    }

    async fn block(&self, peer: &Peer) {
        let app = &self.scene.here.federation.app;
        let host = peer.iri("/").authority().to_owned();
        set_peering(app, None, &host, Some(PeeringAction::Block), None).await.unwrap();
        self.scene.here.federation.fetcher.peers().forget();
    }

    async fn know_alice(&self) {
        let id = ApId::new(self.scene.alice.id.as_str());
        let known = self.scene.here.federation.fetcher.actor(&id).await.unwrap();
        assert_eq!(known.host, self.short.iri("/").authority());
    }
}

on_both_engines! {
    async fn nothing_is_taken_from_a_known_actor_whose_short_domain_is_blocked(db: Db) {
        let split = Split::start(db).await;
        split.know_alice().await;
        split.block(&split.short).await;
        assert_eq!(split.scene.refused(&split.scene.post()).await, dropped("blocked-host"));
    }

    async fn nothing_is_taken_from_a_known_actor_whose_server_is_blocked(db: Db) {
        let split = Split::start(db).await;
        split.know_alice().await;
        split.block(&split.scene.peer).await;
        assert_eq!(split.scene.refused(&split.scene.post()).await, dropped("blocked-host"));
    }

    async fn nothing_is_taken_from_an_unknown_actor_whose_short_domain_is_blocked(db: Db) {
        let split = Split::start(db).await;
        split.block(&split.short).await;
        assert_eq!(split.scene.refused(&split.scene.post()).await, dropped("blocked-host"));
        assert_eq!(split.short.count_all(), 0);
    }

    async fn what_another_passes_on_of_such_an_actor_is_not_taken_either(db: Db) {
        let split = Split::start(db).await;
        let (scene, other) = (&split.scene, Peer::start().await);
        let forwarder = other.actor_of("Group", "books");
        let create = create_note(&scene.peer, &scene.alice);
        scene.peer.put_document(&create);
        split.know_alice().await;
        split.block(&split.short).await;
        assert_eq!(scene.refused(&Post::cavage(&scene.here, &forwarder, &create)).await, dropped("blocked-host"));
    }
}
