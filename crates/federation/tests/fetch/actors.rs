//! Actors: kept, refreshed, marked as gone.

use std::time::Duration;

use guildhall_domain::ApId;
use guildhall_federation::fetch::FetchError;
use guildhall_store::actor::Actor;
use guildhall_store::{Db, actor_key, testing::on_both_engines};
use serde_json::json;

use crate::peer::{Here, Peer, PeerActor, Reply};

const HOUR: Duration = Duration::from_hours(1);

async fn find(here: &Here, actor: &PeerActor) -> Result<Actor, FetchError> {
    here.federation.fetcher.actor(&ApId::new(actor.id.as_str())).await
}

on_both_engines! {
    async fn an_actor_is_kept_with_its_keys_and_without_its_scripts(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        let mut document = alice.document();
        document["summary"] = json!("<p>hi<script>alert(1)</script></p>");
        document["endpoints"] = json!({"sharedInbox": peer.iri("/inbox")});
        peer.put_document(&document);

        let kept = find(&here, &alice).await.unwrap();
        assert_eq!((kept.username.as_str(), kept.host.as_str()), ("alice", alice.id.authority()));
        assert_eq!(kept.summary_html.as_deref(), Some("<p>hi</p>"));
        assert_eq!(kept.shared_inbox.as_deref(), Some(peer.iri("/inbox").as_str()));
        let mut keys: Vec<_> = actor_key::list_of(here.db(), kept.id).await.unwrap().into_iter().map(|key| key.key_id).collect();
        keys.sort();
        assert_eq!(keys, [alice.ed25519_id().as_str(), alice.key_id.as_str()]);
    }

    async fn an_actor_is_fetched_again_after_a_day(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        let first = find(&here, &alice).await.unwrap();
        here.clock.advance(23 * HOUR);
        assert_eq!(find(&here, &alice).await.unwrap().id, first.id);
        assert_eq!(peer.count_all(), 1);

        let mut document = alice.document();
        document["name"] = json!("Alice A.");
        peer.put_document(&document);
        here.clock.advance(2 * HOUR);
        let second = find(&here, &alice).await.unwrap();
        assert_eq!((second.id, second.display_name.as_deref()), (first.id, Some("Alice A.")));
        assert_eq!(peer.count_all(), 2);
    }

    async fn what_is_known_is_good_enough_while_its_server_is_away(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        let known = find(&here, &alice).await.unwrap();
        peer.put("/users/alice", Reply::status(502));
        here.clock.advance(48 * HOUR);
        assert_eq!(find(&here, &alice).await.unwrap().id, known.id);
    }

    async fn an_actor_that_is_gone_is_marked_and_loses_its_keys(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        let known = find(&here, &alice).await.unwrap();
        peer.put("/users/alice", Reply::status(410));
        here.clock.advance(48 * HOUR);
        assert!(matches!(find(&here, &alice).await, Err(FetchError::Gone)));
        assert!(here.known(&alice.id).await.unwrap().deleted_at.is_some());
        assert!(actor_key::list_of(here.db(), known.id).await.unwrap().is_empty());

        peer.serve_actor(&alice);
        let back = find(&here, &alice).await.unwrap();
        assert_eq!((back.id, back.deleted_at), (known.id, None));
    }

    async fn those_who_ask_at_one_time_share_one_fetch(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        let found = futures_util::future::join_all((0..20).map(|_| find(&here, &alice))).await;
        assert!(found.iter().all(Result::is_ok));
        assert_eq!(peer.count("/users/alice"), 1);
    }

    async fn an_actor_cannot_list_anothers_key_or_share_anothers_inbox(db: Db) {
        let (here, peer, victim) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let (mallory, bob) = (peer.actor("mallory"), victim.actor("bob"));
        let mut document = mallory.document();
        let pem = mallory.key.public().to_pem();
        document["publicKey"] = json!([
            {"id": bob.key_id, "owner": mallory.id, "publicKeyPem": pem},
            {"id": format!("{}#other", mallory.id), "owner": peer.iri("/users/other"), "publicKeyPem": pem},
        ]);
        document["assertionMethod"] = json!([]);
        document["endpoints"] = json!({"sharedInbox": victim.iri("/inbox")});
        peer.put_document(&document);
        let kept = find(&here, &mallory).await.unwrap();
        assert!(actor_key::list_of(here.db(), kept.id).await.unwrap().is_empty());
        assert_eq!(kept.shared_inbox, None);
        find(&here, &bob).await.unwrap();
        assert!(actor_key::find(here.db(), bob.key_id.as_str()).await.unwrap().is_some());
    }

    async fn an_actor_of_another_id_is_not_the_one_that_was_asked_for(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let bob = peer.actor("bob");
        let mut alice = bob.clone();
        alice.id = peer.iri("/users/alice");
        peer.put("/users/alice", Reply::document(&bob.document()));
        assert!(matches!(find(&here, &alice).await, Err(FetchError::WrongId)));
        assert!(here.known(&alice.id).await.is_none());
    }

    async fn our_own_actors_are_never_fetched(db: Db) {
        let here = Here::start(db).await;
        let group = here.group("gardening").await;
        let id = ApId::new(group.as_str());
        assert!(here.federation.fetcher.actor(&id).await.unwrap().is_local);
        assert!(matches!(here.federation.fetcher.refresh_actor(&id).await, Err(FetchError::OwnHost)));
    }

    async fn names_that_cannot_be_part_of_a_handle_are_refused(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        for name in ["a@b", "a b", "a/b", "<b>", &"x".repeat(200)] {
            let mut actor = peer.actor("odd");
            actor.name = name.to_owned();
            peer.serve_actor(&actor);
            assert!(matches!(find(&here, &actor).await, Err(FetchError::NotActivityPub(_))), "{name}");
        }
    }
}
