//! Who on the staff of a group was seen lately.

use guildhall_domain::{
    DecisionId, EntryId, Timestamp,
    admission::Layer,
    content::Vote,
    moderation::{Decision, DecisionAction, Target},
};
use guildhall_store::{Db, IdGenerator, decision, moderator, succession, testing::on_both_engines, vote};

use crate::set_up::{ANN, BOB, GROUP, LATER, NOW, add, people, post};

/// Whether Ann was seen after a moment: asked of one group, and of all.
async fn is_present(db: &Db, since: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let found = succession::find(&mut tx, GROUP, since, LATER).await.unwrap();
    drop(tx);
    let listed = succession::list(db, (guildhall_domain::GroupId(0), 10), since, LATER).await.unwrap();
    assert_eq!(listed.first(), Some(&found));
    found.staff[0].is_able
}

async fn appoint(db: &Db, since: Timestamp) {
    people(db).await;
    let mut tx = db.begin().await.unwrap();
    assert!(moderator::insert(&mut tx, GROUP, ANN, since).await.unwrap());
    tx.commit().await.unwrap();
}

fn before(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - 1)
}

/// A key made at a moment.
fn key(at: Timestamp) -> i64 {
    IdGenerator::first_at(at.0) + 7
}

on_both_engines! {
    async fn who_was_appointed_lately_is_there(db: Db) {
        appoint(&db, NOW).await;
        assert_eq!((is_present(&db, before(NOW)).await, is_present(&db, NOW).await), (true, false));
    }

    async fn who_wrote_lately_is_there_by_the_keys_of_what_they_wrote(db: Db) {
        appoint(&db, Timestamp(0)).await;
        add(&db, &[&post(1)]).await;
        assert!(!is_present(&db, before(NOW)).await, "an old key, whatever else the row says");
        add(&db, &[&post(key(LATER))]).await;
        assert_eq!((is_present(&db, before(LATER)).await, is_present(&db, LATER).await), (true, false));
    }

    async fn who_voted_lately_is_there(db: Db) {
        appoint(&db, Timestamp(0)).await;
        add(&db, &[&post(1)]).await;
        let mut tx = db.begin().await.unwrap();
        vote::set(&mut tx, EntryId(1), ANN, Some(Vote::Up), NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((is_present(&db, before(NOW)).await, is_present(&db, NOW).await), (true, false));
    }

    async fn who_decided_lately_is_there_by_the_keys_of_what_they_decided(db: Db) {
        appoint(&db, Timestamp(0)).await;
        let made = |id| Decision {
            group: Some(GROUP),
            by: Some(ANN),
            ..Decision::new(DecisionId(id), DecisionAction::Warn, Target::Actor(BOB), Layer::Moderator, NOW)
        };
        let keep = async |id| {
            let mut tx = db.begin().await.unwrap();
            decision::insert(&mut tx, &made(id)).await.unwrap();
            tx.commit().await.unwrap();
        };
        keep(1).await;
        assert!(!is_present(&db, before(NOW)).await);
        keep(key(LATER)).await;
        assert_eq!((is_present(&db, before(LATER)).await, is_present(&db, LATER).await), (true, false));
    }
}
