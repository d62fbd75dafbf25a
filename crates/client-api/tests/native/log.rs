//! The public log and its figures.

use axum::http::{StatusCode, header};
use guildhall_domain::{moderation::OPEN_ACTIONS, peering::PeeringAction};
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Here, document};

fn actions(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect()
}

on_both_engines! {
    async fn everybody_reads_what_was_decided_and_why_but_not_what_was_said(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        alice.patch("/groups/garden", json!({ "signed": "name" })).await.ok();
        alice.delete_because(&format!("/posts/{post}"), json!({ "reason": "Off topic." })).await;
        let seen = here.anybody().get("/groups/garden/log").await.ok();
        let item = &seen["items"][0];
        assert_eq!(*item, json!({
            "id": item["id"],
            "action": "remove",
            "whose": "group",
            "group": "garden",
            "decided_by": "@garden@here.example",
            "person": item["person"],
            "host": null,
            "entry": post,
            "entry_kind": "post",
            "entry_title": null,
            "automatic": false,
            "rule": null,
            "detail": null,
            "rule_number": null,
            "rule_title": null,
            "reason": "Off topic.",
            "until": null,
            "by": item["by"],
            "undoes": null,
            "at": "2026-03-01T12:00:00.000Z",
        }));
        assert_eq!(item["person"]["handle"], "@bob@here.example");
        assert_eq!(item["by"]["handle"], "@alice@here.example");
        assert_eq!(here.anybody().get("/instance/log").await.ok(), seen);
        assert!(!seen.to_string().contains("Tulips"));
    }

    async fn logs_are_filtered_and_what_cannot_be_a_filter_is_named(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        alice.set(&format!("/posts/{post}/lock")).await;
        here.advance_seconds(24 * 60 * 60);
        alice.put("/groups/garden/bans/bob", json!({ "reason": "Enough." })).await.done();
        here.list_host(None, "spam.example", Some(PeeringAction::Block), Some("Only spam.")).await;
        for (query, want) in [
            ("", vec!["block-host", "ban", "lock"]),
            ("?action=lock", vec!["lock"]),
            ("?from=2026-03-02", vec!["block-host", "ban"]),
            ("?to=2026-03-01", vec!["lock"]),
            ("?from=2026-03-01&to=2026-03-02", vec!["block-host", "ban", "lock"]),
            ("?person=@bob@here.example", vec!["ban", "lock"]),
            ("?person=bob&action=ban", vec!["ban"]),
            ("?person=alice", vec![]),
            ("?whose=instance", vec!["block-host"]),
            ("?whose=groups", vec!["ban", "lock"]),
            ("?whose=elsewhere", vec![]),
            ("?group=garden", vec!["ban", "lock"]),
            ("?decided=automatic", vec![]),
            ("?rule=3", vec![]),
            ("?action=&person=&from=", vec!["block-host", "ban", "lock"]),
        ] {
            let seen = here.anybody().get(&format!("/instance/log{query}")).await.ok();
            assert_eq!(actions(&seen), want, "{query}");
        }
        let of_group = here.anybody().get("/groups/garden/log?whose=instance").await.ok();
        assert_eq!(actions(&of_group), ["ban", "lock"], "a group's log is its own");
        for (query, field) in [
            ("action=warn", "action"),
            ("from=soon", "from"),
            ("person=@nobody@here.example", "person"),
            ("group=nowhere", "group"),
            ("whose=mine", "whose"),
            ("decided=god", "decided"),
            ("action=ban&action=lock", "action"),
        ] {
            here.anybody().get(&format!("/instance/log?{query}")).await.field_problem(400, field);
        }
        let block = &here.anybody().get("/instance/log?whose=instance").await.ok()["items"][0];
        assert_eq!((&block["host"], &block["reason"]), (&json!("spam.example"), &json!(null)), "kept for the record");
        assert_eq!(block["decided_by"], "here.example");
    }

    async fn a_log_is_read_page_by_page_and_as_a_file(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = here.garden_with_post().await;
        for _ in 0..2 {
            alice.set(&format!("/posts/{post}/lock")).await;
            alice.delete(&format!("/posts/{post}/lock")).await;
        }
        for log in ["/groups/garden/log", "/instance/log"] {
            let (mut next, mut seen) = (String::new(), Vec::new());
            loop {
                let page = here.anybody().get(&format!("{log}?limit=3{next}")).await;
                assert_eq!(page.headers.contains_key(header::LINK), !page.body["next"].is_null());
                let page = page.ok();
                seen.extend(page["items"].as_array().unwrap().clone());
                let Some(cursor) = page["next"].as_str() else { break };
                next = format!("&cursor={cursor}");
            }
            let file = here.anybody().get(&format!("{log}-file")).await;
            assert!(file.header(&header::CONTENT_DISPOSITION).starts_with("attachment; filename=\""));
            let file = file.ok();
            assert_eq!((file["items"].as_array().unwrap(), &file["next"]), (&seen, &json!(null)));
            assert_eq!(seen.len(), 4);
            let other = here.anybody().get(&format!("{log}-file?cursor=dAAAA")).await;
            other.field_problem(400, "cursor");
        }
        let name = here.anybody().get("/groups/garden/log-file?action=lock").await;
        assert_eq!(name.header(&header::CONTENT_DISPOSITION), "attachment; filename=\"garden-log.json\"");
        assert_eq!(actions(&name.ok()), ["lock", "lock"]);
    }

    async fn a_private_group_is_open_to_its_members_alone(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "visibility": "members" })).await;
        alice.put("/groups/garden/bans/bob", json!({ "reason": "Enough." })).await.done();
        for path in ["/groups/garden/log", "/groups/garden/log-file", "/groups/garden/transparency"] {
            for stranger in [&here.anybody(), &bob] {
                stranger.get(path).await.problem(403, "not-reader");
            }
            alice.get(path).await.ok();
        }
        assert_eq!(actions(&here.anybody().get("/instance/log").await.ok()), Vec::<&str>::new());
        assert_eq!(here.anybody().get("/instance/transparency").await.ok()["actions"], json!([]));
        assert_eq!(actions(&alice.get("/instance/log").await.ok()), ["ban"]);
        here.anybody().get("/groups/nowhere/log").await.problem(404, "not-found");
        here.with_scopes("bob", &["write"]).await.get("/instance/log").await.problem(403, "missing-scope");
    }

    async fn the_figures_of_a_period_are_for_everybody(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        bob.post(&format!("/posts/{post}/report"), json!({ "text": "Mine." })).await.done();
        alice.put("/groups/garden/bans/bob", json!({ "reason": "Enough." })).await.done();
        let notice = bob.get("/notices").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let appeal = bob.post(&format!("/notices/{notice}/appeal"), json!({ "text": "Why?" })).await.ok();
        here.advance_seconds(90);
        let appeal = appeal["appeal"]["id"].as_str().unwrap();
        let verdict = json!({ "outcome": "upheld", "reason": "Because." });
        alice.post(&format!("/appeals/{appeal}/decide"), verdict).await.ok();

        here.advance_seconds(24 * 60 * 60);
        let seen = here.anybody().get("/groups/garden/transparency").await.ok();
        assert_eq!((&seen["from"], &seen["to"]), (&json!("2026-03-01T00:00:00.000Z"), &json!("2026-03-02T00:00:00.000Z")));
        assert_eq!(seen["groups"], 1);
        assert_eq!(seen["actions"], json!([{ "action": "ban", "automatic": 0, "person": 1 }]));
        assert_eq!(seen["outcomes"], json!([{ "outcome": "sanctioned", "count": 1 }]));
        assert_eq!(seen["reports"], json!({ "received": 1, "withdrawn": 0 }));
        assert_eq!((&seen["cases"]["opened"], &seen["cases"]["open"]), (&json!(1), &json!(1)));
        assert_eq!(seen["cases"]["time_to_close"], json!({ "count": 0, "median_seconds": null, "p90_seconds": null }));
        assert_eq!(seen["appeals"], json!({
            "received": 1, "upheld": 1, "reversed": 0, "changed": 0, "open": 0,
            "time_to_decide": { "count": 1, "median_seconds": 90, "p90_seconds": 90 },
        }));
        assert_eq!(seen["in_force"], json!({ "banned": 1, "muted": 0, "on_probation": 0 }));
        assert_eq!(here.anybody().get("/instance/transparency").await.ok(), seen);

        let before = here.anybody().get("/groups/garden/transparency?to=2026-02-28").await.ok();
        assert_eq!((&before["from"], &before["actions"]), (&json!("2026-02-01T00:00:00.000Z"), &json!([])));
        for query in ["from=2026-03-02&to=2026-03-01", "from=2024-01-01&to=2026-03-01"] {
            here.anybody().get(&format!("/groups/garden/transparency?{query}")).await.field_problem(400, "to");
        }
        here.anybody().get("/instance/transparency?from=x").await.field_problem(400, "from");
        here.far_group("boats").await;
        here.anybody().get("/groups/boats@far.example/transparency").await.problem(409, "group-elsewhere");
        assert_eq!(actions(&here.anybody().get("/groups/boats@far.example/log").await.is(StatusCode::OK)), Vec::<&str>::new());
    }
}

#[test]
fn the_words_of_a_log_are_those_that_can_be_in_it() {
    let words: Vec<&str> = OPEN_ACTIONS.iter().map(|action| action.as_str()).collect();
    let pattern = format!("^({})$", words.join("|"));
    assert_eq!(document()["components"]["schemas"]["LogEntry"]["properties"]["action"]["pattern"], pattern);
}
