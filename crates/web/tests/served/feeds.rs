//! `GET /groups/{name}/feed.atom`, `GET /users/{name}/feed.atom`

use atom_syndication::Feed;
use axum::http::StatusCode;
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{Answer, Town};

fn titles(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    let feed: Feed = answer.body.parse().unwrap();
    feed.entries().iter().map(|entry| entry.title().as_str().to_owned()).collect()
}

on_both_engines! {
    async fn a_group_has_a_feed_of_its_posts_and_a_person_of_all_they_wrote(db: Db) {
        let town = Town::new(db).await;
        let frost = town.post("Late frost").await;
        let gone = town.post("A mistake").await;
        town.here.comment(&frost, &town.mona, "Fleece.").await;
        town.delete(&gone).await;
        assert_eq!(titles(&town.get("/groups/garden/feed.atom").await), ["Late frost"]);
        let of_mona = titles(&town.get("/users/mona/feed.atom").await);
        assert_eq!(of_mona, ["Comment in The garden group", "Late frost"]);
    }

    async fn feeds_are_marked_so_that_readers_need_not_fetch_them_twice(db: Db) {
        let town = Town::new(db).await;
        let before = town.get("/groups/garden/feed.atom").await;
        assert_eq!(town.get("/groups/garden/feed.atom").await.header("etag"), before.header("etag"));
        town.post("Late frost").await;
        let after = town.get("/groups/garden/feed.atom").await;
        assert!(!after.header("etag").is_empty() && after.header("etag") != before.header("etag"));
    }

    async fn feeds_of_nobody_are_404_and_other_spellings_lead_to_the_one(db: Db) {
        let town = Town::new(db).await;
        for path in ["/groups/nobody/feed.atom", "/users/nobody/feed.atom"] {
            assert_eq!(town.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let answer = town.get("/groups/Garden/feed.atom").await;
        assert_eq!(answer.header("location"), "/groups/garden/feed.atom");
    }
}
