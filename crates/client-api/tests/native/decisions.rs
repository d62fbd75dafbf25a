//! The record of what was decided.

use axum::http::StatusCode;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

on_both_engines! {
    async fn an_author_reads_what_was_decided_and_moderators_read_who_did(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "review": "all" })).await;
        let post = bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        let post = post["id"].as_str().unwrap();
        refuse(&alice, "Off topic.").await;
        let path = format!("/posts/{post}/decisions");
        let seen = bob.get(&path).await.ok();
        let refusal = &seen["items"][1];
        assert_eq!(refusal, &json!({
            "id": refusal["id"],
            "action": "refuse",
            "person": { "handle": "@bob@here.example", "ap_id": "https://here.example/users/bob", "display_name": "bob",
                "url": refusal["person"]["url"], "icon_url": null },
            "host": null,
            "entry": post,
            "entry_kind": "post",
            "layer": "moderator",
            "rule": "review-all",
            "rule_number": null,
            "rule_title": null,
            "reason": "Off topic.",
            "note": null,
            "until": null,
            "by": null,
            "case": null,
            "undoes": null,
            "at": "2026-03-01T12:00:00.000Z",
        }));
        let hold = &seen["items"][0];
        assert_eq!((&hold["action"], &hold["layer"], &hold["rule"]), (&json!("hold"), &json!("review"), &json!("review-all")));

        let seen = alice.get(&path).await.ok();
        assert_eq!(seen["items"][0]["by"], json!(null), "a rule");
        assert_eq!(seen["items"][1]["by"]["handle"], "@alice@here.example");
        assert_eq!(here.admin("chief").await.get(&path).await.ok(), seen);
    }

    async fn a_group_may_sign_by_name_from_now_on(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        assert_eq!(alice.get("/groups/garden").await.ok()["signed"], "group");
        alice.set(&format!("/posts/{post}/lock")).await;
        assert_eq!(alice.patch("/groups/garden", json!({ "signed": "name" })).await.ok()["signed"], "name");
        alice.set(&format!("/posts/{post}/feature")).await;
        let seen = bob.get(&format!("/posts/{post}/decisions")).await.ok();
        let by: Vec<_> = seen["items"].as_array().unwrap().iter().map(|one| one["by"]["handle"].clone()).collect();
        assert_eq!(by, [json!(null), json!("@alice@here.example")]);
    }

    async fn an_author_reads_why_a_change_was_refused(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "Now." })).await.created();
        let comment = format!("/comments/{}", comment["id"].as_str().unwrap());
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        for (path, change) in [(format!("/posts/{post}"), json!({ "title": "Spam" })), (comment, json!({ "content": "Spam" }))] {
            bob.patch(&path, change).await.is(StatusCode::ACCEPTED);
            refuse(&alice, "That is an advertisement.").await;
            let seen = bob.get(&format!("{path}/decisions")).await.ok();
            let last = seen["items"].as_array().unwrap().last().unwrap();
            assert_eq!((&last["action"], &last["reason"]), (&json!("refuse"), &json!("That is an advertisement.")));
        }
    }

    async fn others_are_answered_as_if_they_had_asked_for_the_thing_itself(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let carol = here.person("carol").await;
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        let held = bob.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
        let (published, held) = (format!("/posts/{post}/decisions"), format!("/posts/{}/decisions", held["id"].as_str().unwrap()));
        carol.get(&published).await.problem(403, "not-concerned");
        carol.get(&held).await.problem(404, "not-found");
        carol.get("/posts/1/decisions").await.problem(404, "not-found");
        bob.get(&published.replace("/posts/", "/comments/")).await.problem(404, "not-found");
        for path in [&published, &held, "/groups/garden/decisions"] {
            here.anybody().get(path).await.problem(401, "token-wanted");
            here.with_scopes("bob", &["write"]).await.get(path).await.problem(403, "missing-scope");
        }
        for stranger in [&carol, &bob] {
            stranger.get("/groups/garden/decisions").await.problem(403, "not-moderator");
        }
        alice.get("/groups/nowhere/decisions").await.problem(404, "not-found");
    }

    async fn the_record_of_a_group_names_what_was_done_newest_first(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        alice.put(&format!("/posts/{post}/lock"), json!({ "reason": "Heated." })).await.ok();
        let until = "2026-03-01T13:00:00.000Z";
        alice.put("/groups/garden/bans/bob", json!({ "until": until, "reason": "Cool down." })).await.done();
        for reader in [&alice, &here.admin("chief").await] {
            let seen = reader.get("/groups/garden/decisions").await.ok();
            let items = seen["items"].as_array().unwrap();
            let done: Vec<_> = items.iter().map(|item| item["action"].as_str().unwrap()).collect();
            assert_eq!(done, ["ban", "lock"]);
            assert_eq!((&items[0]["until"], &items[0]["entry"]), (&json!(until), &json!(null)));
            assert_eq!(items[0]["person"]["handle"], "@bob@here.example");
            assert_eq!((&items[1]["entry"], &items[1]["reason"]), (&json!(post), &json!("Heated.")));
            assert_eq!(items[1]["by"]["handle"], "@alice@here.example");
        }
    }

    async fn admins_read_what_was_decided_for_the_whole_instance(db: Db) {
        let here = Here::start(db);
        let (alice, _) = here.garden(json!({})).await;
        let chief = here.admin("chief").await;
        here.list_host(None, "spam.example", Some(PeeringAction::Block), Some("Only spam.")).await;
        here.far_suspension("bert", "Rude.").await;
        here.list_host(None, "spam.example", None, None).await;
        here.list_host(Some("garden"), "dull.example", Some(PeeringAction::Limit), None).await;

        let seen = chief.get("/instance/decisions").await.ok();
        let items = seen["items"].as_array().unwrap();
        let what: Vec<_> = items.iter().map(|item| (item["action"].as_str().unwrap(), item["host"].as_str())).collect();
        assert_eq!(what, [("clear-host", Some("spam.example")), ("ban", None), ("block-host", Some("spam.example"))]);
        assert_eq!((&items[1]["person"]["handle"], &items[1]["reason"]), (&json!("@bert@far.example"), &json!("Rude.")));
        assert_eq!(items[1]["by"]["handle"], "@far.example@far.example");
        assert_eq!((&items[2]["reason"], &items[2]["person"]), (&json!("Only spam."), &json!(null)));
        assert_eq!(items[2]["by"]["handle"], "@here.example@here.example", "whoever runs the server");

        let first = chief.get("/instance/decisions?limit=2").await;
        assert!(first.headers.contains_key(axum::http::header::LINK));
        let next = first.ok()["next"].as_str().unwrap().to_owned();
        let second = chief.get(&format!("/instance/decisions?limit=2&cursor={next}")).await.ok();
        assert_eq!((&second["items"], &second["next"]), (&json!([items[2]]), &json!(null)));

        alice.get("/instance/decisions").await.problem(403, "not-admin");
        here.anybody().get("/instance/decisions").await.problem(401, "token-wanted");
        here.with_scopes("chief", &["write"]).await.get("/instance/decisions").await.problem(403, "missing-scope");
        let seen = alice.get("/groups/garden/decisions").await.ok();
        assert_eq!((&seen["items"][0]["action"], &seen["items"][0]["host"]), (&json!("limit-host"), &json!("dull.example")));
        assert_eq!(seen["items"][0]["by"]["handle"], "@garden@here.example");
    }
}

/// Refuses the only thing that waits.
async fn refuse(moderator: &Client, reason: &str) {
    let queue: Value = moderator.get("/groups/garden/queue").await.ok();
    let item = queue["items"][0]["id"].as_str().unwrap();
    moderator.post(&format!("/groups/garden/queue/{item}/refuse"), json!({ "reason": reason })).await.ok();
}
