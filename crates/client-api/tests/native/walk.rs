//! One thread from its group to its end.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::{Answer, Here};

on_both_engines! {
    async fn a_thread_is_made_answered_voted_on_changed_and_deleted(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = (here.person("alice").await, here.person("bob").await);

        let group = alice.post("/groups", json!({ "name": "garden", "title": "The Garden" })).await.created();
        assert_eq!(group["ap_id"], "https://here.example/groups/garden");
        assert_eq!(bob.set("/groups/garden/membership").await.ok(), json!({ "state": "member" }));

        let post = bob.post("/groups/garden/posts", json!({ "title": "Tulips", "content": "*When?*" })).await.created();
        assert_eq!((&post["state"], &post["score"]), (&json!("published"), &json!(0)));
        let post = format!("/posts/{}", id(&post));

        let comment = alice.post(&format!("{post}/comments"), json!({ "content": "Now." })).await.created();
        assert_eq!(comment["parent"], json!(null));
        let reply = json!({ "content": "Thanks.", "parent": comment["id"] });
        let reply = bob.post(&format!("{post}/comments"), reply).await.created();
        assert_eq!((&reply["parent"], &reply["depth"]), (&comment["id"], &json!(2)));

        assert_eq!(alice.put(&format!("{post}/vote"), json!({ "value": 1 })).await.ok()["score"], 1);
        here.advance_seconds(60);
        let edited = bob.patch(&post, json!({ "title": "Tulips, early" })).await.ok();
        assert_eq!(edited["edited_at"], "2026-03-01T12:01:00.000Z");
        assert_eq!(edited["content_html"].as_str().unwrap().trim(), "<p><em>When?</em></p>");

        let seen = here.anybody().get(&post).await.ok();
        assert_eq!((&seen["title"], &seen["comment_count"]), (&json!("Tulips, early"), &json!(2)));
        assert_eq!(seen["my_vote"], json!(null));

        bob.delete(&post).await.done();
        for reader in [&here.anybody(), &alice, &bob] {
            reader.get(&post).await.problem(410, "gone");
        }
        let left = here.anybody().get("/groups/garden/posts").await.ok();
        assert_eq!(left, json!({ "items": [], "next": null }));
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["post_count"], 0);
    }

    async fn created_things_say_where_they_are(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let location = |answer: &Answer| {
            answer.header(&axum::http::header::LOCATION).strip_prefix("https://here.example/api/guildhall/v1").unwrap().to_owned()
        };
        let group = alice.post("/groups", json!({ "name": "garden" })).await;
        assert_eq!(alice.get(&location(&group)).await.ok(), group.body);
        let post = alice.post("/groups/garden/posts", json!({ "title": "Tulips" })).await;
        assert_eq!(alice.get(&location(&post)).await.ok(), post.body);
        let comment = alice.post(&format!("{}/comments", location(&post)), json!({ "content": "Now." })).await;
        assert_eq!(alice.get(&location(&comment)).await.ok(), comment.body);
    }
}

fn id(thing: &serde_json::Value) -> &str {
    thing["id"].as_str().unwrap()
}
