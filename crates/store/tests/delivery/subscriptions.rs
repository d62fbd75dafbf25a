use guildhall_store::Db;
use guildhall_store::delivery::subscription;
use guildhall_store::testing::on_both_engines;

use crate::set_up::{GROUP, NOW, OTHER_GROUP, activity, append, follow, groups, read_all, seqs};

const INBOX: &str = "https://a.example:8443/inbox";
const HOST: &str = "a.example:8443";

on_both_engines! {
    async fn one_row_stands_for_all_followers_behind_an_inbox(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        append(&db, &activity(1)).await;
        follow(&db, GROUP, INBOX).await;
        append(&db, &activity(2)).await;
        assert_eq!(seqs(&read_all(&db, HOST, 0, 100, 10).await), [1, 2], "the second follower changes no date");
        unfollow(&db).await;
        assert_eq!(seqs(&read_all(&db, HOST, 0, 100, 10).await), [1, 2]);
        unfollow(&db).await;
        assert!(read_all(&db, HOST, 0, 100, 10).await.is_empty());
    }

    async fn leaving_twice_does_no_harm(db: Db) {
        groups(&db).await;
        follow(&db, GROUP, INBOX).await;
        unfollow(&db).await;
        unfollow(&db).await;
        follow(&db, GROUP, INBOX).await;
        assert_eq!(subscription::list_hosts(&db, GROUP).await.unwrap(), [HOST]);
    }

    async fn the_hosts_of_a_group_are_each_listed_once_in_byte_order(db: Db) {
        groups(&db).await;
        for inbox in ["https://b.example/1", "https://b.example/2", "https://B-x.example/1", "https://a.example/1"] {
            follow(&db, GROUP, inbox).await;
        }
        follow(&db, OTHER_GROUP, "https://else.example/inbox").await;
        let hosts = subscription::list_hosts(&db, GROUP).await.unwrap();
        assert_eq!(hosts, ["B-x.example", "a.example", "b.example"]);
    }
}

async fn unfollow(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    subscription::remove(&mut tx, GROUP, INBOX, NOW).await.unwrap();
    tx.commit().await.unwrap();
}
