//! What readers see while the database is away.

use axum::http::StatusCode;
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::Town;

on_both_engines! {
    async fn without_a_database_every_page_says_when_to_come_again(db: Db) {
        let town = Town::new(db).await;
        town.here.app.store.close().await;
        for path in ["/", "/groups/garden", "/groups/garden/feed.atom", "/users/mona", "/posts/5", "/comments/5"] {
            let answer = town.get(path).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.body);
            assert_eq!(answer.header("retry-after"), "30", "{path}");
            assert_eq!(answer.page().text("h1"), "Back in a moment", "{path}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{path}");
        }
        assert_eq!(town.get("/robots.txt").await.status, StatusCode::OK);
    }
}
