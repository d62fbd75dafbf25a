//! Keys: whose they are, and that only the latest list of a remote actor counts.

use guildhall_domain::ActorId;
use guildhall_store::{
    Db,
    actor_key::{self, ActorKey, KeyAlgorithm},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, NOW, people};

fn key(actor: ActorId, id: &str, algorithm: KeyAlgorithm, byte: u8) -> ActorKey {
    ActorKey {
        key_id: format!("https://far.example/{id}"),
        actor_id: actor,
        algorithm,
        public_key: vec![byte; 32],
        private_key: None,
    }
}

async fn replace(db: &Db, actor: ActorId, keys: &[ActorKey]) {
    let mut tx = db.begin().await.unwrap();
    actor_key::replace_remote(&mut tx, actor, keys, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

async fn names(db: &Db, actor: ActorId) -> Vec<String> {
    let keys = actor_key::list_of(db, actor).await.unwrap();
    keys.into_iter().map(|key| key.key_id.rsplit('/').next().unwrap().to_owned()).collect()
}

on_both_engines! {
    async fn the_keys_of_a_remote_actor_are_replaced_as_a_whole(db: Db) {
        people(&db).await;
        replace(&db, BOB, &[key(BOB, "ed", KeyAlgorithm::Ed25519, 1), key(BOB, "main", KeyAlgorithm::Rsa, 2)]).await;
        assert_eq!(names(&db, BOB).await, ["main", "ed"], "RSA first");

        replace(&db, BOB, &[key(BOB, "main", KeyAlgorithm::Rsa, 3)]).await;
        assert_eq!(names(&db, BOB).await, ["main"]);
        let kept = actor_key::find(&db, "https://far.example/main").await.unwrap().unwrap();
        assert_eq!((kept.actor_id, kept.public_key), (BOB, vec![3; 32]));
        assert!(actor_key::find(&db, "https://far.example/ed").await.unwrap().is_none());
    }

    async fn nobody_takes_the_key_id_of_somebody_else(db: Db) {
        people(&db).await;
        replace(&db, BOB, &[key(BOB, "main", KeyAlgorithm::Rsa, 2)]).await;
        replace(&db, ANN, &[key(ANN, "main", KeyAlgorithm::Rsa, 9)]).await;
        let kept = actor_key::find(&db, "https://far.example/main").await.unwrap().unwrap();
        assert_eq!((kept.actor_id, kept.public_key[0]), (BOB, 2));
    }

    async fn private_keys_survive_a_replacement(db: Db) {
        people(&db).await;
        let ours = ActorKey { private_key: Some(vec![7; 48]), ..key(ANN, "ours", KeyAlgorithm::Ed25519, 1) };
        let mut tx = db.begin().await.unwrap();
        actor_key::insert(&mut tx, &ours, NOW).await.unwrap();
        tx.commit().await.unwrap();
        replace(&db, ANN, &[]).await;
        let kept = actor_key::find(&db, &ours.key_id).await.unwrap().unwrap();
        assert_eq!((kept.algorithm, kept.private_key), (KeyAlgorithm::Ed25519, Some(vec![7; 48])));
    }
}
