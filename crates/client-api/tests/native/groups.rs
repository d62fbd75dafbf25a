//! Groups.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::json;

use crate::support::Here;

on_both_engines! {
    async fn a_group_is_shown_to_everybody_as_it_was_made(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let made = alice.post("/groups", json!({
            "name": "garden", "title": "The Garden", "description": "All that **grows**.", "language": "en",
            "admission": "approval", "posting": "members", "review": "first",
            "picture_url": "https://img.example/g.png",
            "rules": [{ "title": "Be kind", "text": "*Always.*" }, { "title": "No ads" }],
        })).await.created();
        assert_eq!(alice.get("/groups/garden").await.ok(), made);
        let group = here.anybody().get("/groups/garden").await.ok();
        let mut for_anybody = made;
        for_anybody["viewer"] = json!(null);
        assert_eq!(group, for_anybody);
        assert_eq!(group["handle"], "@garden@here.example");
        assert_eq!(group["url"], "https://here.example/groups/garden");
        assert_eq!(group["description_html"].as_str().unwrap().trim(), "<p>All that <strong>grows</strong>.</p>");
        assert_eq!([&group["admission"], &group["posting"], &group["review"]], ["approval", "members", "first"]);
        assert_eq!(group["rules"][1], json!({ "number": 2, "title": "No ads", "text": "", "text_html": "" }));
        assert_eq!(group["moderators"][0]["handle"], "@alice@here.example");
        assert_eq!(group["member_count"], 0);
        assert_eq!(group["created_at"], "2026-03-01T12:00:00.000Z");
    }

    async fn a_group_with_a_name_alone_is_open_to_everybody(db: Db) {
        let here = Here::start(db);
        let group = here.person("alice").await.post("/groups", json!({ "name": "garden" })).await.created();
        assert_eq!(group["title"], "garden");
        assert_eq!([&group["admission"], &group["posting"], &group["review"]], ["open", "everyone", "none"]);
    }

    async fn every_group_here_is_listed(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        for name in ["garden", "books"] {
            alice.post("/groups", json!({ "name": name })).await.created();
        }
        alice.set("/groups/books/membership").await.ok();
        let list = here.anybody().get("/groups").await.ok();
        let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|group| &group["name"]).collect();
        assert_eq!(names, ["books", "garden"]);
    }

    async fn a_name_is_taken_once_and_must_be_one(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        bob.post("/groups", json!({ "name": "garden" })).await.problem(409, "name-taken");
        alice.post("/groups", json!({ "name": "bob" })).await.problem(409, "name-taken");
        for name in ["", "a b", "admin"] {
            alice.post("/groups", json!({ "name": name })).await.field_problem(422, "name");
        }
    }

    async fn settings_that_do_not_fit_are_named(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        let cases = [
            (json!({ "title": "x".repeat(201) }), "title"),
            (json!({ "description": "x".repeat(10_001) }), "description"),
            (json!({ "language": "english" }), "language"),
            (json!({ "picture_url": "javascript:alert(1)" }), "picture_url"),
            (json!({ "admission": "closed" }), "admission"),
            (json!({ "rules": [{ "title": "" }] }), "rules"),
            (json!({ "rules": [{ "text": "x" }] }), "rules[0].title"),
            (json!({ "colour": "green" }), "colour"),
        ];
        for (mut settings, field) in cases {
            settings["name"] = "garden".into();
            alice.post("/groups", settings).await.field_problem(422, field);
        }
        here.anybody().get("/groups/garden").await.problem(404, "not-found");
    }

    async fn moderators_change_what_they_name_and_nothing_else(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({ "title": "Garden", "language": "en", "rules": [{ "title": "Be kind" }] })).await;
        let changed = alice.patch("/groups/garden", json!({ "language": null, "admission": "invite" })).await.ok();
        assert_eq!((&changed["language"], &changed["admission"]), (&json!(null), &json!("invite")));
        assert_eq!((&changed["title"], &changed["rules"][0]["title"]), (&json!("Garden"), &json!("Be kind")));
        assert_eq!(alice.get("/groups/garden").await.ok(), changed);

        alice.patch("/groups/garden", json!({ "title": null })).await.field_problem(422, "title");
        bob.patch("/groups/garden", json!({ "title": "Mine" })).await.problem(403, "not-moderator");
    }

    async fn admins_change_groups_that_they_do_not_moderate(db: Db) {
        let here = Here::start(db);
        here.garden(json!({})).await;
        let changed = here.admin("root_").await.patch("/groups/garden", json!({ "title": "Ours" })).await.ok();
        assert_eq!(changed["title"], "Ours");
    }

    async fn another_server_is_asked_for_people_with_a_token_only(db: Db) {
        let here = Here::start(db);
        let alice = here.person("alice").await;
        here.anybody().get("/groups/books@down.example").await.problem(404, "not-found");
        assert_eq!(here.questions_asked(), 0);
        let problem = alice.get("/groups/books@down.example").await.problem(502, "remote-unreachable");
        assert_eq!(problem["detail"], "The other server could not be reached; try again later.");
        alice.get("/groups/books@blocked.example").await.problem(403, "host-blocked");
        alice.get("/groups/books@empty.example").await.problem(404, "not-found");
        assert_eq!(here.questions_asked(), 3);
        alice.get("/groups/books@here.example").await.problem(404, "not-found");
        assert_eq!(here.questions_asked(), 3);
    }

    async fn a_group_answers_to_every_spelling_of_its_handle_and_a_person_to_none(db: Db) {
        let here = Here::start(db);
        here.garden(json!({})).await;
        for name in ["garden@here.example", "@garden@here.example", "%40garden%40here.example"] {
            assert_eq!(here.anybody().get(&format!("/groups/{name}")).await.ok()["name"], "garden");
        }
        here.anybody().get("/groups/bob").await.problem(404, "not-found");
    }
}
