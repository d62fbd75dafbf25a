//! The staff of a group: listed, appointed, changed, dismissed, and who follows.

use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn roles_and_single_permissions_are_given_and_taken(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let (staff, of_bob) = ("/groups/garden/staff", "/groups/garden/staff/bob");
        let listed = here.anybody().get(staff).await.ok();
        assert_eq!((&listed["items"][0]["role"], &listed["items"][0]["by"]), (&json!("owner"), &json!(null)));
        assert_eq!(listed["in_care_since"], json!(null));

        bob.put(of_bob, json!({ "role": "helper" })).await.problem(403, "not-moderator");
        let led = alice.put(of_bob, json!({ "role": "helper", "reason": "Knows tulips." })).await.ok();
        assert_eq!(led, json!({ "owner": null, "in_care": false }));
        bob.set(&format!("/posts/{post}/lock")).await.ok();
        bob.get("/groups/garden/queue").await.ok();
        let refused = bob.set("/groups/garden/bans/carol").await;
        here.person("carol").await;
        refused.problem(404, "not-found");
        let refused = bob.set("/groups/garden/bans/carol").await.problem(403, "not-permitted");
        assert!(refused["detail"].as_str().unwrap().contains("\"ban\": to ban people"), "{refused}");

        alice.set(&format!("{of_bob}/permissions/ban")).await.done();
        alice.delete(&format!("{of_bob}/permissions/queue")).await.done();
        bob.set("/groups/garden/bans/carol").await.done();
        let seen = alice.get(staff).await.ok();
        let helper = &seen["items"][1];
        assert_eq!((&helper["granted"], &helper["withdrawn"]), (&json!(["ban"]), &json!(["queue"])));
        assert_eq!(helper["permissions"], json!(["cases", "lock", "warn", "mute", "ban"]));
        assert_eq!(helper["by"]["handle"], "@alice@here.example");
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["moderators"].as_array().unwrap().len(), 1);

        bob.set(&format!("{of_bob}/permissions/peering")).await.problem(403, "not-permitted");
        alice.set(&format!("{of_bob}/permissions/fly")).await.field_problem(400, "permission");
        alice.set("/groups/garden/staff/carol/permissions/ban").await.problem(409, "not-on-staff");
        alice.delete("/groups/garden/staff/alice/permissions/ban").await.problem(409, "owners-have-all");
        alice.put(of_bob, json!({ "role": "king" })).await.field_problem(422, "role");
    }

    async fn an_admin_takes_an_office_and_lays_it_down(db: Db) {
        let here = Here::start(db);
        let (alice, _) = here.garden(json!({})).await;
        let chief = here.admin("chief").await;
        let (of_chief, ban) = ("/groups/garden/staff/chief", "/groups/garden/staff/chief/permissions/ban");
        chief.put(of_chief, json!({ "role": "helper" })).await.ok();
        chief.set(ban).await.done();
        let seen = alice.get("/groups/garden/staff").await.ok();
        assert_eq!((&seen["items"][1]["role"], &seen["items"][1]["granted"]), (&json!("helper"), &json!(["ban"])));
        chief.put(of_chief, json!({ "role": "owner" })).await.ok();
        chief.delete(of_chief).await.ok();
        assert_eq!(alice.get("/groups/garden/staff").await.ok()["items"].as_array().unwrap().len(), 1);
    }

    async fn nobody_decides_about_themselves(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        alice.put("/groups/garden/staff/bob", json!({ "role": "helper" })).await.ok();
        alice.set("/groups/garden/mutes/bob").await.done();
        let refused = bob.delete("/groups/garden/mutes/bob").await.problem(403, "oneself");
        assert_eq!(refused["detail"], "Somebody else decides what concerns you.");
        alice.set("/groups/garden/staff/bob/permissions/appoint").await.done();
        bob.put("/groups/garden/staff/bob", json!({ "role": "moderator" })).await.problem(403, "outranked");
    }

    async fn the_last_owner_who_resigns_is_told_who_follows(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let chief = here.admin("chief").await;
        alice.put("/groups/garden/staff/bob", json!({ "role": "moderator" })).await.ok();
        bob.delete("/groups/garden/staff/alice").await.problem(403, "not-permitted");
        let left = alice.delete_because("/groups/garden/staff/alice", json!({ "reason": "No time." })).await.ok();
        assert_eq!(left["owner"]["handle"], "@bob@here.example");
        let told = alice.get("/notices").await.ok();
        assert_eq!(told["items"][0]["kind"], "staff");
        let left = bob.delete("/groups/garden/staff/bob").await.ok();
        assert_eq!(left, json!({ "owner": null, "in_care": true }));
        let seen = chief.get("/groups/garden/staff").await.ok();
        assert!(seen["items"].as_array().unwrap().is_empty() && seen["in_care_since"].is_string(), "{seen}");
        assert_eq!(chief.get("/notices").await.ok()["items"][0]["kind"], "staff");
        chief.put("/groups/garden/staff/bob", json!({ "role": "owner" })).await.ok();
        assert_eq!(chief.get("/groups/garden/staff").await.ok()["in_care_since"], json!(null));
    }
}
