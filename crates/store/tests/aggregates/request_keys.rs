//! Keys of requests.

use std::time::Duration;

use guildhall_domain::{ActorId, EntryId, Timestamp};
use guildhall_store::{
    Db,
    request_key::{self, KEPT_FOR, Made},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, NOW, add, people, post};

fn made(entry: i64, request: &[u8]) -> Made {
    Made { entry: EntryId(entry), request: request.to_vec() }
}

async fn insert(db: &Db, author: ActorId, name: &str, made: &Made, now: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let is_new = request_key::insert(&mut tx, author, name, made, now).await.unwrap();
    tx.commit().await.unwrap();
    is_new
}

on_both_engines! {
    async fn a_key_belongs_to_its_author_for_a_day(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2), &post(3)]).await;
        let (first, second) = (made(1, b"\0one"), made(2, b"two"));
        assert!(insert(&db, ANN, "k", &first, NOW).await);
        assert!(insert(&db, BOB, "k", &made(3, b"three"), NOW).await, "everybody has keys of their own");
        let last = NOW.plus(KEPT_FOR).minus(Duration::from_millis(1));
        assert!(!insert(&db, ANN, "k", &second, last).await, "taken");
        assert_eq!(request_key::find(&db, ANN, "k", last).await.unwrap(), Some(first));
        assert_eq!(request_key::find(&db, ANN, "K", last).await.unwrap(), None);

        let tomorrow = NOW.plus(KEPT_FOR);
        assert_eq!(request_key::find(&db, ANN, "k", tomorrow).await.unwrap(), None);
        assert!(insert(&db, ANN, "k", &second, tomorrow).await);
        assert_eq!(request_key::find(&db, ANN, "k", tomorrow).await.unwrap(), Some(second));
    }

    async fn old_keys_are_forgotten_some_at_a_time(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        for (name, age) in [("a", 0), ("b", 1), ("c", 2)] {
            assert!(insert(&db, ANN, name, &made(1, b"r"), NOW.plus(Duration::from_secs(age))).await);
        }
        let later = NOW.plus(KEPT_FOR).plus(Duration::from_secs(1));
        let mut tx = db.begin().await.unwrap();
        assert_eq!(request_key::delete_old(&mut tx, later, 1).await.unwrap(), 1);
        assert_eq!(request_key::delete_old(&mut tx, later, 10).await.unwrap(), 1);
        assert_eq!(request_key::delete_old(&mut tx, later, 10).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let (left,): (String,) = db.query("SELECT name FROM request_keys").one().await.unwrap();
        assert_eq!(left, "c");
    }
}
