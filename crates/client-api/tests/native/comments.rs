//! Comments.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{Client, Here};

on_both_engines! {
    async fn a_comment_is_as_a_post_with_its_place(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        let comment = alice.post(&format!("/posts/{post}/comments"), json!({ "content": "*Now.*", "language": "en" })).await.created();
        let id = comment["id"].as_str().unwrap();
        assert_eq!((&comment["post"], &comment["parent"], &comment["depth"]), (&json!(post), &json!(null), &json!(1)));
        assert_eq!(comment["ap_id"], format!("https://here.example/comments/{id}"));
        assert_eq!(comment["url"], format!("https://here.example/posts/{post}#comment-{id}"));
        assert_eq!((&comment["title"], &comment["language"]), (&json!(null), &json!("en")));
        assert_eq!(comment["content_html"].as_str().unwrap().trim(), "<p><em>Now.</em></p>");
        assert_eq!(alice.get(&format!("/comments/{id}")).await.ok(), comment);
    }

    async fn of_what_is_gone_a_trace_is_left_where_answers_are_shown(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/comments");
        let answer = async |parent: Option<&str>| {
            let answer = json!({ "content": "Tulips!", "parent": parent });
            bob.post(&path, answer).await.created()["id"].as_str().unwrap().to_owned()
        };
        let above = answer(None).await;
        let between = answer(Some(&above)).await;
        let shown = answer(Some(&between)).await;
        let bare = answer(Some(&shown)).await;
        alice.delete_because(&format!("/comments/{above}"), json!({ "reason": "Rude." })).await.done();
        bob.delete(&format!("/comments/{between}")).await.done();
        bob.delete(&format!("/comments/{bare}")).await.done();

        let list = here.anybody().get(&path).await.ok();
        let trace = |id: &str, parent: Option<&str>, depth: i64| {
            json!({ "id": id, "deleted": true, "post": post, "parent": parent, "depth": depth })
        };
        assert_eq!(list["items"][0], trace(&above, None, 1));
        assert_eq!(list["items"][1], trace(&between, Some(&above), 2));
        assert_eq!((&list["items"][2]["id"], &list["items"][2]["parent"]), (&json!(shown), &json!(between)));
        assert_eq!(list["items"].as_array().unwrap().len(), 3, "nothing hangs on the last one");
        assert_eq!(alice.get(&path).await.ok()["items"][0]["state"], "removed", "moderators see the whole of it");
        here.anybody().get(&format!("/comments/{above}")).await.problem(410, "gone");
    }

    async fn an_author_sees_where_a_comment_stands_and_why(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        let held = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "Now." })).await.created();
        let path = format!("/comments/{}", held["id"].as_str().unwrap());
        let seen = async |reader: &Client| {
            let seen = reader.get(&path).await.ok();
            (seen["state"].clone(), seen["state_reason"].clone())
        };
        assert_eq!(seen(&bob).await, (json!("held"), json!("review-all")));
        here.anybody().get(&path).await.problem(404, "not-found");
        let item = alice.get("/groups/garden/queue").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        alice.post(&format!("/groups/garden/queue/{item}/refuse"), json!({ "reason": "Too short." })).await.ok();
        assert_eq!(seen(&bob).await, (json!("refused"), json!("Too short.")));
        here.anybody().get(&path).await.problem(404, "not-found");
    }

    async fn comments_are_listed_oldest_first_without_what_was_deleted(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/comments");
        let mut ids = Vec::new();
        for content in ["one", "two", "three"] {
            here.advance_seconds(1);
            let comment = bob.post(&path, json!({ "content": content })).await.created();
            ids.push(comment["id"].as_str().unwrap().to_owned());
        }
        bob.delete(&format!("/comments/{}", ids[0])).await.done();
        alice.delete_because(&format!("/comments/{}", ids[1]), json!({ "reason": "off topic" })).await.done();
        let contents = |list: serde_json::Value| -> Vec<_> {
            list["items"].as_array().unwrap().iter().map(|comment| comment["content"].clone()).collect()
        };
        assert_eq!(contents(here.anybody().get(&path).await.ok()), ["three"]);
        assert_eq!(contents(alice.get(&path).await.ok()), ["two", "three"]);
        assert_eq!(here.anybody().get(&format!("/posts/{post}")).await.ok()["comment_count"], 1);
    }

    async fn the_parent_is_the_post_or_one_of_its_comments(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/comments");
        let answer = alice.post(&path, json!({ "content": "x", "parent": post })).await.created();
        assert_eq!(answer["parent"], json!(null));
        let other = alice.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
        let elsewhere = alice.post(&format!("/posts/{}/comments", other["id"].as_str().unwrap()), json!({ "content": "y" })).await.created();
        for parent in [&elsewhere["id"], &other["id"], &json!("1"), &json!("abc")] {
            alice.post(&path, json!({ "content": "x", "parent": parent })).await.field_problem(422, "parent");
        }
        let id = answer["id"].as_str().unwrap();
        alice.delete(&format!("/comments/{id}")).await.done();
        alice.post(&path, json!({ "content": "x", "parent": id })).await.problem(409, "parent-not-open");
    }

    async fn a_comment_needs_content_and_a_post(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/comments");
        alice.post(&path, json!({ "content": "\n" })).await.field_problem(422, "content");
        alice.post(&path, json!({})).await.field_problem(422, "content");
        alice.post(&path, json!({ "content": 5 })).await.field_problem(422, "content");
        alice.post("/posts/1/comments", json!({ "content": "x" })).await.problem(404, "not-found");
        here.anybody().get("/posts/1/comments").await.problem(404, "not-found");
        bob.delete(&format!("/posts/{post}")).await.done();
        alice.post(&path, json!({ "content": "x" })).await.problem(410, "gone");
        here.anybody().get(&path).await.problem(410, "gone");
    }

    async fn a_comment_is_changed_by_its_author(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "Now." })).await.created();
        let path = format!("/comments/{}", comment["id"].as_str().unwrap());
        assert_eq!(bob.patch(&path, json!({})).await.ok(), comment);
        let changed = bob.patch(&path, json!({ "content": "Later.", "language": "en" })).await.ok();
        assert_eq!((&changed["content"], &changed["language"]), (&json!("Later."), &json!("en")));
        alice.patch(&path, json!({ "content": "Mine." })).await.problem(403, "not-author");
        bob.patch(&path, json!({ "content": " " })).await.field_problem(422, "content");
        bob.patch(&path, json!({ "title": "x" })).await.field_problem(422, "title");
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        let shown = bob.patch(&path, json!({ "content": "Never." })).await.is(StatusCode::ACCEPTED);
        assert_eq!(shown["content"], "Later.");
    }

    async fn a_deleted_comment_is_gone_until_its_author_brings_it_back(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "Now." })).await.created();
        let path = format!("/comments/{}", comment["id"].as_str().unwrap());
        bob.delete(&path).await.done();
        bob.get(&path).await.problem(410, "gone");
        bob.delete(&path).await.problem(410, "gone");
        alice.call(&format!("{path}/restore")).await.problem(403, "not-allowed");
        assert_eq!(bob.call(&format!("{path}/restore")).await.ok()["content"], "Now.");
        bob.call(&format!("{path}/restore")).await.problem(409, "nothing-to-restore");
        here.anybody().get(&path).await.ok();
    }
}
