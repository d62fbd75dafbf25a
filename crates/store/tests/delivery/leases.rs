use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::lease::{self, LASTS, Lease};
use guildhall_store::testing::on_both_engines;

use crate::set_up::NOW;

on_both_engines! {
    async fn a_lease_has_one_holder_until_it_ends(db: Db) {
        let first = acquire(&db, "one", NOW).await.unwrap();
        assert_eq!(acquire(&db, "two", NOW).await, None);
        assert_eq!(lease::find_holder(&db, "publisher", NOW).await.unwrap().as_deref(), Some("one"));
        let second = acquire(&db, "two", first.until).await.unwrap();
        assert!(second.epoch > first.epoch);
    }

    async fn a_holder_that_overslept_cannot_renew_nor_write(db: Db) {
        let mut first = acquire(&db, "one", NOW).await.unwrap();
        let mut second = acquire(&db, "two", first.until).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert!(!lease::renew(&mut tx, &mut first, NOW.plus(LASTS)).await.unwrap());
        assert!(!lease::lock_held(&mut tx, &first).await.unwrap());
        assert!(lease::renew(&mut tx, &mut second, NOW.plus(2 * LASTS)).await.unwrap());
        assert!(lease::lock_held(&mut tx, &second).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(second.until, NOW.plus(3 * LASTS));
    }

    async fn what_is_given_back_is_free_at_once(db: Db) {
        let first = acquire(&db, "one", NOW).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        lease::release(&mut tx, &first).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(lease::find_holder(&db, "publisher", NOW).await.unwrap(), None);
        assert!(acquire(&db, "two", NOW).await.is_some());
    }

    async fn each_process_gets_the_lowest_free_number(db: Db) {
        let mut tx = db.begin().await.unwrap();
        let mut numbers = Vec::new();
        for holder in ["one", "two", "three"] {
            let taken = lease::acquire_number(&mut tx, "node", 2, holder, NOW).await.unwrap();
            numbers.push(taken.map(|(number, _)| number));
        }
        assert_eq!(numbers, [Some(0), Some(1), None]);
        tx.commit().await.unwrap();
    }
}

async fn acquire(db: &Db, holder: &str, now: Timestamp) -> Option<Lease> {
    let mut tx = db.begin().await.unwrap();
    let lease = lease::acquire(&mut tx, "publisher", holder, now).await.unwrap();
    tx.commit().await.unwrap();
    lease
}
