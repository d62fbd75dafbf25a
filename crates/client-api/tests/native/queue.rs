//! What waits for moderators.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

on_both_engines! {
    async fn a_held_post_is_admitted_under_its_own_id(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let held = bob.post("/groups/garden/posts", json!({ "title": "Tulips", "content": "*When?*" })).await.created();
        let item = only(&alice.get("/groups/garden/queue").await.ok());
        assert_eq!((&item["kind"], &item["title"], &item["reason"]), (&json!("post"), &json!("Tulips"), &json!("review-all")));
        assert_eq!((&item["object"], &item["entry"]), (&held["ap_id"], &held["id"]));
        assert_eq!((&item["actor"]["handle"], &item["actor"]["ap_id"]), (&json!("@bob@here.example"), &json!("https://here.example/users/bob")));
        assert_eq!(item["received_at"], "2026-03-01T12:00:00.000Z");
        assert_eq!(item["content_html"], held["content_html"]);

        let decided = alice.call(&format!("/groups/garden/queue/{}/admit", id(&item))).await.ok();
        assert_eq!(decided, json!({ "id": item["id"], "decision": "admit" }));
        let shown = here.anybody().get(&format!("/posts/{}", id(&held))).await.ok();
        assert_eq!((&shown["state"], &shown["ap_id"]), (&json!("published"), &held["ap_id"]));
        assert_eq!(alice.get("/groups/garden/queue").await.ok(), json!({ "items": [], "next": null }));
    }

    async fn a_held_comment_is_refused_with_a_reason_for_its_author(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "first" })).await;
        let post = alice.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        let held = bob.post(&format!("/posts/{}/comments", id(&post)), json!({ "content": "Now." })).await.created();
        assert_eq!(held["state"], "held");
        let item = only(&alice.get("/groups/garden/queue").await.ok());
        assert_eq!((&item["kind"], &item["title"]), (&json!("comment"), &json!("Now.")));

        let refusal = format!("/groups/garden/queue/{}/refuse", id(&item));
        alice.post(&refusal, json!({})).await.field_problem(422, "reason");
        alice.post(&refusal, json!({ "reason": " " })).await.field_problem(422, "reason");
        alice.post(&refusal, json!({ "reason": "x".repeat(1_001) })).await.field_problem(422, "reason");
        alice.post(&refusal, json!({ "reason": "Off topic." })).await.ok();
        let comment = format!("/comments/{}", id(&held));
        let seen = bob.get(&comment).await.ok();
        assert_eq!((&seen["state"], &seen["state_reason"]), (&json!("refused"), &json!("Off topic.")));
        here.anybody().get(&comment).await.problem(404, "not-found");
    }

    async fn a_request_to_join_is_admitted_or_refused(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "approval" })).await;
        bob.set("/groups/garden/membership").await.is(StatusCode::ACCEPTED);
        let item = only(&alice.get("/groups/garden/queue").await.ok());
        assert_eq!((&item["kind"], &item["title"], &item["reason"]), (&json!("join"), &json!("@bob@here.example"), &json!("approval")));
        assert_eq!((&item["object"], &item["entry"], &item["content_html"]), (&json!(null), &json!(null), &json!("")));
        alice.call(&format!("/groups/garden/queue/{}/admit", id(&item))).await.ok();
        assert_eq!(bob.set("/groups/garden/membership").await.ok()["state"], "member");

        let carol = here.person("carol").await;
        carol.set("/groups/garden/membership").await.is(StatusCode::ACCEPTED);
        let item = only(&alice.get("/groups/garden/queue").await.ok());
        alice.post(&format!("/groups/garden/queue/{}/refuse", id(&item)), json!({ "reason": "No." })).await.ok();
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["member_count"], 1);
    }

    async fn an_item_is_decided_once(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let (item, _) = held(&alice, &bob).await;
        alice.call(&format!("{item}/admit")).await.ok();
        alice.call(&format!("{item}/admit")).await.problem(409, "already-decided");
        alice.post(&format!("{item}/refuse"), json!({ "reason": "No." })).await.problem(409, "already-decided");
    }

    async fn the_queue_is_for_moderators_and_admins(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let (item, post) = held(&alice, &bob).await;
        here.anybody().get("/groups/garden/queue").await.problem(401, "token-wanted");
        bob.get("/groups/garden/queue").await.problem(403, "not-moderator");
        bob.call(&format!("{item}/admit")).await.problem(403, "not-moderator");
        bob.post(&format!("{item}/refuse"), json!({ "reason": "x" })).await.problem(403, "not-moderator");
        bob.call("/groups/garden/queue/1/admit").await.problem(403, "not-moderator");

        let admin = here.admin("chief").await;
        assert_eq!(admin.get("/groups/garden/queue").await.ok()["items"].as_array().unwrap().len(), 1);
        admin.call(&format!("{item}/admit")).await.ok();
        here.anybody().get(&post).await.ok();
    }

    async fn an_item_is_found_in_the_queue_of_its_group_alone(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let (item, post) = held(&alice, &bob).await;
        bob.post("/groups", json!({ "name": "mine" })).await.created();
        let elsewhere = item.replace("/garden/", "/mine/");
        bob.call(&format!("{elsewhere}/admit")).await.problem(404, "not-found");
        bob.post(&format!("{elsewhere}/refuse"), json!({ "reason": "x" })).await.problem(404, "not-found");
        alice.call("/groups/garden/queue/1/admit").await.problem(404, "not-found");
        alice.call("/groups/garden/queue/x/admit").await.field_problem(400, "item");
        here.anybody().get(&post).await.problem(404, "not-found");
    }
}

/// The addresses of an item of the queue and of its post.
async fn held(moderator: &Client, author: &Client) -> (String, String) {
    let post = author.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
    let item = only(&moderator.get("/groups/garden/queue").await.ok());
    (format!("/groups/garden/queue/{}", id(&item)), format!("/posts/{}", id(&post)))
}

#[track_caller]
fn only(list: &Value) -> Value {
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    items[0].clone()
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}
