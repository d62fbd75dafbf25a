//! Locks on PostgreSQL: what may go on beside one, and what must wait. SQLite has one writer at a time.

use std::{collections::BTreeSet, time::Duration};

use guildhall_domain::{EntryId, GroupId};
use guildhall_store::{
    Db, Tx,
    db::Engine,
    doctor,
    doctor::Counter,
    entry::{self, Locked},
    group, queue,
    testing::run,
};
use tokio::time::timeout;

use crate::set_up::{GROUP, NOW, add, comment, people, post};

/// Long enough for a statement that need not wait, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough to see that one waits.
const GLIMPSE: Duration = Duration::from_millis(50);

async fn thread(db: &Db) {
    people(db).await;
    add(db, &[&post(1), &comment(2, &post(1))]).await;
}

async fn lock_group(tx: &mut Tx, id: GroupId) {
    group::lock(tx, id).await.unwrap().unwrap();
}

/// Who writes an answer refers to the group and to what it answers, and changes their counters at the end; if a lock had
/// to wait for them, two answers and a lock would wait for each other.
async fn locks_do_not_wait_for_those_who_write_answers(db: Db) {
    thread(&db).await;
    let mut writing = db.begin().await.unwrap();
    assert!(entry::insert(&mut writing, &comment(3, &post(1)), NOW).await.unwrap());
    let mut other = db.begin().await.unwrap();
    let entry = timeout(PATIENCE, entry::lock(&mut other, EntryId(1))).await;
    assert!(entry.expect("the entry is not waited for").unwrap().is_some());
    timeout(PATIENCE, lock_group(&mut other, GROUP)).await.expect("the group is not waited for");
    other.commit().await.unwrap();
    writing.commit().await.unwrap();
}

async fn a_lock_in_a_thread_waits_for_another_in_the_same_thread(db: Db) {
    thread(&db).await;
    add(&db, &[&post(4)]).await;
    let (mut first, mut second, mut other) =
        (db.begin().await.unwrap(), db.begin().await.unwrap(), db.begin().await.unwrap());
    entry::lock_in_thread(&mut first, EntryId(2)).await.unwrap().unwrap();
    {
        let waiting = entry::lock_in_thread(&mut second, EntryId(1));
        tokio::pin!(waiting);
        assert!(timeout(GLIMPSE, &mut waiting).await.is_err(), "the post is locked with its comment");
        let elsewhere = timeout(PATIENCE, entry::lock_in_thread(&mut other, EntryId(4))).await;
        assert!(elsewhere.expect("another thread is free").unwrap().is_some());
        first.commit().await.unwrap();
        assert!(timeout(PATIENCE, waiting).await.expect("the lock ended").unwrap().is_some());
    }
    second.commit().await.unwrap();
    other.commit().await.unwrap();
}

/// Who answers elsewhere goes on, and who answers there is told.
async fn what_is_locked_can_be_left_out(db: Db) {
    thread(&db).await;
    add(&db, &[&post(4)]).await;
    let (mut first, mut second) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    entry::lock(&mut first, EntryId(1)).await.unwrap().unwrap();
    let wanted = BTreeSet::from([EntryId(2), EntryId(4)]);
    let places = timeout(PATIENCE, entry::lock_places(&mut second, &wanted, Locked::Skipped)).await;
    let places = places.expect("nothing is waited for").unwrap();
    assert_eq!(places.keys().map(|id| id.0).collect::<Vec<_>>(), [4]);
    first.commit().await.unwrap();
    let places = entry::lock_places(&mut second, &wanted, Locked::Awaited).await.unwrap();
    assert_eq!(places.len(), 2);
}

async fn what_is_locked_waits(db: Db) {
    thread(&db).await;
    let (mut first, mut second) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    lock_group(&mut first, GROUP).await;
    {
        let waiting = lock_group(&mut second, GROUP);
        tokio::pin!(waiting);
        assert!(timeout(GLIMPSE, &mut waiting).await.is_err(), "a group has one lock");
        first.commit().await.unwrap();
        timeout(PATIENCE, waiting).await.expect("the lock ended");
    }
    assert!(queue::lock(&mut second, guildhall_domain::QueueItemId(9)).await.unwrap().is_none());
    second.commit().await.unwrap();
}

async fn a_repair_does_not_wait_for_those_who_write_answers(db: Db) {
    thread(&db).await;
    let mut tx = db.begin().await.unwrap();
    tx.query("UPDATE entries SET up = 7 WHERE id = 1").execute().await.unwrap();
    tx.query("UPDATE groups SET member_count = 7").execute().await.unwrap();
    tx.commit().await.unwrap();
    let mut writing = db.begin().await.unwrap();
    assert!(entry::insert(&mut writing, &comment(3, &post(1)), NOW).await.unwrap());
    for counter in [Counter::Votes, Counter::Members] {
        let repaired = timeout(PATIENCE, doctor::repair_counters(&db, counter, NOW)).await;
        assert!(repaired.expect("the writer is not waited for").unwrap() > 0, "{counter:?}");
    }
    writing.commit().await.unwrap();
}

mod postgres {
    use super::{Engine, run};

    #[test]
    fn a_repair_does_not_wait_for_those_who_write_answers() {
        run(Engine::Postgres, super::a_repair_does_not_wait_for_those_who_write_answers);
    }

    #[test]
    fn locks_do_not_wait_for_those_who_write_answers() {
        run(Engine::Postgres, super::locks_do_not_wait_for_those_who_write_answers);
    }

    #[test]
    fn a_lock_in_a_thread_waits_for_another_in_the_same_thread() {
        run(Engine::Postgres, super::a_lock_in_a_thread_waits_for_another_in_the_same_thread);
    }

    #[test]
    fn what_is_locked_can_be_left_out() {
        run(Engine::Postgres, super::what_is_locked_can_be_left_out);
    }

    #[test]
    fn what_is_locked_waits() {
        run(Engine::Postgres, super::what_is_locked_waits);
    }
}
