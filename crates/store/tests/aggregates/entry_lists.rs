//! Lists of entries: what is in them, in which order, and that pages neither repeat nor leave out.

use guildhall_domain::{
    EntryId, Timestamp,
    content::{EntryState, Sort, Tally},
};
use guildhall_store::{
    Db,
    entry::{self, Entry, NewEntry},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, NOW, add, comment, ids, people, post};

/// Every page of two, one after the other.
async fn walk(db: &Db, sort: Sort) -> Vec<i64> {
    let (mut seen, mut after) = (Vec::new(), None);
    for _ in 0..20 {
        let page = entry::list_posts(db, GROUP, sort, after, 2).await.unwrap();
        let Some(last) = page.last() else { return seen };
        let key = match sort {
            Sort::New => 0,
            Sort::Active => last.last_activity_at.0,
            Sort::Top => last.tally.score(),
        };
        after = Some((key, last.id));
        seen.extend(ids(&page));
    }
    panic!("the list has no end");
}

fn in_state(state: EntryState, new: NewEntry) -> NewEntry {
    NewEntry { state, ..new }
}

/// A deep thread: post 1, and each of `count` comments answers the one before.
async fn chain(db: &Db, count: i64) {
    let mut last = post(1);
    let mut all = vec![last.clone()];
    for id in 2..2 + count {
        last = comment(id, &last);
        all.push(last.clone());
    }
    add(db, &all.iter().collect::<Vec<_>>()).await;
}

on_both_engines! {
    async fn posts_are_walked_once_in_every_order_ties_included(db: Db) {
        people(&db).await;
        let posts: Vec<NewEntry> = (1..=7).map(post).collect();
        add(&db, &posts.iter().collect::<Vec<_>>()).await;
        let elsewhere = NewEntry { group_id: FAR_GROUP, ..post(9) };
        add(&db, &[&in_state(EntryState::Held, post(8)), &elsewhere, &comment(10, &posts[0])]).await;
        let mut tx = db.begin().await.unwrap();
        for (id, up, down) in [(1, 2, 0), (3, 5, 3), (4, 0, 1), (6, 0, 1), (7, 9, 7)] {
            entry::add_votes(&mut tx, EntryId(id), Tally { up, down }).await.unwrap();
        }
        for (id, minutes) in [(2, 9), (5, 9), (1, 3)] {
            let at = Timestamp(NOW.0 + minutes * 60_000);
            entry::set_activity(&mut tx, EntryId(id), at).await.unwrap();
        }
        tx.commit().await.unwrap();

        assert_eq!(walk(&db, Sort::New).await, [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(walk(&db, Sort::Top).await, [7, 3, 1, 5, 2, 6, 4], "scores 2, 2, 2, 0, 0, -1, -1");
        assert_eq!(walk(&db, Sort::Active).await, [5, 2, 1, 7, 6, 4, 3]);
    }

    async fn featured_posts_are_published_ones(db: Db) {
        people(&db).await;
        add(&db, &[&post(1), &in_state(EntryState::Removed, post(2)), &post(3), &post(4)]).await;
        let mut tx = db.begin().await.unwrap();
        for id in [1, 2, 4] {
            entry::set_featured(&mut tx, EntryId(id), true).await.unwrap();
        }
        tx.commit().await.unwrap();
        let listed = async |after, limit| ids(&entry::list_featured(&db, GROUP, after, limit).await.unwrap());
        assert_eq!(listed(None, 10).await, [4, 1]);
        assert_eq!((listed(None, 1).await, listed(Some(EntryId(4)), 10).await), (vec![4], vec![1]));
        assert_eq!(entry::count_featured(&db, GROUP).await.unwrap(), 2);
    }

    async fn a_thread_has_its_comments_in_every_state_oldest_first(db: Db) {
        people(&db).await;
        let first = post(1);
        let second = comment(2, &first);
        let states = EntryState::ALL.iter().zip(3..);
        let others: Vec<_> = states.map(|(state, id)| in_state(*state, comment(id, &second))).collect();
        let last = 2 + i64::try_from(EntryState::ALL.len()).unwrap();
        add(&db, &[&first, &second]).await;
        add(&db, &others.iter().collect::<Vec<_>>()).await;
        add(&db, &[&post(20), &comment(21, &post(20))]).await;

        let page = entry::list_thread(&db, first.id, None, 3).await.unwrap();
        assert_eq!(ids(&page), [2, 3, 4]);
        let rest = entry::list_thread(&db, first.id, Some(EntryId(4)), 50).await.unwrap();
        assert_eq!(ids(&rest), (5..=last).collect::<Vec<_>>());
        assert_eq!(entry::count_by_thread(&db, first.id).await.unwrap(), 3, "the post and what is published below");

        let published = |page: &[Entry]| page.iter().all(|entry| entry.state == EntryState::Published);
        let replies = entry::list_replies(&db, second.id, None, 50).await.unwrap();
        assert!(replies.len() == 1 && published(&replies), "{replies:?}");
        let page = entry::list_replies(&db, first.id, None, 50).await.unwrap();
        assert_eq!(ids(&page), [2], "direct answers alone");
        assert!(entry::list_replies(&db, first.id, Some(EntryId(2)), 50).await.unwrap().is_empty());
    }

    async fn what_an_author_published_is_listed_newest_first(db: Db) {
        people(&db).await;
        let far = NewEntry { group_id: FAR_GROUP, ..comment(4, &post(1)) };
        add(&db, &[&post(1), &comment(2, &post(1)), &in_state(EntryState::Held, comment(3, &post(1))), &far]).await;
        assert_eq!(ids(&entry::list_by_author(&db, BOB, None, 50).await.unwrap()), [4, 2]);
        assert_eq!(ids(&entry::list_by_author(&db, BOB, Some(EntryId(4)), 50).await.unwrap()), [2]);
        assert_eq!(ids(&entry::list_by_author(&db, ANN, None, 50).await.unwrap()), [1]);

        let gone = in_state(EntryState::Removed, comment(5, &post(1)));
        add(&db, &[&gone]).await;
        let present = entry::list_present_by_author(&db, BOB, None, 50).await.unwrap();
        assert_eq!(ids(&present), [4, 3, 2], "what is held is there to be taken away");
        let rest = entry::list_present_by_author(&db, BOB, Some(EntryId(4)), 1).await.unwrap();
        assert_eq!(ids(&rest), [3]);
    }

    async fn ancestors_come_nearest_first_up_to_the_post(db: Db) {
        people(&db).await;
        chain(&db, 50).await;
        let up = entry::list_ancestors(&db, EntryId(51)).await.unwrap();
        assert_eq!(ids(&up), (1..=50).rev().collect::<Vec<_>>());
        assert!(entry::list_ancestors(&db, EntryId(1)).await.unwrap().is_empty(), "a post answers nothing");
        assert!(entry::list_ancestors(&db, EntryId(999)).await.unwrap().is_empty());
    }
}
