//! Requests that are sent again because no answer came.

use axum::http::{Method, header};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here, document};

const POSTS: &str = "/groups/garden/posts";
const DAY: i64 = 24 * 60 * 60;

fn tulips() -> Value {
    json!({ "title": "Tulips", "content": "When?" })
}

async fn count(reader: &Client, path: &str) -> usize {
    reader.get(path).await.ok()["items"].as_array().unwrap().len()
}

on_both_engines! {
    async fn a_repeated_request_is_answered_as_the_first_and_makes_nothing(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let first = bob.post_as("k1", POSTS, tulips()).await;
        here.advance_seconds(DAY - 1);
        let again = bob.post_as("k1", POSTS, tulips()).await;
        assert_eq!(again.header(&header::LOCATION), first.header(&header::LOCATION));
        let post = first.created();
        assert_eq!(again.created(), post);
        assert_eq!(count(&here.anybody(), POSTS).await, 1);

        let comments = format!("/posts/{}/comments", post["id"].as_str().unwrap());
        let said = bob.post_as("k2", &comments, json!({ "content": "Soon." })).await.created();
        assert_eq!(bob.post_as("k2", &comments, json!({ "content": "Soon." })).await.created(), said);
        assert_eq!(count(&here.anybody(), &comments).await, 1);

        // Keys are everybody's own, and without one every request is new.
        assert_ne!(alice.post_as("k1", POSTS, tulips()).await.created()["id"], post["id"]);
        assert_ne!(bob.post(POSTS, tulips()).await.created()["id"], post["id"]);
    }

    async fn a_repeated_request_is_answered_whatever_happened_meanwhile(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let held = bob.post_as("k", POSTS, tulips()).await.created();
        alice.patch("/groups/garden", json!({ "posting": "moderators" })).await.ok();
        assert_eq!(bob.post_as("k", POSTS, tulips()).await.created(), held);
        bob.delete(&format!("/posts/{}", held["id"].as_str().unwrap())).await.done();
        // As the post itself is: what was never published leaves no trace.
        bob.post_as("k", POSTS, tulips()).await.problem(404, "not-found");
        assert_eq!(alice.get("/groups/garden/queue").await.ok()["items"], json!([]));
    }

    async fn a_key_does_not_stand_for_another_request(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let post = bob.post_as("k", POSTS, tulips()).await.created();
        let problem = bob.post_as("k", POSTS, json!({ "title": "Roses" })).await.problem(422, "idempotency-key-reused");
        assert_eq!(problem["field"], "Idempotency-Key");
        let comments = format!("/posts/{}/comments", post["id"].as_str().unwrap());
        bob.post_as("k", &comments, json!({ "content": "x" })).await.problem(422, "idempotency-key-reused");
        assert_eq!((count(&here.anybody(), POSTS).await, count(&here.anybody(), &comments).await), (1, 0));
    }

    async fn after_a_day_a_key_is_new_again(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let first = bob.post_as("k", POSTS, tulips()).await.created();
        here.advance_seconds(DAY);
        let second = bob.post_as("k", POSTS, json!({ "title": "Roses" })).await.created();
        assert_ne!(second["id"], first["id"]);
        assert_eq!(bob.post_as("k", POSTS, json!({ "title": "Roses" })).await.created()["id"], second["id"]);
    }

    async fn a_refused_request_may_be_made_again_with_its_key(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({ "posting": "members" })).await;
        bob.post_as("k", POSTS, tulips()).await.problem(403, "members-only");
        bob.set("/groups/garden/membership").await.ok();
        bob.post_as("k", POSTS, tulips()).await.created();
        bob.post_as("k2", POSTS, json!({ "title": "" })).await.field_problem(422, "title");
        bob.post_as("k2", POSTS, json!({ "title": "Roses" })).await.created();
    }

    async fn what_is_no_key_is_refused(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        for key in ["", "two words", "\u{fc}", &"k".repeat(201)] {
            let problem = bob.post_as(key, POSTS, tulips()).await.problem(400, "invalid-idempotency-key");
            assert_eq!(problem["field"], "Idempotency-Key");
        }
        let twice = [("content-type", "application/json"), ("idempotency-key", "a"), ("idempotency-key", "b")];
        let answer = bob.send_with(Method::POST, POSTS, &twice, tulips().to_string()).await;
        answer.problem(400, "invalid-idempotency-key");
        assert_eq!(count(&here.anybody(), POSTS).await, 0);
        bob.post_as(&"k".repeat(200), POSTS, tulips()).await.created();
    }

    async fn equal_requests_at_once_make_one_post(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let same = || bob.post_as("k", POSTS, tulips());
        let (one, two, three, other) = tokio::join!(same(), same(), same(), bob.post_as("o", POSTS, tulips()));
        let post = one.created();
        assert_eq!((&two.created(), &three.created()), (&post, &post));
        assert_ne!(other.created()["id"], post["id"]);
        assert_eq!(count(&here.anybody(), POSTS).await, 2);
    }
}

#[test]
fn the_document_names_the_header_where_it_counts() {
    for path in ["/groups/{name}/posts", "/posts/{id}/comments"] {
        let operation = &document()["paths"][format!("{}{path}", crate::support::API)]["post"];
        let header =
            operation["parameters"].as_array().unwrap().iter().find(|one| one["in"] == "header").unwrap();
        assert_eq!((&header["name"], &header["required"]), (&json!("Idempotency-Key"), &json!(false)));
        assert_eq!(header["schema"]["maxLength"], 200);
    }
}
