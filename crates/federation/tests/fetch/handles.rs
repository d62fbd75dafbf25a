//! Handles and software: WebFinger and NodeInfo.

use guildhall_app::port::ResolveError;
use guildhall_domain::{ActorId, Handle};
use guildhall_federation::delivery::ProfileSource as _;
use guildhall_store::{Db, actor, testing::on_both_engines};
use serde_json::json;

use crate::peer::{Here, Peer, PeerActor, Reply};

fn serve(peer: &Peer, name: &str, asked_host: &str, subject_host: &str, actor: &PeerActor) {
    let path = format!("/.well-known/webfinger?resource=acct:{name}@{}", asked_host.replace(':', "%3A"));
    let link = json!({"rel": "self", "type": "application/activity+json", "href": actor.id});
    let jrd = json!({"subject": format!("acct:{name}@{subject_host}"), "links": [link]});
    peer.put(&path, Reply::typed("application/jrd+json", jrd.to_string()));
}

async fn resolve(here: &Here, name: &str, host: &str) -> Result<ActorId, ResolveError> {
    let handle = Handle { name: name.to_owned(), host: Some(host.to_owned()) };
    here.federation.app.resolver.actor_by_handle(&handle).await
}

fn authority(peer: &Peer) -> String {
    peer.iri("/").authority().to_owned()
}

on_both_engines! {
    async fn a_handle_leads_to_its_actor_and_is_remembered(db: Db) {
        let (here, peer) = (Here::start(db).await, Peer::start().await);
        let alice = peer.actor("alice");
        serve(&peer, "alice", &authority(&peer), &authority(&peer), &alice);
        let found = resolve(&here, "alice", &authority(&peer)).await.unwrap();
        assert_eq!(here.known(&alice.id).await.unwrap().id, found);
        let asked = peer.count_all();
        assert_eq!(resolve(&here, "ALICE", &authority(&peer)).await.unwrap(), found);
        assert_eq!(peer.count_all(), asked);
        assert!(matches!(resolve(&here, "nobody", &authority(&peer)).await, Err(ResolveError::NotFound)));
    }

    async fn a_domain_may_point_to_another_if_both_agree(db: Db) {
        let (here, short, server) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let alice = server.actor("alice");
        // Asked at the server, which says that the canonical handle is at the short domain.
        serve(&server, "alice", &authority(&server), &authority(&short), &alice);
        assert!(
            resolve(&here, "alice", &authority(&server)).await.is_err(),
            "the short domain does not know of it"
        );
        serve(&short, "alice", &authority(&short), &authority(&short), &alice);
        let found = resolve(&here, "alice", &authority(&server)).await.unwrap();
        let kept = actor::find(here.db(), found).await.unwrap().unwrap();
        assert_eq!(kept.host, authority(&short));
        // It stays so when the document is fetched again.
        here.federation.fetcher.refresh_actor(&kept.ap_id).await.unwrap();
        assert_eq!(here.known(&alice.id).await.unwrap().host, authority(&short));
    }

    async fn a_host_cannot_name_anothers_actor_as_it_likes(db: Db) {
        let (here, mallory, victim) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let bob = victim.actor("bob");
        serve(&mallory, "president", &authority(&mallory), &authority(&mallory), &bob);
        assert!(matches!(resolve(&here, "president", &authority(&mallory)).await, Err(ResolveError::Refused(_))));
    }

    async fn a_host_cannot_give_anothers_actor_its_own_name(db: Db) {
        let (here, mallory, victim) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let bob = victim.actor("bob");
        serve(&mallory, "bob", &authority(&mallory), &authority(&mallory), &bob);
        let found = resolve(&here, "bob", &authority(&mallory)).await.unwrap();
        assert_eq!(actor::find(here.db(), found).await.unwrap().unwrap().host, authority(&victim));
        assert!(actor::find_by_handle(here.db(), "bob", &authority(&mallory)).await.unwrap().is_none());
    }

    async fn an_actor_may_claim_a_handle_that_webfinger_confirms(db: Db) {
        let (here, short, server) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let alice = server.actor("alice");
        let mut document = alice.document();
        document["webfinger"] = json!(format!("alice@{}", authority(&short)));
        server.put_document(&document);
        let id = guildhall_domain::ApId::new(alice.id.as_str());
        assert_eq!(here.federation.fetcher.refresh_actor(&id).await.unwrap().host, authority(&server));
        serve(&short, "alice", &authority(&short), &authority(&short), &alice);
        assert_eq!(here.federation.fetcher.refresh_actor(&id).await.unwrap().host, authority(&short));
    }

    async fn the_software_of_a_host_is_learned_from_itself_alone(db: Db) {
        let (here, peer, other) = (Here::start(db).await, Peer::start().await, Peer::start().await);
        let document = json!({"version": "2.0", "software": {"name": "lemmy", "version": "0.19.11"}}).to_string();
        peer.put("/nodeinfo/2.0", Reply::typed("application/json", document.clone()));
        other.put("/nodeinfo/2.0", Reply::typed("application/json", document));
        let links = |place: &Peer| {
            let link = json!({"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": place.iri("/nodeinfo/2.0")});
            Reply::typed("application/json", json!({"links": [link]}).to_string())
        };
        peer.put("/.well-known/nodeinfo", links(&peer));
        let software = here.federation.fetcher.learn(&authority(&peer)).await.unwrap();
        assert_eq!((software.name.as_str(), software.version.as_deref()), ("lemmy", Some("0.19.11")));

        peer.put("/.well-known/nodeinfo", links(&other));
        assert_eq!(here.federation.fetcher.learn(&authority(&peer)).await, None);
        assert_eq!(other.count_all(), 0);
    }
}
