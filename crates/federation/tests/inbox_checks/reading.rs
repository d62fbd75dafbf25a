//! Who signed a GET.

use guildhall_activitypub::signature::{Outgoing, sign_cavage};
use guildhall_activitypub::{Iri, KeyPair};
use guildhall_federation::inbound::{Rejection, verify_get};
use guildhall_store::{Db, testing::on_both_engines};
use http::Method;
use http::request::Parts;

use super::support::Scene;

fn signed_get(scene: &Scene, key: &KeyPair, target: &str) -> Parts {
    let url = Iri::parse(&format!("{}{target}", scene.here.base)).unwrap();
    let outgoing = Outgoing {
        method: &Method::GET,
        url: &url,
        body: None,
        now_ms: scene.here.now().as_millis(),
        synchronization: None,
    };
    let headers = sign_cavage(&outgoing, &scene.alice.key_id, key).unwrap();
    let mut request = http::Request::get(target).body(()).unwrap();
    *request.headers_mut() = headers;
    request.into_parts().0
}

on_both_engines! {
    async fn the_signer_of_a_get_is_known_by_the_same_checks(db: Db) {
        let scene = Scene::start(db).await;
        let federation = &scene.here.federation;
        let signed = signed_get(&scene, &scene.alice.key, "/groups/gardening/outbox?page=1");
        let reader = verify_get(federation, &signed).await.unwrap().unwrap();
        assert_eq!(scene.here.known(&scene.alice.id).await.unwrap().id, reader);

        let unsigned = http::Request::get("/groups/gardening").body(()).unwrap().into_parts().0;
        assert!(verify_get(federation, &unsigned).await.unwrap().is_none());

        let forged = signed_get(&scene, &KeyPair::generate_rsa().unwrap(), "/groups/gardening");
        let error = verify_get(federation, &forged).await.unwrap_err();
        assert_eq!((error.code(), error.status_for_get().as_u16()), ("signature-mismatch", 401));

        let mut elsewhere = signed.clone();
        elsewhere.uri = "/groups/secret/outbox".parse().unwrap();
        assert!(matches!(verify_get(federation, &elsewhere).await, Err(Rejection::Signature(_))));

        scene.here.clock.advance(std::time::Duration::from_secs(3601));
        assert_eq!(verify_get(federation, &signed).await.unwrap_err().code(), "signature-too-old");
    }

    async fn readers_of_blocked_hosts_are_turned_away(db: Db) {
        use guildhall_domain::peering::PeeringAction;
        let scene = Scene::start(db).await;
        let mut tx = scene.here.db().begin().await.unwrap();
        let host = scene.alice.id.authority();
        guildhall_store::peering::set(&mut tx, None, host, PeeringAction::Block, None, scene.here.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let signed = signed_get(&scene, &scene.alice.key, "/groups/gardening");
        let error = verify_get(&scene.here.federation, &signed).await.unwrap_err();
        assert_eq!((error.code(), error.status_for_get().as_u16()), ("blocked-host", 403));
        assert_eq!(scene.peer.count_all(), 0);
    }
}
