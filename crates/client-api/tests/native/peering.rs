//! Lists of servers, and subscriptions to block lists of others.

use axum::http::header;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

const CSV: &str = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n";

/// The servers of a list, with what is decided about them.
async fn listed(reader: &Client, path: &str) -> Vec<(String, String)> {
    let seen = reader.get(path).await.ok();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (word(&item["host"]), word(&item["action"])))
        .collect()
}

fn pair(host: &str, action: &str) -> (String, String) {
    (host.to_owned(), action.to_owned())
}

on_both_engines! {
    async fn moderators_keep_the_list_of_their_group_and_everything_is_recorded(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let entry = json!({
            "action": "limit",
            "mute_media": true,
            "until": "2026-03-01T13:00:00.000Z",
            "reason": "spam",
            "public_comment": "Too much spam.",
            "private_comment": "Ask Ada.",
        });
        alice.put("/groups/garden/peering/Bad.Example", entry).await.done();
        let seen = alice.get("/groups/garden/peering").await.ok();
        let item = &seen["items"][0];
        assert_eq!(item["by"]["handle"], "@alice@here.example");
        let said = ["host", "action", "mute_media", "until", "reason", "public_comment", "private_comment", "block_list"];
        let said: Vec<_> = said.into_iter().map(|name| item[name].clone()).collect();
        let expected = json!(["bad.example", "limit", true, "2026-03-01T13:00:00.000Z", "spam", "Too much spam.", "Ask Ada.", null]);
        assert_eq!(json!(said), expected);
        let records = alice.get("/groups/garden/decisions").await.ok();
        let what: Vec<_> = records["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect();
        assert_eq!(what, ["mute-host", "limit-host"]);

        alice.delete_because("/groups/garden/peering/bad.example", json!({ "reason": "Better now." })).await.done();
        alice.delete("/groups/garden/peering/bad.example").await.problem(404, "not-listed");
        assert_eq!(alice.get("/groups/garden/decisions").await.ok()["items"][0]["reason"], "Better now.");

        for person in [&bob, &here.person("carol").await] {
            person.get("/groups/garden/peering").await.problem(403, "not-moderator");
            person.get("/groups/garden/peering-file").await.problem(403, "not-moderator");
            person.put("/groups/garden/peering/bad.example", json!({ "action": "block" })).await.problem(403, "not-moderator");
            person.delete("/groups/garden/peering/bad.example").await.problem(403, "not-moderator");
            let file = json!({ "csv": "bad.example" });
            person.post("/groups/garden/peering-file", file).await.problem(403, "not-moderator");
        }
        here.admin("chief").await.put("/groups/garden/peering/x.example", json!({ "action": "allow" })).await.done();
        assert_eq!(alice.get("/groups/garden/peering").await.ok()["items"][0]["by"]["handle"], "@garden@here.example");
    }

    async fn a_wrong_entry_is_refused_with_the_field_that_is_wrong(db: Db) {
        let here = Here::start(db);
        let chief = here.admin("chief").await;
        let put = async |host: &str, body: Value| chief.put(&format!("/instance/peering/{host}"), body).await;
        put("a%20b", json!({ "action": "block" })).await.field_problem(422, "host");
        put("here.example", json!({ "action": "block" })).await.field_problem(422, "host");
        put("bad.example", json!({ "action": "nuke" })).await.field_problem(422, "action");
        put("bad.example", json!({ "action": "block", "until": "soon" })).await.field_problem(422, "until");
        put("bad.example", json!({ "action": "block", "until": "2020-01-01T00:00:00Z" })).await.field_problem(422, "until");
        let long = "x".repeat(1_001);
        put("bad.example", json!({ "action": "block", "public_comment": long })).await.field_problem(422, "public_comment");
        assert_eq!(listed(&chief, "/instance/peering").await, []);
    }

    async fn the_instances_list_is_its_admins_and_comes_in_pages(db: Db) {
        let here = Here::start(db);
        let (chief, alice) = (here.admin("chief").await, here.person("alice").await);
        for (host, action) in [("c.example", "block"), ("a.example", "mute-media"), ("b.example:8443", "allow")] {
            chief.put(&format!("/instance/peering/{host}"), json!({ "action": action })).await.done();
        }
        let first = chief.get("/instance/peering?limit=2").await;
        let link = first.header(&header::LINK).to_owned();
        let next = first.ok()["next"].as_str().unwrap().to_owned();
        assert!(link.contains(&format!("cursor={}", next.replace(':', "%3A"))), "{link}");
        assert_eq!(listed(&chief, "/instance/peering?limit=2").await, [pair("a.example", "mute-media"), pair("b.example:8443", "allow")]);
        assert_eq!(listed(&chief, &format!("/instance/peering?limit=2&cursor={next}")).await, [pair("c.example", "block")]);
        chief.get("/instance/peering?cursor=d12").await.field_problem(400, "cursor");
        alice.get("/instance/peering").await.problem(403, "not-admin");
        alice.put("/instance/peering/d.example", json!({ "action": "block" })).await.problem(403, "not-admin");
        alice.delete("/instance/peering/c.example").await.problem(403, "not-admin");
        here.anybody().get("/instance/peering").await.problem(401, "token-wanted");
    }

    async fn a_file_is_taken_over_whole_or_not_at_all_and_written_again(db: Db) {
        let here = Here::start(db);
        let chief = here.admin("chief").await;
        let text = format!("{CSV}a.example,suspend,false,true,spam,false\nb.example,noop,true,false,,false\n");
        let tried = chief.post("/instance/peering-file", json!({ "csv": text, "dry_run": true })).await.ok();
        assert_eq!(tried["changed"][0]["action"], "block");
        assert_eq!(listed(&chief, "/instance/peering").await, []);
        let wrong = chief.post("/instance/peering-file", json!({ "csv": format!("{text}c*d.example,suspend\n") })).await;
        let wrong = wrong.field_problem(422, "csv");
        assert!(wrong["detail"].as_str().unwrap().starts_with("Line 4: \"c*d.example\" is obfuscated"), "{wrong}");
        assert_eq!(listed(&chief, "/instance/peering").await, []);
        assert_eq!(chief.post("/instance/peering-file", json!({ "csv": text })).await.ok(), tried);
        assert_eq!(listed(&chief, "/instance/peering").await, [pair("a.example", "block"), pair("b.example", "mute-media")]);
        assert_eq!(chief.get("/instance/peering-file").await.ok(), json!({ "csv": text }));
    }

    async fn an_admin_subscribes_looks_says_yes_and_ends_it(db: Db) {
        let here = Here::start(db);
        let chief = here.admin("chief").await;
        let url = "https://lists.example/a.csv";
        let tried = chief.post("/instance/block-lists", json!({ "url": url, "dry_run": true })).await.ok();
        assert_eq!((&tried["block_list"], &tried["changes"]["items"][0]["host"]), (&json!(null), &json!("far.example")));
        let made = chief.post("/instance/block-lists", json!({ "url": url, "suspend": "limit", "interval_seconds": 3600 })).await.created();
        let list = &made["block_list"];
        assert_eq!((&list["mode"], &list["waiting"], &list["applied"]), (&json!("draft"), &json!(1), &json!(0)));
        let path = format!("/instance/block-lists/{}", list["id"].as_str().unwrap());
        assert_eq!(chief.get("/instance/block-lists").await.ok(), json!({ "items": [list], "next": null }));
        assert_eq!(chief.get(&path).await.ok(), *list);

        let changes = chief.get(&format!("{path}/changes")).await.ok();
        assert_eq!((&changes["items"][0]["before"], &changes["items"][0]["after"]), (&json!(null), &json!("limit")));
        let accept = format!("{path}/accept");
        chief.post(&accept, json!({ "revision": 9 })).await.problem(409, "outdated");
        chief.post(&accept, json!({ "hosts": ["x.example"] })).await.field_problem(422, "hosts");
        assert_eq!(chief.post(&accept, json!({ "revision": changes["revision"] })).await.ok(), json!({ "changed": 1 }));
        let entry = chief.get("/instance/peering").await.ok()["items"][0].clone();
        assert_eq!((&entry["host"], &entry["action"], &entry["block_list"]), (&json!("far.example"), &json!("limit"), &json!(url)));
        chief.delete("/instance/peering/far.example").await.problem(409, "on-block-list");
        let done = chief.call(&format!("{path}/refresh")).await.ok();
        assert_eq!(done, json!({ "applied": 0, "waiting": 0, "failure": null }));

        let changed = chief.patch(&path, json!({ "mode": "automatic", "suspend": "block" })).await.ok();
        assert_eq!((&changed["mode"], &changed["interval_seconds"]), (&json!("automatic"), &json!(3600)));
        assert_eq!(listed(&chief, "/instance/peering").await, [pair("far.example", "block")]);
        chief.patch(&path, json!({ "interval_seconds": 1 })).await.field_problem(422, "interval_seconds");
        chief.delete(&path).await.done();
        assert_eq!(listed(&chief, "/instance/peering").await, []);
        chief.get(&path).await.problem(404, "not-found");
    }

    async fn a_list_that_cannot_be_taken_is_not_subscribed_to(db: Db) {
        let here = Here::start(db);
        let (chief, alice) = (here.admin("chief").await, here.person("alice").await);
        let subscribe = async |url: &str| chief.post("/instance/block-lists", json!({ "url": url })).await;
        subscribe("lists.example").await.field_problem(422, "url");
        subscribe("https://lists.example/none.csv").await.problem(502, "list-unreachable");
        let said = subscribe("https://lists.example/page.html").await.problem(502, "list-unreadable");
        assert!(said["detail"].as_str().unwrap().contains("line 1:"), "{said}");
        subscribe("https://lists.example/a.csv").await.created();
        subscribe("https://lists.example/a.csv").await.problem(409, "known");
        alice.get("/instance/block-lists").await.problem(403, "not-admin");
        alice.post("/instance/block-lists", json!({ "url": "https://lists.example/a.csv" })).await.problem(403, "not-admin");
    }
}
