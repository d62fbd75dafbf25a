use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::signature::{ParsedSignature, RequestParts};
use guildhall_activitypub::{Iri, KeyPair, PublicKey};
use guildhall_domain::{ActorId, EventId};
use guildhall_federation::delivery::port::{KeyChoice, SignError, SignRequest, Signed};
use guildhall_federation::delivery::{CachedSigner, RequestSigner as _};
use guildhall_store::actor_key::{self, ActorKey, KeyAlgorithm};
use guildhall_store::instance::SignatureScheme;
use guildhall_store::{Db, signing_key, testing::on_both_engines};
use http::{HeaderMap, Method};

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
        let new = replace(&world, KeyAlgorithm::Rsa, 100).await;
        world.advance(Duration::from_millis(2_999));
        assert_eq!(signed(&signer, SignatureScheme::Cavage, &old).await, "main-key");
        world.advance(Duration::from_millis(1));
        assert_eq!(signed(&signer, SignatureScheme::Cavage, &new).await, "main-key");
    }

    async fn what_was_on_the_log_before_the_news_is_signed_with_the_key_of_that_time(db: Db) {
        let world = World::new(db).await;
        for (algorithm, pair, scheme) in [
            (KeyAlgorithm::Rsa, KeyPair::generate_rsa().unwrap(), SignatureScheme::Cavage),
            (KeyAlgorithm::Ed25519, KeyPair::generate_ed25519().unwrap(), SignatureScheme::Rfc9421Ed25519),
        ] {
            let first = keep(&world, "key", pair, algorithm).await;
            let second = replace(&world, algorithm, 100).await;
            let rounds = Rounds::new(&world, scheme);
            // Nobody is told yet.
            assert_eq!(rounds.by(KeyChoice::ForPlace(i64::MAX), [&first, &second]).await, 0);
            assert_eq!(rounds.by(KeyChoice::Present, [&first, &second]).await, 1, "nobody who asks the actor finds the first");
            told(&world, 100, 7).await;
            let third = replace(&world, algorithm, 200).await;
            told(&world, 200, 9).await;
            let rounds = Rounds::new(&world, scheme);
            let keys = [&first, &second, &third];
            for (place, expected) in [(1, 0), (7, 0), (8, 1), (9, 1), (10, 2)] {
                assert_eq!(rounds.by(KeyChoice::ForPlace(place), keys).await, expected, "{place}");
            }
            assert_eq!(rounds.by(KeyChoice::Present, keys).await, 2);
            world.advance(Duration::from_hours(7 * 24));
            assert_eq!(rounds.by(KeyChoice::ForPlace(1), keys).await, 2, "not for ever");
            forget_keys(&world).await;
        }
    }

    async fn who_does_not_like_one_key_gets_the_other(db: Db) {
        let world = World::new(db).await;
        let first = keep(&world, "main-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        let signer = Rounds::new(&world, SignatureScheme::Cavage);
        let mark = signer.sign(KeyChoice::ForPlace(1)).await.unwrap().by;
        let instead = signer.sign(KeyChoice::Instead(1, mark)).await;
        assert!(matches!(instead, Err(SignError::NoOtherKey)));

        let second = replace(&world, KeyAlgorithm::Rsa, 100).await;
        told(&world, 100, 7).await;
        world.advance(Duration::from_secs(3));
        let keys = [&first, &second];
        for place in [7, 8] {
            let tried = signer.sign(KeyChoice::ForPlace(place)).await.unwrap();
            let other = 1 - made_by(&tried.headers, keys);
            assert_eq!(signer.by(KeyChoice::Instead(place, tried.by), keys).await, other, "{place}");
        }
    }

    async fn a_refusal_leads_to_the_new_key_before_its_time_has_come(db: Db) {
        let world = World::new(db).await;
        let first = keep(&world, "main-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        let signer = Rounds::new(&world, SignatureScheme::Cavage);
        let tried = signer.sign(KeyChoice::ForPlace(8)).await.unwrap();
        let second = replace(&world, KeyAlgorithm::Rsa, 100).await;
        told(&world, 100, 7).await;
        world.advance(Duration::from_millis(500));
        let keys = [&first, &second];
        assert_eq!(signer.by(KeyChoice::ForPlace(8), keys).await, 0);
        assert_eq!(signer.by(KeyChoice::Instead(8, tried.by), keys).await, 1);
    }

    async fn whoever_signs_the_news_knows_it(db: Db) {
        let world = World::new(db).await;
        let first = keep(&world, "main-key", KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa).await;
        let signer = Rounds::new(&world, SignatureScheme::Cavage);
        let second = replace(&world, KeyAlgorithm::Rsa, 100).await;
        let keys = [&first, &second];
        assert_eq!(signer.by(KeyChoice::ForNews(5), keys).await, 0);
        told(&world, 100, 7).await;
        assert_eq!(signer.by(KeyChoice::ForPlace(8), keys).await, 0, "for up to 3 s");
        assert_eq!(signer.by(KeyChoice::ForNews(7), keys).await, 0);
        assert_eq!(signer.by(KeyChoice::ForPlace(8), keys).await, 1);
    }

    async fn nobody_signs_without_a_key(db: Db) {
        let world = World::new(db).await;
        let signer = CachedSigner::new(world.app.store.clone(), world.clock.clone());
        let url = Iri::parse("https://a.example/inbox").unwrap();
        let scheme = SignatureScheme::Cavage;
        let key = KeyChoice::Present;
        let request =
            SignRequest { sender: ActorId(GROUP.0), method: &Method::GET, url: &url, body: None, scheme, key, synchronization: None };
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
    let headers = sign(signer, scheme, KeyChoice::Present).await.unwrap().headers;
    assert_eq!(made_by(&headers, [key]), 0);
    let signature = ParsedSignature::from_headers(&headers).unwrap();
    signature.key_id().unwrap().as_str().rsplit_once('#').unwrap().1.to_owned()
}

async fn sign(signer: &CachedSigner, scheme: SignatureScheme, key: KeyChoice) -> Result<Signed, SignError> {
    let url = Iri::parse("https://a.example/inbox?x=1").unwrap();
    let body = Bytes::from_static(b"{}");
    let sender = GROUP.actor();
    signer
        .sign(SignRequest {
            sender,
            method: &Method::POST,
            url: &url,
            body: Some(&body),
            scheme,
            key,
            synchronization: None,
        })
        .await
}

/// Which of the keys it is signed with.
fn made_by<const N: usize>(headers: &HeaderMap, keys: [&PublicKey; N]) -> usize {
    let parts = RequestParts {
        method: &Method::POST,
        path_and_query: "/inbox?x=1",
        scheme: "https",
        authority: "a.example",
        headers,
    };
    let signature = ParsedSignature::from_headers(headers).unwrap();
    keys.iter().position(|key| signature.verify(&parts, key).is_ok()).expect("it is signed with one of them")
}

/// A signer with a way of signing.
struct Rounds {
    signer: CachedSigner,
    scheme: SignatureScheme,
}

impl Rounds {
    fn new(world: &World, scheme: SignatureScheme) -> Self {
        Self { signer: CachedSigner::new(world.app.store.clone(), world.clock.clone()), scheme }
    }

    async fn sign(&self, key: KeyChoice) -> Result<Signed, SignError> {
        sign(&self.signer, self.scheme, key).await
    }

    /// With which of the keys it signs.
    async fn by<const N: usize>(&self, choice: KeyChoice, keys: [&PublicKey; N]) -> usize {
        made_by(&self.sign(choice).await.unwrap().headers, keys)
    }
}

/// Gives the group another key of a kind under the id of its first.
async fn replace(world: &World, algorithm: KeyAlgorithm, event: i64) -> PublicKey {
    let pair = match algorithm {
        KeyAlgorithm::Rsa => KeyPair::generate_rsa().unwrap(),
        KeyAlgorithm::Ed25519 => KeyPair::generate_ed25519().unwrap(),
    };
    let had = actor_key::list_of(&world.app.store, GROUP.actor()).await.unwrap();
    let key_id = had.into_iter().find(|key| key.algorithm == algorithm).unwrap().key_id;
    let mut keys = vec![ActorKey {
        key_id,
        actor_id: GROUP.actor(),
        algorithm,
        public_key: Vec::new(),
        private_key: Some(pair.to_pkcs8().unwrap()),
    }];
    if algorithm == KeyAlgorithm::Ed25519 {
        // Everybody has one of these too; it is not what is asked for.
        keys.push(ActorKey {
            key_id: "https://here.example/groups/g#rsa".into(),
            algorithm: KeyAlgorithm::Rsa,
            private_key: Some(KeyPair::generate_rsa().unwrap().to_pkcs8().unwrap()),
            ..keys[0].clone()
        });
    }
    let mut tx = world.app.begin().await.unwrap();
    signing_key::replace(&mut tx, GROUP.actor(), &keys, EventId(event), world.now()).await.unwrap();
    tx.commit().await.unwrap();
    pair.public().clone()
}

/// The news of a change is on the log.
async fn told(world: &World, event: i64, place: i64) {
    let mut tx = world.app.begin().await.unwrap();
    signing_key::set_place(&mut tx, EventId(event), Some(place)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn forget_keys(world: &World) {
    let mut tx = world.app.begin().await.unwrap();
    for table in ["actor_keys", "former_keys"] {
        tx.query(format!("DELETE FROM {table}").leak() as &'static str).execute().await.unwrap();
    }
    tx.commit().await.unwrap();
}
