use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::delivery::host;
use guildhall_store::lease::{self, LASTS, Lease, NUMBER_KEPT};
use guildhall_store::testing::on_both_engines;

use crate::set_up::{NOW, append, groups, letter};

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

    async fn a_number_outlives_its_lease_unless_it_is_given_back(db: Db) {
        let number = async |holder, now| {
            let mut tx = db.begin().await.unwrap();
            let taken = lease::acquire_number(&mut tx, "node", 9, holder, now).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            taken
        };
        let (_, mut paused) = number("one", NOW).await;
        // Who stood still makes keys before it hears that time has passed.
        let later = NOW.plus(5 * LASTS);
        let (second, given_back) = number("two", later).await;
        assert_eq!(second, 1);
        let mut tx = db.begin().await.unwrap();
        assert!(lease::renew(&mut tx, &mut paused, later).await.unwrap());
        lease::release(&mut tx, &given_back).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(number("three", later).await.0, 1);
        assert_eq!(number("four", later.plus(LASTS + NUMBER_KEPT)).await.0, 0, "silent for long enough");
        let mut tx = db.begin().await.unwrap();
        assert!(!lease::renew(&mut tx, &mut paused, later).await.unwrap());
    }

    async fn many_leases_are_taken_renewed_and_given_back_at_a_time(db: Db) {
        let hold = async |names: &[&str], holder, now| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            let mut tx = db.begin().await.unwrap();
            let mut held = lease::hold_all(&mut tx, names, holder, now).await.unwrap();
            tx.commit().await.unwrap();
            held.sort();
            held
        };
        assert_eq!(hold(&["inbox/1", "inbox/2"], "one", NOW).await, ["inbox/1", "inbox/2"]);
        assert_eq!(hold(&["inbox/2", "inbox/3"], "two", NOW).await, ["inbox/3"], "the other is taken");
        let later = NOW.plus(LASTS / 2);
        assert_eq!(hold(&["inbox/1"], "one", later).await, ["inbox/1"], "for longer");
        assert_eq!(held(&db, NOW.plus(LASTS)).await, [("inbox/1".to_owned(), "one".to_owned())]);
        assert_eq!(hold(&["inbox/2"], "two", NOW.plus(LASTS)).await, ["inbox/2"], "it was not renewed");

        let mut tx = db.begin().await.unwrap();
        lease::release_all(&mut tx, vec!["inbox/1".into(), "inbox/2".into()], "two").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held(&db, later).await, [("inbox/1".into(), "one".into()), ("inbox/3".into(), "two".into())]);
    }

    async fn what_a_dead_process_left_is_free_at_once_and_no_other(db: Db) {
        groups(&db).await;
        append(&db, &letter(1, &["https://dead.example/inbox", "https://live.example/inbox"])).await;
        let mut tx = db.begin().await.unwrap();
        for (host, holder) in [("dead.example", "dead"), ("live.example", "live")] {
            let until = NOW.plus(LASTS);
            assert_eq!(host::lease_all(&mut tx, vec![host.into()], holder, NOW, until).await.unwrap().len(), 1);
            lease::hold_all(&mut tx, vec![format!("inbox/{holder}")], holder, NOW).await.unwrap();
        }
        lease::release_of(&mut tx, "dead").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(held(&db, NOW).await, [("inbox/live".to_owned(), "live".to_owned())]);
        assert_eq!(host::count_by_holder(&db, NOW).await.unwrap(), [("live".to_owned(), 1)]);
        let left = host::list_left(&db, NOW.plus(LASTS), 9).await.unwrap();
        assert_eq!(left.iter().map(|due| &*due.host).collect::<Vec<_>>(), ["live.example"], "not given back in time");
        assert!(host::list_left(&db, NOW, 9).await.unwrap().is_empty());
    }

    async fn a_hint_is_heard_by_all_who_listen(db: Db) {
        let Some(mut hints) = db.listen().await.unwrap() else {
            assert!(!db.is_shared() && db.clock().await.unwrap().is_none());
            return db.hint("nobody hears").await.unwrap();
        };
        assert!(db.is_shared() && db.clock().await.unwrap().is_some());
        db.hint("something happened").await.unwrap();
        assert_eq!(hints.next().await.unwrap().as_deref(), Some("something happened"));
    }
}

/// Names and holders of the leases that are held.
async fn held(db: &Db, now: Timestamp) -> Vec<(String, String)> {
    lease::list_held(db, now).await.unwrap().into_iter().map(|held| (held.name, held.holder)).collect()
}

async fn acquire(db: &Db, holder: &str, now: Timestamp) -> Option<Lease> {
    let mut tx = db.begin().await.unwrap();
    let lease = lease::acquire(&mut tx, "publisher", holder, now).await.unwrap();
    tx.commit().await.unwrap();
    lease
}
