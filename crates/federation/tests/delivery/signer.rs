use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::signature::{ParsedSignature, RequestParts};
use guildhall_activitypub::{Iri, KeyPair, PublicKey};
use guildhall_domain::ActorId;
use guildhall_federation::delivery::port::{SignError, SignRequest};
use guildhall_federation::delivery::{CachedSigner, RequestSigner as _};
use guildhall_store::actor_key::{self, ActorKey, KeyAlgorithm};
use guildhall_store::instance::SignatureScheme;
use guildhall_store::{Db, testing::on_both_engines};
use http::Method;

use crate::world::{GROUP, World};

on_both_engines! {
    async fn each_scheme_is_signed_with_its_key(db: Db) {
        let world = World::new(db).await;
        let rsa = keep(&world, "main-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        assert_eq!(signed_by(&world, SignatureScheme::Cavage, &rsa).await, "main-key");
        assert_eq!(signed_by(&world, SignatureScheme::Rfc9421, &rsa).await, "main-key");
        assert_eq!(signed_by(&world, SignatureScheme::Rfc9421Ed25519, &rsa).await, "main-key", "what it has");
        let pair = KeyPair::generate_ed25519().unwrap();
        let ed25519 = keep(&world, "ed25519-key", pair, KeyAlgorithm::Ed25519).await;
        assert_eq!(signed_by(&world, SignatureScheme::Rfc9421Ed25519, &ed25519).await, "ed25519-key");
        assert_eq!(signed_by(&world, SignatureScheme::Cavage, &rsa).await, "main-key");
    }

    async fn a_key_is_read_once_and_again_after_its_time(db: Db) {
        let world = World::new(db).await;
        let old = keep(&world, "main-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        let signer = CachedSigner::new(world.app.store.clone(), world.clock.clone());
        assert_eq!(signed(&signer, SignatureScheme::Cavage, &old).await, "main-key");
        let mut tx = world.app.begin().await.unwrap();
        tx.query("DELETE FROM actor_keys WHERE actor_id = $1").bind(GROUP.0).execute().await.unwrap();
        tx.commit().await.unwrap();
        let new = keep(&world, "next-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        world.advance(Duration::from_secs(599));
        assert_eq!(signed(&signer, SignatureScheme::Cavage, &old).await, "main-key");
        world.advance(Duration::from_secs(1));
        assert_eq!(signed(&signer, SignatureScheme::Cavage, &new).await, "next-key");
    }

    async fn nobody_signs_without_a_key(db: Db) {
        let world = World::new(db).await;
        let signer = CachedSigner::new(world.app.store.clone(), world.clock.clone());
        let url = Iri::parse("https://a.example/inbox").unwrap();
        let scheme = SignatureScheme::Cavage;
        let request = SignRequest { sender: ActorId(GROUP.0), method: &Method::GET, url: &url, body: None, scheme };
        assert!(matches!(signer.sign(request).await, Err(SignError::NoKey)));
    }
}

async fn keep(world: &World, fragment: &str, pair: KeyPair, algorithm: KeyAlgorithm) -> PublicKey {
    let key = ActorKey {
        key_id: format!("https://here.example/groups/g#{fragment}"),
        actor_id: GROUP.actor(),
        algorithm,
        public_key: Vec::new(),
        private_key: Some(pair.to_pkcs8().unwrap()),
    };
    let mut tx = world.app.begin().await.unwrap();
    actor_key::insert(&mut tx, &key, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    pair.public().clone()
}

/// Signs a request with a signer that knows no key yet and checks it with `key`; gives the fragment of the key's id.
async fn signed_by(world: &World, scheme: SignatureScheme, key: &PublicKey) -> String {
    signed(&CachedSigner::new(world.app.store.clone(), world.clock.clone()), scheme, key).await
}

/// The same with any signer.
async fn signed(signer: &CachedSigner, scheme: SignatureScheme, key: &PublicKey) -> String {
    let url = Iri::parse("https://a.example/inbox?x=1").unwrap();
    let body = Bytes::from_static(b"{}");
    let request =
        SignRequest { sender: GROUP.actor(), method: &Method::POST, url: &url, body: Some(&body), scheme };
    let headers = signer.sign(request).await.unwrap();
    let parts = RequestParts {
        method: &Method::POST,
        path_and_query: "/inbox?x=1",
        scheme: "https",
        authority: "a.example",
        headers: &headers,
    };
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    signature.verify(&parts, key).unwrap();
    signature.key_id().unwrap().as_str().rsplit_once('#').unwrap().1.to_owned()
}
