//! Keys of our own actors: what signs which part of the delivery log after they were replaced, and for how long.

use std::time::Duration;

use guildhall_domain::{ActorId, EventId, Timestamp};
use guildhall_store::{
    Db, Tx,
    actor_key::{self, ActorKey, KeyAlgorithm},
    delivery::{NewDelivery, Target, host, log},
    signing_key::{self, Former},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, LATER, NOW, people};

const FIRST: EventId = EventId(100);
const SECOND: EventId = EventId(200);

fn keys(actor: ActorId, byte: u8) -> [ActorKey; 2] {
    [("main-key", KeyAlgorithm::Rsa), ("ed25519-key", KeyAlgorithm::Ed25519)].map(|(name, algorithm)| {
        ActorKey {
            key_id: format!("https://here.example/{actor}#{name}"),
            actor_id: actor,
            algorithm,
            public_key: vec![byte; 32],
            private_key: Some(vec![byte; 48]),
        }
    })
}

async fn replace(db: &Db, actor: ActorId, byte: u8, event: EventId) {
    let mut tx = db.begin().await.unwrap();
    signing_key::replace(&mut tx, actor, &keys(actor, byte), event, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

/// Ann with keys of her own, 1, and nothing on the delivery log.
async fn set_up(db: &Db) {
    people(db).await;
    let mut tx = db.begin().await.unwrap();
    for key in keys(ANN, 1) {
        actor_key::insert(&mut tx, &key, NOW).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The private RSA keys of Ann, each by its byte, with what is left to do for it.
async fn rsa(db: &Db) -> Vec<(u8, Option<Former>)> {
    let keys = signing_key::list_of(db, ANN).await.unwrap();
    assert_eq!(keys.iter().filter(|key| key.algorithm == KeyAlgorithm::Ed25519).count() * 2, keys.len());
    let rsa = keys.into_iter().filter(|key| key.algorithm == KeyAlgorithm::Rsa);
    rsa.map(|key| (key.private_key[0], key.former)).collect()
}

fn former(news: EventId, until: Option<i64>) -> Former {
    Former { news, until, retired_at: NOW }
}

async fn place(db: &Db, event: EventId, at: Option<i64>) {
    let mut tx = db.begin().await.unwrap();
    signing_key::set_place(&mut tx, event, at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn log_to(tx: &mut Tx, host: &str, event: i64) -> i64 {
    let new = NewDelivery {
        activity_ap_id: format!("https://here.example/activities/{event}"),
        event_id: EventId(event),
        sender: ANN,
        group: None,
        order_key: log::order_key_of(ANN),
        body_group: Some(b"{}".to_vec()),
        body_microblog: Some(b"{}".to_vec()),
        targets: vec![Target { inbox: format!("https://{host}/inbox"), host: host.to_owned() }],
    };
    log::append_all(tx, &[&new], NOW).await.unwrap()[0]
}

async fn delete(db: &Db, before: Timestamp, at_latest: Timestamp) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let deleted = signing_key::delete_former(&mut tx, before, at_latest).await.unwrap();
    tx.commit().await.unwrap();
    deleted
}

on_both_engines! {
    async fn new_keys_take_the_place_of_the_old_ones_which_sign_what_came_before(db: Db) {
        set_up(&db).await;
        assert_eq!(rsa(&db).await, [(1, None)]);
        replace(&db, ANN, 2, FIRST).await;
        assert_eq!(rsa(&db).await, [(2, None), (1, Some(former(FIRST, None)))]);
        let shown = actor_key::list_of(&db, ANN).await.unwrap();
        assert_eq!(shown.iter().map(|key| key.public_key[0]).collect::<Vec<_>>(), [2, 2], "the old ones vouch no more");

        place(&db, FIRST, Some(7)).await;
        replace(&db, ANN, 3, SECOND).await;
        assert_eq!(rsa(&db).await, [(3, None), (1, Some(former(FIRST, Some(7)))), (2, Some(former(SECOND, None)))]);
        let first = former(FIRST, Some(7));
        assert!(first.signs(7) && !first.signs(8));
        assert!(Former { until: None, ..first }.signs(i64::MAX), "the news is not on the log");
    }

    async fn nobody_else_loses_a_key(db: Db) {
        set_up(&db).await;
        let mut tx = db.begin().await.unwrap();
        actor_key::replace_remote(&mut tx, BOB, &keys(BOB, 9).map(|key| ActorKey { private_key: None, ..key }), NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        replace(&db, ANN, 2, FIRST).await;
        assert_eq!(actor_key::list_of(&db, BOB).await.unwrap().len(), 2);
        assert!(signing_key::list_of(&db, BOB).await.unwrap().is_empty(), "only ours sign");
    }

    async fn news_for_nobody_ends_the_old_keys_at_once(db: Db) {
        set_up(&db).await;
        let mut tx = db.begin().await.unwrap();
        let last = log_to(&mut tx, "far.example", 50).await;
        tx.commit().await.unwrap();
        replace(&db, ANN, 2, FIRST).await;
        place(&db, FIRST, None).await;
        assert_eq!(rsa(&db).await[1], (1, Some(former(FIRST, Some(last)))));
    }

    async fn old_keys_go_when_every_server_has_the_news(db: Db) {
        set_up(&db).await;
        replace(&db, ANN, 2, FIRST).await;
        let mut tx = db.begin().await.unwrap();
        let news = log_to(&mut tx, "far.example", FIRST.0).await;
        tx.commit().await.unwrap();
        let (before, never) = (LATER, Timestamp(0));
        assert_eq!(delete(&db, before, never).await, 0, "the news is not told");
        place(&db, FIRST, Some(news)).await;
        assert_eq!(delete(&db, before, never).await, 0, "far.example has not got it");
        move_on(&db, news).await;
        assert_eq!(delete(&db, NOW, never).await, 0, "it is too early");
        assert_eq!(delete(&db, before, never).await, 2);
        assert_eq!(rsa(&db).await, [(2, None)]);
    }

    async fn a_dead_server_keeps_no_key_and_neither_does_a_slow_one_for_ever(db: Db) {
        set_up(&db).await;
        replace(&db, ANN, 2, FIRST).await;
        let mut tx = db.begin().await.unwrap();
        let news = log_to(&mut tx, "far.example", FIRST.0).await;
        tx.commit().await.unwrap();
        place(&db, FIRST, Some(news)).await;
        assert_eq!(delete(&db, NOW, NOW.plus(Duration::from_millis(1))).await, 2, "whatever is waiting");

        replace(&db, ANN, 3, SECOND).await;
        place(&db, SECOND, Some(news)).await;
        let mut tx = db.begin().await.unwrap();
        tx.query("UPDATE delivery_hosts SET state = 'dead'").execute().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(delete(&db, LATER, Timestamp(0)).await, 2);
    }
}

#[test]
fn an_actor_knows_its_own_order_key() {
    assert!(log::is_order_key_of(&log::order_key_of(ANN), ANN));
    for key in [log::order_key_of(BOB), format!("entry:{ANN}"), format!("actor:{ANN}0"), "actor:".to_owned()]
    {
        assert!(!log::is_order_key_of(&key, ANN), "{key}");
    }
}

/// Everything up to there is done with for the one host.
async fn move_on(db: &Db, cursor: i64) {
    let mut tx = db.begin().await.unwrap();
    tx.query("UPDATE delivery_hosts SET cursor = $1").bind(cursor).execute().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(host::find_status(db, "far.example", NOW).await.unwrap().unwrap().waiting, 0);
}
