use std::time::Duration;

use guildhall_domain::Timestamp;
use guildhall_store::Db;
use guildhall_store::delivery::{NewDelivery, Position, Wish, host, log};
use guildhall_store::testing::on_both_engines;

use crate::set_up::{GROUP, NOW, activity, append, follow, groups, letter, read_all, seqs};

const INBOX: &str = "https://a.example/inbox";

on_both_engines! {
    async fn places_grow_even_when_an_event_is_told_late(db: Db) {
        groups(&db).await;
        let first = append(&db, &activity(500)).await;
        let second = append(&db, &activity(400)).await;
        let third = append(&db, &activity(900)).await;
        assert_eq!((first, second, third), (500, 501, 900));
        assert_eq!(log::last_seq(&db).await.unwrap(), 900);
    }

    async fn telling_again_changes_nothing(db: Db) {
        groups(&db).await;
        let seq = append(&db, &letter(5, &["https://a.example/u/1/inbox"])).await;
        let again = append(&db, &letter(5, &["https://b.example/u/1/inbox"])).await;
        assert_eq!(seq, again);
        assert_eq!(seqs(&read_all(&db, "a.example", 0, 100, 10).await), [seq]);
        assert!(read_all(&db, "b.example", 0, 100, 10).await.is_empty());
    }

    async fn a_host_gets_what_follows_its_subscription_and_what_names_it(db: Db) {
        groups(&db).await;
        append(&db, &activity(1)).await;
        follow(&db, GROUP, INBOX).await;
        append(&db, &activity(2)).await;
        append(&db, &letter(3, &["https://a.example/u/1/inbox", "https://b.example/inbox"])).await;
        append(&db, &letter(4, &["https://b.example/inbox"])).await;
        let found = read_all(&db, "a.example", 0, 100, 10).await;
        assert_eq!(found, [(2, INBOX.to_owned()), (3, "https://a.example/u/1/inbox".to_owned())]);
        assert_eq!(seqs(&read_all(&db, "a.example", 2, 100, 10).await), [3]);
    }

    async fn an_inbox_that_is_named_and_follows_gets_an_item_once(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        let mut both = letter(2, &[INBOX]);
        both.group = Some(GROUP);
        append(&db, &both).await;
        assert_eq!(seqs(&read_all(&db, "a.example", 0, 100, 10).await), [2]);
    }

    async fn several_are_put_on_the_log_in_their_order_and_none_twice(db: Db) {
        groups(&db).await;
        append(&db, &activity(7)).await;
        let plain = NewDelivery { body_group: None, body_microblog: Some(vec![0, 255]), ..activity(9) };
        let new = [activity(8), activity(7), letter(3, &["https://b.example/inbox"]), plain, activity(8)];
        let mut tx = db.begin().await.unwrap();
        let places = log::append_all(&mut tx, &new.iter().collect::<Vec<_>>(), NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(places, [8, 7, 9, 10, 8]);
        let items = log::list_items(&db, vec![7, 8, 9, 10]).await.unwrap();
        let keys: Vec<_> = items.iter().map(|item| item.order_key.rsplit('/').next().unwrap()).collect();
        assert_eq!(keys, ["7", "8", "3", "9"]);
        assert_eq!((&items[3].body_group, &items[3].body_microblog), (&None, &Some(vec![0, 255])));
        assert_eq!(seqs(&read_all(&db, "b.example", 0, 100, 10).await), [9]);
    }

    async fn several_hosts_are_read_for_at_once(db: Db) {
        groups(&db).await;
        for inbox in ["https://a.example/1", "https://a.example/2", "https://b.example/1"] {
            follow(&db, GROUP, inbox).await;
        }
        for event in 1..=5 {
            append(&db, &activity(event)).await;
        }
        let wish = |host: &str, after: i64, span: u32, limit: u32| {
            Wish { host: host.to_owned(), position: Position::after(after), span, limit }
        };
        let wishes = [
            wish("a.example", 0, 100, 3),
            wish("b.example", 2, 2, 9),
            wish("nobody.example", 0, 100, 9),
            wish("b.example", 5, 100, 9),
        ];
        let pages = log::read_all(&db, &wishes).await.unwrap();
        for (wish, page) in wishes.iter().zip(&pages) {
            let Wish { host, position, span, limit } = wish;
            assert_eq!(*page, log::read(&db, host, position, *span, *limit).await.unwrap());
        }
        let found: Vec<_> = pages.iter().map(|page| (page.pieces.len(), page.is_end)).collect();
        assert_eq!(found, [(3, false), (3, true), (0, true), (0, true)]);
        assert!(pages[0].pieces.iter().all(|piece| piece.inbox.starts_with("https://a.example/")));
    }

    async fn small_pages_and_short_spans_find_the_same(db: Db) {
        groups(&db).await;
        for inbox in ["https://a.example/1", "https://a.example/2", "https://a.example/3"] {
            follow(&db, GROUP, inbox).await;
        }
        for event in 1..=7 {
            let new = if event % 3 == 0 { letter(event, &["https://else.example/inbox"]) } else { activity(event) };
            append(&db, &new).await;
        }
        let all = read_all(&db, "a.example", 0, 1000, 1000).await;
        assert_eq!(all.len(), 15);
        for (span, limit) in [(1, 1), (2, 2), (1, 100), (100, 1), (3, 4)] {
            assert_eq!(read_all(&db, "a.example", 0, span, limit).await, all, "{span} rows, {limit} pieces");
        }
    }

    async fn the_end_of_the_log_is_passed_also_by_a_host_it_does_not_concern(db: Db) {
        groups(&db).await;
        append(&db, &activity(7)).await;
        let page = log::read(&db, "a.example", &Position::after(0), 100, 10).await.unwrap();
        assert!(page.is_end && page.pieces.is_empty());
        assert_eq!(page.position.passed(), 7);
    }

    async fn items_come_with_both_bodies(db: Db) {
        groups(&db).await;
        append(&db, &activity(1)).await;
        append(&db, &activity(2)).await;
        let items = log::list_items(&db, vec![2, 1, 77]).await.unwrap();
        assert_eq!(items.iter().map(|item| item.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(items[0].body_group.as_deref(), Some(&b"wrapped"[..]));
        assert_eq!(items[0].body_microblog, None);
        assert_eq!(items[0].group_id, Some(GROUP.0));
    }

    async fn only_what_every_living_host_has_passed_is_pruned(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        for event in 1..=4 {
            append(&db, &letter(event, &["https://b.example/inbox"])).await;
        }
        set_host(&db, "a.example", 4, "active").await;
        set_host(&db, "b.example", 2, "failing").await;
        let later = NOW.plus(Duration::from_secs(1));
        assert_eq!(prune(&db, NOW, Timestamp(0)).await, 0, "not old enough");
        assert_eq!(prune(&db, later, Timestamp(0)).await, 2);
        set_host(&db, "b.example", 2, "dead").await;
        assert_eq!(prune(&db, later, Timestamp(0)).await, 1, "a dead host holds nothing back; the last row stays");
        assert_eq!(log::last_seq(&db).await.unwrap(), 4);
    }

    async fn what_is_too_old_goes_whoever_waits_for_it(db: Db) {
        groups(&db).await;
        append(&db, &letter(1, &["https://b.example/inbox"])).await;
        append(&db, &letter(2, &["https://b.example/inbox"])).await;
        let later = NOW.plus(Duration::from_secs(1));
        assert_eq!(prune(&db, later, later).await, 1);
        assert_eq!(seqs(&read_all(&db, "b.example", 0, 100, 10).await), [2]);
    }

    async fn an_idle_cursor_moves_to_the_end_and_a_waiting_one_stays(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        append(&db, &letter(3, &["https://b.example/inbox"])).await;
        append(&db, &activity(4)).await;
        append(&db, &letter(5, &["https://c.example/inbox"])).await;
        set_host(&db, "b.example", 3, "active").await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(host::advance_idle(&mut tx, 5, NOW).await.unwrap(), 0, "it is not so far behind");
        assert_eq!(host::advance_idle(&mut tx, 0, NOW).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!([cursor(&db, "a.example").await, cursor(&db, "b.example").await], [0, 5]);
    }
}

async fn prune(db: &Db, before: Timestamp, give_up_before: Timestamp) -> u64 {
    let mut tx = db.begin().await.unwrap();
    let dropped = log::prune(&mut tx, before, give_up_before, 100).await.unwrap();
    tx.commit().await.unwrap();
    dropped
}

async fn set_host(db: &Db, host: &str, cursor: i64, state: &str) {
    let mut tx = db.begin().await.unwrap();
    let rows = tx
        .query("UPDATE delivery_hosts SET cursor = $2, state = $3 WHERE host = $1")
        .bind(host)
        .bind(cursor)
        .bind(state)
        .execute()
        .await
        .unwrap();
    assert_eq!(rows, 1);
    tx.commit().await.unwrap();
}

async fn cursor(db: &Db, host: &str) -> i64 {
    let (cursor,): (i64,) =
        db.query("SELECT cursor FROM delivery_hosts WHERE host = $1").bind(host).one().await.unwrap();
    cursor
}
