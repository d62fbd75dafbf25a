//! Documents of actors.

use crate::{
    stage::{BASE, Stage},
    support::{ACTIVITY_JSON, garden, get},
};
use guildhall_domain::{actor::ActorKind, group::Policy};
use guildhall_store::{actor, db::Db, testing::on_both_engines};
use http::StatusCode;
use serde_json::{Value, json};

on_both_engines! {
    async fn actors_show_who_they_are(db: Db) {
        let stage = Stage::new(db).await;
        let (_, _, router) = garden(&stage, Policy::default()).await;
        for (path, name) in [("/groups/gardening", "group"), ("/users/mona", "person"), ("/actor", "instance")] {
            let answer = get(&router, path).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, ACTIVITY_JSON));
            assert_eq!(answer.header("cache-control"), "public, max-age=180");
            insta::allow_duplicates! {
                insta::assert_json_snapshot!(name, without_keys(answer.json()));
            }
        }
    }

    async fn an_actor_has_one_address(db: Db) {
        let stage = Stage::new(db).await;
        let (_, _, router) = garden(&stage, Policy::default()).await;
        stage.remote("lemmy.example", "books", ActorKind::Group).await;
        for (path, place) in [
            ("/groups/Gardening", format!("{BASE}/groups/gardening")),
            ("/users/mona@guild.example", format!("{BASE}/users/mona")),
            ("/groups/books@lemmy.example", "https://lemmy.example/c/books".to_owned()),
        ] {
            let answer = get(&router, path).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, place.as_str()), "{path}");
        }
        for path in ["/groups/mona", "/users/gardening", "/groups/nobody", "/users/guild.example", "/groups/a@@b"] {
            let answer = get(&router, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }

    async fn a_deleted_actor_leaves_a_tombstone(db: Db) {
        let stage = Stage::new(db).await;
        let (_, mona, router) = garden(&stage, Policy::default()).await;
        let mut tx = stage.app.begin().await.unwrap();
        actor::mark_deleted(&mut tx, mona.id, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        let answer = get(&router, "/users/mona").await;
        assert_eq!((answer.status, &answer.json()["type"]), (StatusCode::GONE, &json!("Tombstone")));
        let finger = get(&router, "/.well-known/webfinger?resource=acct:mona@guild.example").await;
        assert_eq!(finger.status, StatusCode::GONE);
    }
}

/// A document without its keys, which differ from run to run.
fn without_keys(mut document: Value) -> Value {
    let pem = document["publicKey"]["publicKeyPem"].take();
    assert!(pem.as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
    let multikey = document["assertionMethod"][0]["publicKeyMultibase"].take();
    assert!(multikey.as_str().unwrap().starts_with("z6Mk"), "an Ed25519 key");
    document
}
