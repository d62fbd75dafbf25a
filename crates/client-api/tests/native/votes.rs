//! Votes.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn the_last_vote_of_each_person_counts(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/vote");
        alice.put(&path, json!({ "value": 1 })).await.ok();
        alice.put(&path, json!({ "value": 1 })).await.ok();
        let seen = bob.put(&path, json!({ "value": -1 })).await.ok();
        assert_eq!([&seen["up"], &seen["down"], &seen["score"], &seen["my_vote"]], [1, 1, 0, -1]);
        let seen = bob.put(&path, json!({ "value": 0 })).await.ok();
        assert_eq!([&seen["up"], &seen["down"], &seen["score"], &seen["my_vote"]], [1, 0, 1, 0]);
        assert_eq!(alice.get(&format!("/posts/{post}")).await.ok()["my_vote"], 1);
    }

    async fn comments_are_voted_on_too(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        let comment = alice.post(&format!("/posts/{post}/comments"), json!({ "content": "x" })).await.created();
        let path = format!("/comments/{}/vote", comment["id"].as_str().unwrap());
        let seen = alice.put(&path, json!({ "value": -1 })).await.ok();
        assert_eq!([&seen["score"], &seen["my_vote"]], [-1, -1]);
        alice.put(&format!("/comments/{post}/vote"), json!({ "value": 1 })).await.problem(404, "not-found");
    }

    async fn a_vote_is_one_of_three_numbers(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}/vote");
        for body in [json!({ "value": 2 }), json!({ "value": "1" }), json!({ "value": 0.5 }), json!({ "value": null }), json!({})] {
            alice.put(&path, body).await.field_problem(422, "value");
        }
        assert_eq!(alice.get(&format!("/posts/{post}")).await.ok()["score"], 0);
    }

    async fn what_is_not_open_takes_no_votes(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}");
        alice.delete_because(&path, json!({ "reason": "spam" })).await.done();
        bob.put(&format!("{path}/vote"), json!({ "value": 1 })).await.problem(409, "not-open");
        here.person("carol").await.put(&format!("{path}/vote"), json!({ "value": 1 })).await.problem(410, "gone");
    }
}
