//! Pages of lists.

use axum::http::header::LINK;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{API, Client, Here};

on_both_engines! {
    async fn next_and_link_lead_through_the_same_pages(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        for number in 1..=5 {
            here.advance_seconds(1);
            bob.post("/groups/garden/posts", json!({ "title": number.to_string() })).await.created();
        }
        for sort in ["new", "active", "top"] {
            let first = format!("/groups/garden/posts?sort={sort}&limit=2");
            assert_eq!(by_cursor(&here.anybody(), &first).await, ["5", "4", "3", "2", "1"], "{sort}");
            assert_eq!(by_link(&here.anybody(), &first).await, ["5", "4", "3", "2", "1"], "{sort}");
        }
    }

    async fn every_list_is_paged(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.post("/groups", json!({ "name": "books" })).await.created();
        for content in ["a", "b"] {
            bob.post(&format!("/posts/{post}/comments"), json!({ "content": content })).await.created();
        }
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        for title in ["c", "d"] {
            bob.post("/groups/garden/posts", json!({ "title": title })).await.created();
        }
        for list in ["/groups".to_owned(), format!("/posts/{post}/comments"), "/groups/garden/queue".to_owned()] {
            let first = alice.get(&format!("{list}?limit=1")).await.ok();
            let next = first["next"].as_str().unwrap();
            let second = alice.get(&format!("{list}?limit=1&cursor={next}")).await;
            assert!(second.headers.get(LINK).is_none(), "{list}");
            let second = second.ok();
            assert_eq!(second["next"], json!(null), "{list}");
            assert_ne!(second["items"][0]["id"], first["items"][0]["id"], "{list}");
            assert_eq!(alice.get(&list).await.ok()["items"].as_array().unwrap().len(), 2, "{list}");
        }
    }

    async fn pages_that_cannot_be_read_say_which_parameter(db: Db) {
        let here = Here::start(db);
        here.garden(json!({})).await;
        let cases = [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=-1", "limit"),
            ("cursor=x", "cursor"), ("cursor=", "cursor"), ("sort=best", "sort"),
        ];
        for (query, parameter) in cases {
            let answer = here.anybody().get(&format!("/groups/garden/posts?{query}")).await;
            answer.field_problem(400, parameter);
        }
        here.anybody().get("/groups?limit=1&limit=2").await.problem(400, "invalid-parameter");
        here.anybody().get("/groups/garden/posts?limit=100&other=1").await.ok();
    }
}

async fn by_cursor(reader: &Client, first: &str) -> Vec<String> {
    let mut titles = Vec::new();
    let mut path = first.to_owned();
    loop {
        let page = reader.get(&path).await.ok();
        titles.extend(
            page["items"].as_array().unwrap().iter().map(|post| post["title"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("{first}&cursor={next}"),
            None => return titles,
        }
    }
}

async fn by_link(reader: &Client, first: &str) -> Vec<String> {
    let mut titles = Vec::new();
    let mut next = format!("https://here.example{API}{first}");
    loop {
        let path = next.strip_prefix(&format!("https://here.example{API}")).unwrap();
        let answer = reader.get(path).await;
        let link = answer.headers.get(LINK).map(|link| link.to_str().unwrap().to_owned());
        let page = answer.ok();
        titles.extend(
            page["items"].as_array().unwrap().iter().map(|post| post["title"].as_str().unwrap().to_owned()),
        );
        let Some(link) = link else { return titles };
        next = link.replace('<', "").replace(">; rel=\"next\"", "");
    }
}
