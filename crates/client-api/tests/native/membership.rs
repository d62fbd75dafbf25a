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

    async fn a_refusal_has_the_name_of_its_rule(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "admission": "invite" })).await;
        bob.set("/groups/garden/membership").await.problem(403, "invite-needed");
        assert_eq!(alice.set("/groups/garden/membership").await.ok()["state"], "member");
        bob.set("/groups/nowhere/membership").await.problem(404, "not-found");
        bob.delete("/groups/nowhere/membership").await.problem(404, "not-found");
    }
}
