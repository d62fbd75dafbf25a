//! Pages of lists.

use axum::http::{StatusCode, header::LINK};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

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
        let path = format!("/posts/{post}");
        bob.patch(&path, json!({ "title": "Roses" })).await.is(StatusCode::ACCEPTED);
        bob.patch(&path, json!({ "title": "Peonies" })).await.is(StatusCode::ACCEPTED);
        for text in ["Rude.", "Spam."] {
            bob.post(&format!("{path}/report"), json!({ "text": text })).await.done();
        }
        let lists = [
            ("/groups".to_owned(), 2), ("/groups/garden/reports".to_owned(), 2), (format!("/posts/{post}/comments"), 2), ("/groups/garden/queue".to_owned(), 3),
            (format!("/posts/{post}/decisions"), 2), ("/groups/garden/decisions".to_owned(), 4),
        ];
        for (list, count) in lists {
            let whole = alice.get(&list).await;
            assert!(whole.headers.get(LINK).is_none(), "{list}");
            let whole = whole.ok();
            assert_eq!(whole["next"], json!(null), "{list}");
            assert_eq!(whole["items"].as_array().unwrap().len(), count, "{list}");
            let read = |page: &Value| vec![page["items"][0]["id"].clone()];
            assert_eq!(follow(&alice, &format!("{list}?limit=1"), read).await, ids(&whole), "{list}");
        }
    }

    async fn a_cursor_of_another_order_or_list_is_refused(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        bob.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
        let sorted = |sort: &str| format!("/groups/garden/posts?sort={sort}&limit=1");
        for made in ["new", "active", "top"] {
            let next = alice.get(&sorted(made)).await.ok()["next"].as_str().unwrap().to_owned();
            for read in ["new", "active", "top"] {
                let answer = alice.get(&format!("{}&cursor={next}", sorted(read))).await;
                if made == read {
                    answer.ok();
                    continue;
                }
                let detail = answer.field_problem(400, "cursor")["detail"].clone();
                assert_eq!(detail, "This cursor is of another list, or of another order of this one; begin without one.");
            }
            let others = [
                "/groups".to_owned(), format!("/posts/{post}/comments"), format!("/posts/{post}/decisions"),
                "/groups/garden/queue".to_owned(), "/groups/garden/decisions".to_owned(),
                "/groups/garden/reports".to_owned(), "/instance/decisions".to_owned(),
            ];
            for other in others {
                alice.get(&format!("{other}?cursor={next}")).await.field_problem(400, "cursor");
            }
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
        for (query, parameter) in [("limit=1&limit=2", "limit"), ("cursor=&cursor=", "cursor"), ("sort=new&sort=new", "sort")] {
            let answer = here.anybody().get(&format!("/groups/garden/posts?{query}")).await;
            assert_eq!(answer.field_problem(400, parameter)["detail"], "This parameter is given twice.");
        }
        here.anybody().get("/groups/garden/posts?limit=100&other=1").await.ok();
    }
}

fn titles(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().iter().map(|post| post["title"].clone()).collect()
}

fn ids(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}

async fn by_cursor(reader: &Client, first: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut path = first.to_owned();
    loop {
        let page = reader.get(&path).await.ok();
        found.extend(titles(&page));
        match page["next"].as_str() {
            Some(next) => path = format!("{first}&cursor={next}"),
            None => return found,
        }
    }
}

async fn by_link(reader: &Client, first: &str) -> Vec<Value> {
    follow(reader, first, titles).await
}

/// What `read` finds on the pages that `Link` leads to.
async fn follow(reader: &Client, first: &str, read: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = format!("https://here.example{API}{first}");
    loop {
        let path = next.strip_prefix(&format!("https://here.example{API}")).unwrap();
        let answer = reader.get(path).await;
        let link = answer.headers.get(LINK).map(|link| link.to_str().unwrap().to_owned());
        let page = answer.ok();
        found.extend(read(&page));
        let Some(link) = link else { return found };
        next = link.replace('<', "").replace(">; rel=\"next\"", "");
    }
}
