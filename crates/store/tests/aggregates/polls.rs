//! Polls and the answers to them.

use guildhall_domain::{ActorId, EntryId, Timestamp};
use guildhall_store::{
    Db,
    entry::NewEntry,
    poll::{self, Poll},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, LATER, NOW, add, people, post};

fn asking(multiple: bool, options: &[(&str, i64)]) -> Poll {
    let options = options.iter().map(|(name, votes)| ((*name).to_owned(), *votes)).collect();
    Poll { options, multiple, closes_at: Some(LATER) }
}

async fn ask(db: &Db, poll: &Poll) {
    let mut tx = db.begin().await.unwrap();
    poll::set(&mut tx, EntryId(1), poll).await.unwrap();
    tx.commit().await.unwrap();
}

async fn answer(db: &Db, actor: ActorId, option: &str, at: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let counted = poll::insert_vote(&mut tx, EntryId(1), actor, option, at).await.unwrap();
    tx.commit().await.unwrap();
    counted
}

async fn answers(db: &Db) -> i64 {
    db.query("SELECT count(*) FROM poll_votes").one::<(i64,)>().await.unwrap().0
}

on_both_engines! {
    async fn a_poll_is_as_its_author_last_told_it(db: Db) {
        people(&db).await;
        let elsewhere = NewEntry { is_local: false, ..post(1) };
        add(&db, &[&elsewhere]).await;
        assert!(poll::find(&db, EntryId(1)).await.unwrap().is_none());
        let later = Poll { closes_at: None, ..asking(true, &[("b", 4), ("a", 9)]) };
        for told in [asking(false, &[("a", 0), ("b", 1), ("c", 2)]), asking(false, &[("a", 5), ("b", 6), ("c", 7)]), later] {
            ask(&db, &told).await;
            assert_eq!(poll::find(&db, EntryId(1)).await.unwrap().unwrap(), told);
        }
    }

    async fn the_votes_of_a_poll_made_here_are_those_that_came_in(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &post(2)]).await;
        ask(&db, &asking(true, &[("yes", 7), ("no", 7)])).await;
        let mut tx = db.begin().await.unwrap();
        poll::set(&mut tx, EntryId(2), &asking(false, &[("maybe", 0)])).await.unwrap();
        tx.commit().await.unwrap();
        answer(&db, ANN, "no", NOW).await;
        answer(&db, BOB, "no", NOW).await;
        let listed = poll::list_of_entries(&db, &[EntryId(2), EntryId(1), EntryId(404)]).await.unwrap();
        let maybe = asking(false, &[("maybe", 0)]);
        assert_eq!(listed, [(EntryId(1), asking(true, &[("yes", 0), ("no", 2)])), (EntryId(2), maybe)]);
        assert_eq!(poll::list_of_entries(&db, &[]).await.unwrap(), []);
    }

    async fn one_answer_counts_where_one_may_be_chosen(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        ask(&db, &asking(false, &[("yes", 0), ("no", 0)])).await;
        assert!(answer(&db, ANN, "yes", NOW).await);
        assert!(!answer(&db, ANN, "yes", NOW).await, "again");
        assert!(!answer(&db, ANN, "no", NOW).await, "another");
        assert!(answer(&db, BOB, "no", NOW).await);
        assert_eq!(answers(&db).await, 2);
    }

    async fn several_answers_count_where_several_may_be_chosen_each_once(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        ask(&db, &asking(true, &[("yes", 0), ("no", 0)])).await;
        assert!(answer(&db, ANN, "yes", NOW).await);
        assert!(answer(&db, ANN, "no", NOW).await);
        assert!(!answer(&db, ANN, "no", NOW).await);
        assert_eq!(answers(&db).await, 2);
    }

    async fn unknown_options_and_closed_polls_take_no_answers(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        assert!(!answer(&db, ANN, "yes", NOW).await, "no poll at all");
        ask(&db, &asking(false, &[("yes", 0)])).await;
        assert!(!answer(&db, ANN, "YES", NOW).await);
        assert!(!answer(&db, ANN, "yes", LATER).await, "closed at its end");
        assert_eq!(answers(&db).await, 0);
        assert!(answer(&db, ANN, "yes", Timestamp(LATER.0 - 1)).await);
    }

    async fn options_of_one_name_take_one_answer(db: Db) {
        people(&db).await;
        add(&db, &[&post(1)]).await;
        ask(&db, &asking(false, &[("same", 0), ("same", 0)])).await;
        assert!(answer(&db, ANN, "same", NOW).await);
        assert_eq!(answers(&db).await, 1);
    }
}
