//! Threads as a whole: found by their collection, and what is taken away goes back to what it was.

use guildhall_domain::{
    EntryId,
    content::EntryState::{Held, Published, Refused, Removed},
};
use guildhall_store::{
    Db, Tx,
    entry::{self, NewEntry},
    removal::{self, Removal},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, GROUP, LATER, NOW, add, comment, entry, people, post};

async fn change(db: &Db, work: impl AsyncFnOnce(&mut Tx)) {
    let mut tx = db.begin().await.unwrap();
    work(&mut tx).await;
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_thread_is_found_by_the_name_that_its_origin_gave_it(db: Db) {
        people(&db).await;
        let (topic, other) = ("https://far.example/topic/1", "https://far.example/topic/2");
        let named = NewEntry { context_url: Some(topic.to_owned()), ..post(1) };
        add(&db, &[&named, &post(2)]).await;
        assert_eq!(entry::find_by_context(&db, topic).await.unwrap().unwrap().id, EntryId(1));
        assert!(entry::find_by_context(&db, other).await.unwrap().is_none());
    }

    async fn what_was_taken_away_remembers_what_it_was_however_often(db: Db) {
        people(&db).await;
        let refused = NewEntry { state: Refused, state_reason: Some("no".to_owned()), ..post(1) };
        add(&db, &[&refused, &post(2)]).await;
        for (id, before, reason) in [(1, Refused, Some("no")), (2, Published, None)] {
            change(&db, async |tx| {
                for why in ["spam", "spam again"] {
                    entry::set_state(tx, EntryId(id), Removed, Some(why)).await.unwrap();
                }
            })
            .await;
            let gone = entry(&db, id).await;
            assert_eq!((gone.state, gone.state_before, gone.was_out()), (Removed, Some(before), before == Published));
            change(&db, async |tx| entry::restore(tx, EntryId(id)).await.unwrap()).await;
            let back = entry(&db, id).await;
            assert_eq!((back.state, back.state_before, back.state_reason.as_deref()), (before, None, reason));
            // What is there is not touched.
            change(&db, async |tx| entry::restore(tx, EntryId(id)).await.unwrap()).await;
            assert_eq!(entry(&db, id).await.state, before);
        }
    }

    async fn comments_go_and_come_back_with_their_thread_alone(db: Db) {
        people(&db).await;
        let held = NewEntry { state: Held, ..comment(3, &post(1)) };
        let elsewhere = comment(5, &post(4));
        add(&db, &[&post(1), &comment(2, &post(1)), &held, &post(4), &elsewhere]).await;
        change(&db, async |tx| {
            assert_eq!(entry::remove_comments(tx, EntryId(1), Some("spam"), LATER).await.unwrap(), 1);
        })
        .await;
        let states = async || [entry(&db, 2).await.state, entry(&db, 3).await.state, entry(&db, 5).await.state];
        assert_eq!(states().await, [Removed, Removed, Published]);
        assert_eq!(entry(&db, 1).await.comment_count, 0);
        let present: Vec<_> = entry::list_present_by_author(&db, BOB, None, 10).await.unwrap();
        let present: Vec<_> = present.iter().map(|entry| entry.id).collect();
        assert_eq!(present, [EntryId(5), EntryId(3), EntryId(2)], "what would come back is there to be taken away");
        change(&db, async |tx| {
            assert_eq!(entry::list_present_comments(tx, EntryId(1)).await.unwrap(), []);
            let gone = entry::list_gone_comments(tx, EntryId(1)).await.unwrap();
            assert_eq!(gone, [(EntryId(2), Published), (EntryId(3), Held)]);
        })
        .await;
        change(&db, async |tx| assert_eq!(entry::restore_comments(tx, EntryId(1)).await.unwrap(), 1)).await;
        assert_eq!(states().await, [Published, Held, Published]);
        assert_eq!(entry(&db, 1).await.comment_count, 1);
        change(&db, async |tx| assert_eq!(entry::restore_comments(tx, EntryId(1)).await.unwrap(), 0)).await;
    }

    async fn a_removal_is_remembered_until_it_is_done(db: Db) {
        people(&db).await;
        let one = Removal { id: 1, group: Some(GROUP), author: BOB, by: ANN, reason: "spam".to_owned(), ban: None };
        let two = Removal { id: 2, group: None, ..one.clone() };
        change(&db, async |tx| {
            for removal in [&two, &one] {
                removal::insert(tx, removal, NOW).await.unwrap();
            }
        })
        .await;
        assert_eq!(removal::list(&db, 0, 10).await.unwrap(), [one, two.clone()]);
        assert_eq!(removal::list(&db, 1, 10).await.unwrap(), std::slice::from_ref(&two));
        change(&db, async |tx| removal::delete(tx, 1).await.unwrap()).await;
        assert_eq!(removal::list(&db, 0, 10).await.unwrap(), [two]);
    }

    async fn what_went_with_its_thread_can_be_made_to_stay_away(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &comment(2, &post(1)), &comment(3, &post(1))]).await;
        change(&db, async |tx| {
            entry::remove_comments(tx, EntryId(1), None, LATER).await.unwrap();
            entry::stay_gone(tx, EntryId(2)).await.unwrap();
            assert_eq!(entry::restore_comments(tx, EntryId(1)).await.unwrap(), 1);
        })
        .await;
        assert_eq!([entry(&db, 2).await.state, entry(&db, 3).await.state], [Removed, Published]);
    }

    async fn a_place_is_the_post_of_a_thread_and_what_is_answered_in_it(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &comment(2, &post(1))]).await;
        change(&db, async |tx| {
            for (id, place) in [(1, Some((1, 1))), (2, Some((1, 2))), (9, None)] {
                let found = entry::lock_place(tx, EntryId(id)).await.unwrap();
                assert_eq!(found.map(|(post, entry)| (post.id.0, entry.id.0)), place);
            }
        })
        .await;
    }
}
