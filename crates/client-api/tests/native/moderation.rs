//! What moderators do with posts and people.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn a_removal_shows_its_reason_to_its_author_and_is_taken_back(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let path = format!("/posts/{post}");
        alice.delete_because(&path, json!({ "reason": "Off topic." })).await.done();
        let seen = bob.get(&path).await.ok();
        assert_eq!((&seen["state"], &seen["state_reason"]), (&json!("removed"), &json!("Off topic.")));
        here.anybody().get(&path).await.problem(410, "gone");

        let restore = format!("{path}/restore");
        bob.call(&restore).await.problem(403, "not-allowed");
        assert_eq!(alice.post(&restore, json!({ "reason": "It was on topic." })).await.ok()["state"], "published");
        here.anybody().get(&path).await.ok();
    }

    async fn strangers_delete_nothing(db: Db) {
        let here = Here::start(db);
        let (_, _, post) = here.garden_with_post().await;
        let carol = here.person("carol").await;
        carol.delete(&format!("/posts/{post}")).await.problem(403, "not-allowed");
        here.anybody().get(&format!("/posts/{post}")).await.ok();
    }

    async fn admins_moderate_every_group_here(db: Db) {
        let here = Here::start(db);
        let (_, bob, post) = here.garden_with_post().await;
        let admin = here.admin("chief").await;
        let path = format!("/posts/{post}");
        admin.put(&format!("{path}/lock"), json!({ "reason": "Heated." })).await.ok();
        admin.delete_because(&path, json!({ "reason": "spam" })).await.done();
        assert_eq!(bob.get(&path).await.ok()["state"], "removed");
        assert_eq!(admin.call(&format!("{path}/restore")).await.ok()["state"], "published");
        admin.set("/groups/garden/moderators/bob").await.done();
        admin.set("/groups/garden/bans/bob").await.done();
        bob.delete(&path).await.done();
        admin.call(&format!("{path}/restore")).await.problem(403, "not-allowed");
    }

    async fn an_admin_deletes_an_own_post_as_its_author(db: Db) {
        let here = Here::start(db);
        here.garden(json!({})).await;
        let admin = here.admin("chief").await;
        let post = admin.post("/groups/garden/posts", json!({ "title": "Oops" })).await.created();
        let path = format!("/posts/{}", post["id"].as_str().unwrap());
        admin.delete(&path).await.done();
        admin.get(&path).await.problem(410, "gone");
        assert_eq!(admin.call(&format!("{path}/restore")).await.ok()["state"], "published");
    }

    async fn a_locked_post_takes_comments_of_moderators_only(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let (lock, comments) = (format!("/posts/{post}/lock"), format!("/posts/{post}/comments"));
        bob.set(&lock).await.problem(403, "not-moderator");
        assert_eq!(alice.set(&lock).await.ok()["locked"], true);
        bob.post(&comments, json!({ "content": "x" })).await.problem(403, "locked");
        alice.post(&comments, json!({ "content": "x" })).await.created();
        bob.delete(&lock).await.problem(403, "not-moderator");
        assert_eq!(alice.delete(&lock).await.ok()["locked"], false);
        bob.post(&comments, json!({ "content": "x" })).await.created();
    }

    async fn moderators_say_what_is_shown_first(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let feature = format!("/posts/{post}/feature");
        bob.set(&feature).await.problem(403, "not-moderator");
        assert_eq!(alice.put(&feature, json!({})).await.ok()["featured"], true);
        assert_eq!(alice.delete(&feature).await.ok()["featured"], false);
    }

    async fn moderators_are_appointed_and_dismissed(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        let lock = format!("/posts/{post}/lock");
        bob.set("/groups/garden/moderators/bob").await.problem(403, "not-moderator");
        alice.set("/groups/garden/moderators/@bob@here.example").await.done();
        bob.set(&lock).await.ok();
        let group = here.anybody().get("/groups/garden").await.ok();
        assert_eq!(group["moderators"].as_array().unwrap().len(), 2);
        alice.delete("/groups/garden/moderators/bob").await.done();
        bob.delete(&lock).await.problem(403, "not-moderator");

        alice.set("/groups/garden/moderators/nobody").await.problem(404, "not-found");
        alice.set("/groups/garden/moderators/garden").await.problem(404, "not-found");
        alice.set("/groups/garden/moderators/x@down.example").await.problem(502, "remote-unreachable");
        alice.set("/groups/garden/moderators/a@b@c").await.field_problem(400, "handle");
    }

    async fn a_ban_ends_membership_and_voice_until_it_ends(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        bob.set("/groups/garden/membership").await.ok();
        let ban = json!({ "until": "2026-03-01T13:00:00.000Z", "reason": "Cool down.", "remove_content": true });
        alice.put("/groups/garden/bans/bob", ban).await.done();
        assert_eq!(here.anybody().get("/groups/garden").await.ok()["member_count"], 0);
        here.anybody().get(&format!("/posts/{post}")).await.problem(410, "gone");
        bob.set("/groups/garden/membership").await.problem(403, "banned");
        bob.post("/groups/garden/posts", json!({ "title": "x" })).await.problem(403, "banned");
        here.advance_seconds(3_601);
        bob.post("/groups/garden/posts", json!({ "title": "x" })).await.created();
    }

    async fn a_ban_is_lifted_by_moderators_alone(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        bob.set("/groups/garden/bans/alice").await.problem(403, "not-moderator");
        alice.set("/groups/garden/bans/bob").await.done();
        bob.put(&format!("/posts/{post}/vote"), json!({ "value": 1 })).await.problem(403, "banned");
        bob.delete("/groups/garden/bans/bob").await.problem(403, "not-moderator");
        alice.delete_because("/groups/garden/bans/bob", json!({ "reason": "Sorry." })).await.done();
        bob.put(&format!("/posts/{post}/vote"), json!({ "value": 1 })).await.ok();
        alice.put("/groups/garden/bans/bob", json!({ "until": "tomorrow" })).await.field_problem(422, "until");
        alice.set("/groups/garden/bans/nobody").await.problem(404, "not-found");
    }

    async fn people_are_muted_and_put_on_probation_without_a_case(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        bob.put("/groups/garden/mutes/alice", json!({})).await.problem(403, "not-moderator");
        alice.put("/groups/garden/mutes/bob", json!({ "until": "soon" })).await.field_problem(422, "until");
        alice.put("/groups/garden/mutes/bob", json!({ "reason": "Calm down." })).await.done();
        bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.problem(403, "muted");
        alice.delete("/groups/garden/mutes/bob").await.done();
        let until = json!({ "until": "2026-03-08T12:00:00.000Z" });
        alice.put("/groups/garden/probations/bob", until).await.done();
        bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        let item = alice.get("/groups/garden/queue").await.ok()["items"][0].clone();
        assert_eq!(item["reason"], "probation");
        alice.delete("/groups/garden/probations/bob").await.done();
        bob.post("/groups/garden/posts", json!({ "title": "Roses" })).await.created();
    }

    async fn a_report_says_what_is_wrong(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = here.garden_with_post().await;
        alice.post(&format!("/posts/{post}/report"), json!({ "text": "Rude." })).await.done();
        alice.post(&format!("/posts/{post}/report"), json!({ "text": " " })).await.field_problem(422, "text");
        alice.post("/posts/1/report", json!({ "text": "Rude." })).await.problem(404, "not-found");
        let comment = bob.post(&format!("/posts/{post}/comments"), json!({ "content": "x" })).await.created();
        let path = format!("/comments/{}/report", comment["id"].as_str().unwrap());
        alice.post(&path, json!({ "text": "Rude." })).await.done();
    }
}
