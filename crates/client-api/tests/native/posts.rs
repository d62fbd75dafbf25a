//! Posts.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

on_both_engines! {
    async fn a_post_carries_all_that_was_given(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let post = bob.post("/groups/garden/posts", json!({
            "title": " Tulips ", "content": "**When?**", "url": "https://a.example/x", "language": "en", "sensitive": true,
        })).await.created();
        assert_eq!((&post["title"], &post["content"]), (&json!("Tulips"), &json!("**When?**")));
        assert_eq!(post["content_html"].as_str().unwrap().trim(), "<p><strong>When?</strong></p>");
        assert_eq!((&post["link_url"], &post["language"], &post["sensitive"]), (&json!("https://a.example/x"), &json!("en"), &json!(true)));
        let address = format!("https://here.example/posts/{}", post["id"].as_str().unwrap());
        assert_eq!((&post["url"], &post["ap_id"]), (&json!(address), &json!(address)));
        assert_eq!(post["author"]["handle"], "@bob@here.example");
        assert_eq!(post["author"]["ap_id"], "https://here.example/users/bob");
        assert_eq!(post["group"], "garden");
        assert_eq!((&post["created_at"], &post["edited_at"]), (&json!("2026-03-01T12:00:00.000Z"), &json!(null)));
        assert_eq!((&post["up"], &post["down"], &post["my_vote"]), (&json!(0), &json!(0), &json!(0)));
    }

    async fn tags_that_rules_gave_are_shown_to_whoever_reads_it(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let then = json!([{ "add_tag": "Unchecked" }, { "add_tag": "offer" }]);
        let rules = json!([{ "name": "r", "title": "R.", "when": { "words": ["tulips"] }, "then": then }]);
        alice.put("/groups/garden/rulebook", json!({ "revision": 0, "rules": rules })).await.ok();
        let tags = json!(["offer", "unchecked"]);
        let post = bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        assert_eq!(post["tags"], tags);
        let path = format!("/posts/{}", post["id"].as_str().unwrap());
        let comment = bob.post(&format!("{path}/comments"), json!({ "content": "More tulips" })).await.created();
        assert_eq!(comment["tags"], tags);
        let plain = bob.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
        assert_eq!(plain["tags"], json!([]));
        let nobody = here.anybody();
        assert_eq!(nobody.get(&path).await.ok()["tags"], tags);
        let listed = nobody.get("/groups/garden/posts?sort=new").await.ok();
        assert_eq!((&listed["items"][0]["tags"], &listed["items"][1]["tags"]), (&json!([]), &tags));
    }

    async fn texts_that_do_not_fit_are_named(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let cases = [
            (json!({ "content": "x" }), "title"),
            (json!({ "title": " " }), "title"),
            (json!({ "title": "T", "content": "x".repeat(100_001) }), "content"),
            (json!({ "title": "T", "url": "javascript:alert(1)" }), "url"),
            (json!({ "title": "T", "language": "x" }), "language"),
            (json!({ "title": "T", "sensitive": "yes" }), "sensitive"),
            (json!({ "title": "T", "link_url": "https://a.example" }), "link_url"),
        ];
        for (body, field) in cases {
            bob.post("/groups/garden/posts", body).await.field_problem(422, field);
        }
    }

    async fn what_the_group_refuses_is_answered_with_its_rule(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "posting": "members" })).await;
        let post = json!({ "title": "Tulips" });
        let problem = bob.post("/groups/garden/posts", post.clone()).await.problem(403, "members-only");
        assert_eq!(problem["detail"], "Only members can post in this group. Follow the group, then post again.");
        bob.set("/groups/garden/membership").await.ok();
        bob.post("/groups/garden/posts", post.clone()).await.created();
        alice.patch("/groups/garden", json!({ "posting": "moderators" })).await.ok();
        bob.post("/groups/garden/posts", post.clone()).await.problem(403, "moderators-only");
        alice.post("/groups/garden/posts", post).await.created();
    }

    async fn what_is_held_is_seen_by_its_author_and_moderators_alone(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "first" })).await;
        let carol = here.person("carol").await;
        let held = bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        assert_eq!((&held["state"], &held["state_reason"]), (&json!("held"), &json!("first-post")));
        let post = format!("/posts/{}", held["id"].as_str().unwrap());
        assert_eq!(alice.get(&post).await.ok()["state"], "held");
        carol.get(&post).await.problem(404, "not-found");
        here.anybody().get(&post).await.problem(404, "not-found");
        carol.put(&format!("{post}/vote"), json!({ "value": 1 })).await.problem(404, "not-found");
        assert_eq!(titles(&here.anybody(), "/groups/garden/posts").await, [""; 0]);
    }

    async fn an_author_sees_why_a_post_was_refused(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let held = bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        let post = format!("/posts/{}", held["id"].as_str().unwrap());
        let item = alice.get("/groups/garden/queue").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        alice.post(&format!("/groups/garden/queue/{item}/refuse"), json!({ "reason": "Off topic." })).await.ok();
        let seen = bob.get(&post).await.ok();
        assert_eq!((&seen["state"], &seen["state_reason"]), (&json!("refused"), &json!("Off topic.")));
        here.anybody().get(&post).await.problem(404, "not-found");
    }

    async fn a_change_leaves_the_rest_as_it_is(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        let post = bob.post("/groups/garden/posts", json!({
            "title": "Tulips", "content": "When?", "url": "https://a.example/x", "language": "en",
        })).await.created();
        let path = format!("/posts/{}", post["id"].as_str().unwrap());
        assert_eq!(bob.patch(&path, json!({})).await.ok(), post);

        let changed = bob.patch(&path, json!({ "content": "How?", "url": null, "sensitive": true })).await.ok();
        assert_eq!((&changed["title"], &changed["content"]), (&json!("Tulips"), &json!("How?")));
        assert_eq!((&changed["link_url"], &changed["language"], &changed["sensitive"]), (&json!(null), &json!("en"), &json!(true)));
        let again = bob.patch(&path, json!({ "title": "Roses" })).await.ok();
        assert_eq!((&again["title"], &again["content_html"]), (&json!("Roses"), &changed["content_html"]));

        bob.patch(&path, json!({ "title": null })).await.field_problem(422, "title");
        bob.patch(&path, json!({ "title": "" })).await.field_problem(422, "title");
        assert_eq!(bob.get(&path).await.ok(), again);
    }

    async fn only_authors_change_a_post(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}");
        alice.patch(&path, json!({ "title": "Mine" })).await.problem(403, "not-author");
        alice.delete_because(&path, json!({ "reason": "spam" })).await.done();
        bob.patch(&path, json!({ "title": "Mine" })).await.problem(409, "closed");
    }

    async fn a_change_that_a_moderator_must_see_waits(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        let path = format!("/posts/{post}");
        let shown = bob.patch(&path, json!({ "title": "Roses" })).await.is(StatusCode::ACCEPTED);
        assert_eq!(shown["title"], "Tulips");
        let queue = alice.get("/groups/garden/queue").await.ok();
        assert_eq!((&queue["items"][0]["kind"], &queue["items"][0]["title"]), (&json!("edit"), &json!("Roses")));
        assert_eq!(queue["items"][0]["entry"], json!(post));
        let item = queue["items"][0]["id"].as_str().unwrap();
        alice.call(&format!("/groups/garden/queue/{item}/admit")).await.ok();
        assert_eq!(here.anybody().get(&path).await.ok()["title"], "Roses");
    }

    async fn posts_are_listed_in_the_order_asked_for(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let mut paths = Vec::new();
        for title in ["one", "two", "three"] {
            here.advance_seconds(1);
            let post = bob.post("/groups/garden/posts", json!({ "title": title })).await.created();
            paths.push(format!("/posts/{}", post["id"].as_str().unwrap()));
        }
        here.advance_seconds(1);
        alice.post(&format!("{}/comments", paths[0]), json!({ "content": "Yes." })).await.created();
        alice.put(&format!("{}/vote", paths[1]), json!({ "value": 1 })).await.ok();
        let anybody = here.anybody();
        assert_eq!(titles(&anybody, "/groups/garden/posts").await, ["three", "two", "one"]);
        assert_eq!(titles(&anybody, "/groups/garden/posts?sort=new").await, ["three", "two", "one"]);
        assert_eq!(titles(&anybody, "/groups/garden/posts?sort=active").await, ["one", "three", "two"]);
        assert_eq!(titles(&anybody, "/groups/garden/posts?sort=top").await, ["two", "three", "one"]);
    }

    async fn a_comment_is_no_post(db: Db) {
        let here = Here::start(db);
        let (_, bob, post) = here.garden_with_post().await;
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "x" })).await.created();
        let comment = comment["id"].as_str().unwrap();
        here.anybody().get(&format!("/posts/{comment}")).await.problem(404, "not-found");
        here.anybody().get(&format!("/comments/{post}")).await.problem(404, "not-found");
        bob.delete(&format!("/posts/{comment}")).await.problem(404, "not-found");
        here.anybody().get(&format!("/comments/{comment}")).await.ok();
    }
}

async fn titles(reader: &Client, path: &str) -> Vec<String> {
    let list: Value = reader.get(path).await.ok();
    list["items"].as_array().unwrap().iter().map(|post| post["title"].as_str().unwrap().to_owned()).collect()
}
