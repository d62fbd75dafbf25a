//! Reports, and who reads them.

use axum::http::header::LINK;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn moderators_read_what_was_reported_newest_first(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let carol = here.person("carol").await;
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "Rubbish." })).await.created();
        let comment = comment["id"].as_str().unwrap();
        carol.post(&format!("/comments/{comment}/report"), json!({ "text": "Rude." })).await.done();
        here.advance_seconds(60);
        here.far_report("garden", post.parse().unwrap(), "An advertisement.").await;

        let seen = alice.get("/groups/garden/reports").await.ok();
        assert_eq!(seen["next"], json!(null));
        let [newest, oldest] = seen["items"].as_array().unwrap().as_slice() else { panic!("two: {seen}") };
        assert_eq!(oldest, &json!({
            "id": oldest["id"],
            "reporter": { "handle": "@carol@here.example", "ap_id": "https://here.example/users/carol",
                "display_name": "carol", "url": oldest["reporter"]["url"], "icon_url": null },
            "person": { "handle": "@bob@here.example", "ap_id": "https://here.example/users/bob", "display_name": "bob",
                "url": oldest["person"]["url"], "icon_url": null },
            "entry": comment,
            "entry_kind": "comment",
            "text": "Rude.",
            "case": oldest["case"],
            "created_at": "2026-03-01T12:00:00.000Z",
            "withdrawn_at": null,
        }));
        assert_eq!(newest["reporter"]["handle"], "@far.example@far.example", "the server of whoever reported");
        assert_eq!((&newest["entry"], &newest["entry_kind"]), (&json!(post), &json!("post")));
        assert_eq!((&newest["person"]["handle"], &newest["created_at"]), (&json!("@bob@here.example"), &json!("2026-03-01T12:01:00.000Z")));
        assert_eq!(here.admin("chief").await.get("/groups/garden/reports").await.ok(), seen);

        let first = alice.get("/groups/garden/reports?limit=1").await;
        assert!(first.headers.contains_key(LINK));
        let next = first.ok()["next"].as_str().unwrap().to_owned();
        let second = alice.get(&format!("/groups/garden/reports?limit=1&cursor={next}")).await.ok();
        assert_eq!(second, json!({ "items": [oldest], "next": null }));
    }

    async fn nobody_else_reads_them_not_even_who_reported(db: Db) {
        let here = Here::start(db);
        let (_, bob, post) = here.garden_with_post().await;
        bob.post(&format!("/posts/{post}/report"), json!({ "text": "Mine, but wrong." })).await.done();
        let path = "/groups/garden/reports";
        bob.get(path).await.problem(403, "not-moderator");
        here.anybody().get(path).await.problem(401, "token-wanted");
        here.with_scopes("alice", &["write"]).await.get(path).await.problem(403, "missing-scope");
        bob.get("/groups/nowhere/reports").await.problem(404, "not-found");
        here.far_group("boats").await;
        bob.get("/groups/boats@far.example/reports").await.problem(409, "group-elsewhere");
    }
}
