//! Joining and leaving.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn joining_twice_and_leaving_twice_are_harmless(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({})).await;
        for _ in 0..2 {
            assert_eq!(bob.set("/groups/garden/membership").await.ok(), json!({ "state": "member" }));
            assert_eq!(here.anybody().get("/groups/garden").await.ok()["member_count"], 1);
        }
        for _ in 0..2 {
            bob.delete("/groups/garden/membership").await.done();
            assert_eq!(here.anybody().get("/groups/garden").await.ok()["member_count"], 0);
        }
    }

    async fn where_a_moderator_decides_joining_is_accepted_as_pending(db: Db) {
        let here = Here::start(db);
        let (_, bob) = here.garden(json!({ "admission": "approval" })).await;
        for _ in 0..2 {
            let asked = bob.set("/groups/garden/membership").await.is(StatusCode::ACCEPTED);
            assert_eq!(asked, json!({ "state": "pending" }));
        }
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["member_count"], 0);
    }

    async fn everybody_sees_what_they_are_in_a_group_and_why(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "approval" })).await;
        let path = "/groups/garden/membership";
        let plain = |state: &str| json!({ "state": state, "reason": null, "until": null, "at": null });
        assert_eq!(alice.get(path).await.ok(), plain("moderator"));
        assert_eq!(bob.get(path).await.ok(), plain("none"));
        bob.set(path).await.is(StatusCode::ACCEPTED);
        assert_eq!(bob.get(path).await.ok(), plain("pending"));

        let item = alice.get("/groups/garden/queue").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
        alice.post(&format!("/groups/garden/queue/{item}/refuse"), json!({ "reason": "Who are you?" })).await.ok();
        here.advance_seconds(60);
        let refused = json!({ "state": "refused", "reason": "Who are you?", "until": null, "at": "2026-03-01T12:00:00.000Z" });
        assert_eq!(bob.get(path).await.ok(), refused);

        alice.patch("/groups/garden", json!({ "admission": "open" })).await.ok();
        bob.set(path).await.ok();
        assert_eq!(bob.get(path).await.ok(), plain("member"));
        let until = "2026-03-01T13:00:00.000Z";
        alice.put("/groups/garden/bans/bob", json!({ "until": until, "reason": "Cool down." })).await.done();
        let banned = json!({ "state": "banned", "reason": "Cool down.", "until": until, "at": "2026-03-01T12:01:00.000Z" });
        assert_eq!(bob.get(path).await.ok(), banned);

        here.anybody().get(path).await.problem(401, "token-wanted");
        here.with_scopes("bob", &["write"]).await.get(path).await.problem(403, "missing-scope");
        bob.get("/groups/nowhere/membership").await.problem(404, "not-found");
    }

    async fn a_refusal_has_the_name_of_its_rule(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "invite" })).await;
        bob.set("/groups/garden/membership").await.problem(403, "invite-needed");
        assert_eq!(alice.set("/groups/garden/membership").await.ok()["state"], "member");
        bob.set("/groups/nowhere/membership").await.problem(404, "not-found");
        bob.delete("/groups/nowhere/membership").await.problem(404, "not-found");
    }
}
