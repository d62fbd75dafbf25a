//! Each page has one address; others lead there, or say what is wrong.

use axum::http::{Method, StatusCode};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{Town, send};

on_both_engines! {
    async fn a_slash_at_the_end_leads_to_the_page_without_it_and_the_query_stays(db: Db) {
        let town = Town::new(db).await;
        let cases = [
            ("/groups/garden/", "/groups/garden"),
            ("/groups/garden/?sort=top&cursor=a%20b", "/groups/garden?sort=top&cursor=a%20b"),
            ("/groups/garden/feed.atom/", "/groups/garden/feed.atom"),
            ("/groups/b%C3%A4ume@elsewhere.example/", "/groups/b%C3%A4ume@elsewhere.example"),
            ("/users/mona/", "/users/mona"),
            ("/groups/garden/log/?action=ban", "/groups/garden/log?action=ban"),
            ("/log/feed.atom/", "/log/feed.atom"),
            ("/transparency/", "/transparency"),
            ("/users/mona/feed.atom/", "/users/mona/feed.atom"),
            ("/posts/5/", "/posts/5"),
            ("/comments/5/?utm=1", "/comments/5?utm=1"),
        ];
        for method in [Method::GET, Method::HEAD] {
            for (asked, there) in cases {
                let answer = send(&town.here, method.clone(), asked).await;
                assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{method} {asked}");
                assert_eq!(answer.header("location"), there, "{method} {asked}");
            }
        }
    }

    async fn only_pages_are_read_with_a_slash(db: Db) {
        let town = Town::new(db).await;
        for path in ["//elsewhere.example/", "/nowhere/", "/groups/garden//", "/assets/x/"] {
            assert_eq!(town.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let answer = send(&town.here, Method::POST, "/groups/garden/").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
