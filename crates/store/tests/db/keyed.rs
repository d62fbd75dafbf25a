//! Reading by a key, alone and with others.

use guildhall_store::db::{DatabaseUrl, Keyed};
use guildhall_store::testing::on_both_engines;
use tokio::task::JoinSet;

use crate::support::{insert, open};

const BY_ID: Keyed = Keyed {
    sqlite: "SELECT id, title FROM notes WHERE id = $1",
    postgres: "SELECT id, title FROM notes WHERE id = ANY($1)",
    column: "id",
};
const BY_TITLE: Keyed = Keyed {
    sqlite: "SELECT title, id FROM notes WHERE title = $1 ORDER BY id DESC",
    postgres: "SELECT title, id FROM notes WHERE title = ANY($1) ORDER BY id DESC",
    column: "title",
};
const BROKEN: Keyed = Keyed { sqlite: "SELECT x FROM notes", postgres: "SELECT x FROM notes", column: "x" };

on_both_engines! {
    async fn each_of_many_gets_its_own_rows(url: DatabaseUrl) {
        let db = open(&url).await;
        let mut tx = db.begin().await.unwrap();
        for id in 1..=20 {
            insert(&mut tx, id).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut asked: JoinSet<_> = (1..=40)
            .map(|id: i64| {
                let db = db.clone();
                async move {
                    let by_id: Option<(i64, String)> = db.optional_by(BY_ID, id % 30).await.unwrap();
                    let title = format!("note {}", id % 30);
                    let by_title: Vec<(String, i64)> = db.all_by(BY_TITLE, title.as_str()).await.unwrap();
                    (id % 30, by_id, by_title)
                }
            })
            .collect();
        while let Some(found) = asked.join_next().await {
            let (id, by_id, by_title) = found.unwrap();
            let is_there = (1..=20).contains(&id);
            assert_eq!(by_id, is_there.then(|| (id, format!("note {id}"))));
            assert_eq!(by_title, is_there.then(|| (format!("note {id}"), id)).into_iter().collect::<Vec<_>>());
        }
    }

    async fn who_asks_sees_what_was_committed_before(url: DatabaseUrl) {
        let db = open(&url).await;
        for id in 1..=5 {
            assert_eq!(db.optional_by::<(i64, String)>(BY_ID, id).await.unwrap(), None);
            let mut tx = db.begin().await.unwrap();
            insert(&mut tx, id).await.unwrap();
            tx.commit().await.unwrap();
            assert!(db.optional_by::<(i64, String)>(BY_ID, id).await.unwrap().is_some());
        }
    }

    async fn an_error_is_told(url: DatabaseUrl) {
        let db = open(&url).await;
        assert!(db.optional_by::<(i64,)>(BROKEN, 1).await.is_err());
    }
}
