//! Cases by the API: who looks at them, and what they do.

use axum::http::StatusCode;
use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

/// The only open case of the garden.
async fn only(moderator: &Client) -> Value {
    let open = moderator.get("/groups/garden/cases").await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 1, "{open}");
    open["items"][0].clone()
}

/// alice moderates, bob has a post that carol reported: its id, and the path of the case.
async fn reported(here: &Here) -> (Client, Client, String, String) {
    let (alice, bob, post) = here.garden_with_post().await;
    let carol = here.person("carol").await;
    carol.post(&format!("/posts/{post}/report"), json!({ "text": "An advertisement." })).await.done();
    let case = format!("/cases/{}", only(&alice).await["id"].as_str().unwrap());
    (alice, bob, post, case)
}

on_both_engines! {
    async fn a_case_is_listed_shown_claimed_and_acted_on(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post, case) = reported(&here).await;
        let line = only(&alice).await;
        assert_eq!((&line["about"], &line["entry"], &line["report_count"]), (&json!("entry"), &json!(post), &json!(1)));
        assert_eq!(line["lanes"], json!([{ "lane": "group", "host": "here.example", "is_open": true, "outcome": null }]));
        alice.call(&format!("{case}/claim")).await.done();
        assert_eq!(alice.get("/groups/garden/cases?assignee=me").await.ok()["items"][0]["assignee"]["handle"], "@alice@here.example");
        assert_eq!(alice.get("/groups/garden/cases?assignee=bob").await.ok()["items"], json!([]));
        alice.post(&format!("{case}/notes"), json!({ "text": "Asked him." })).await.done();
        alice.call(&format!("{case}/release")).await.done();
        let done = alice.post(&format!("{case}/actions"), json!({
            "actions": [{ "action": "remove" }, { "action": "probation", "days": 7 }],
            "prepared": { "name": "spam", "language": "it" },
            "note": "Third time.",
        })).await.ok();
        assert_eq!(done, json!({ "entries": 1, "left": 0, "is_closed": true }));

        let shown = alice.get(&case).await.ok();
        assert_eq!(shown["evidence"][0]["handle"], "@bob@here.example");
        let kinds: Vec<_> = shown["history"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
        for kind in ["opened", "report", "claimed", "note", "released", "decision", "lane-closed"] {
            assert!(kinds.contains(&json!(kind)), "{kind} in {kinds:?}");
        }
        let decisions = bob.get(&format!("/posts/{post}/decisions")).await.ok();
        let removal = &decisions["items"][0];
        assert_eq!((&removal["action"], &removal["note"], &removal["case"]), (&json!("remove"), &json!(null), &json!(null)));
        assert!(removal["reason"].as_str().unwrap().contains("è pubblicità"), "{removal}");
        assert_eq!(alice.get("/groups/garden/cases").await.ok()["items"], json!([]));
        assert_eq!(alice.get("/groups/garden/cases?state=closed").await.ok()["items"].as_array().unwrap().len(), 1);
        alice.post(&format!("{case}/actions"), json!({ "actions": [{ "action": "warn" }] })).await.problem(409, "case-closed");
        alice.call(&format!("{case}/reopen")).await.done();
        alice.call(&format!("{case}/close")).await.done();
        alice.call(&format!("{case}/close")).await.problem(409, "case-closed");
    }

    async fn a_case_is_nobody_elses_business(db: Db) {
        let here = Here::start(db);
        let (_, bob, _, case) = reported(&here).await;
        bob.get(&case).await.problem(404, "not-found");
        bob.call(&format!("{case}/claim")).await.problem(404, "not-found");
        bob.post(&format!("{case}/actions"), json!({ "actions": [{ "action": "dismiss" }] })).await.problem(404, "not-found");
        bob.get("/groups/garden/cases").await.problem(403, "not-moderator");
        bob.get("/instance/cases").await.problem(403, "not-admin");
        bob.get("/groups/garden/prepared-texts").await.problem(403, "not-moderator");
        bob.get("/groups/garden/people/carol/notes").await.problem(403, "not-moderator");
        bob.post("/groups/garden/people/carol/notes", json!({ "text": "x" })).await.problem(403, "not-moderator");
        here.anybody().get(&case).await.problem(401, "token-wanted");
        let admin = here.admin("chief").await;
        assert_eq!(admin.get(&case).await.ok()["case"]["title"], admin.get("/groups/garden/cases").await.ok()["items"][0]["title"]);
        admin.get("/cases/1").await.problem(404, "not-found");
    }

    async fn what_is_asked_for_wrongly_is_named(db: Db) {
        let here = Here::start(db);
        let (alice, _, _, case) = reported(&here).await;
        let actions = format!("{case}/actions");
        for (body, field) in [
            (json!({ "actions": [{ "action": "hang" }] }), "actions[0].action"),
            (json!({ "actions": [{ "action": "ban", "days": 0 }] }), "actions[0]"),
            (json!({ "actions": [{ "action": "ban", "days": 1, "until": "2026-03-05T00:00:00Z" }] }), "actions[0]"),
            (json!({ "actions": [{ "action": "move" }] }), "actions[0]"),
            (json!({ "actions": [{ "action": "warn" }], "rule_number": 9 }), "rule_number"),
            (json!({ "actions": [{ "action": "warn" }], "prepared": { "name": "none" } }), "prepared"),
            (json!({ "actions": [{ "action": "warn" }], "entries": ["x"] }), "entries"),
        ] {
            alice.post(&actions, body).await.field_problem(422, field);
        }
        alice.post(&actions, json!({ "actions": [] })).await.problem(409, "not-applicable");
        alice.get("/groups/garden/cases?state=lost").await.problem(400, "invalid-parameter");
        alice.post("/reports", json!({ "text": "x" })).await.field_problem(422, "entries");
    }

    async fn people_groups_and_servers_are_reported_too(db: Db) {
        let here = Here::start(db);
        let (alice, bob, _) = here.garden_with_post().await;
        here.person("carol").await;
        for person in ["carol", "alice"] {
            bob.post("/reports", json!({ "text": "Rude.", "person": person, "group": "garden" })).await.done();
        }
        let line = only(&alice).await;
        assert_eq!((&line["about"], &line["person"]["handle"]), (&json!("person"), &json!("@carol@here.example")));
        bob.post("/reports", json!({ "text": "All of it.", "group": "garden" })).await.done();
        bob.post("/reports", json!({ "text": "Spam.", "host": "spam.example" })).await.done();
        bob.post("/reports", json!({ "text": "Rude everywhere.", "person": "alice" })).await.done();
        bob.post("/reports", json!({ "text": "Spam.", "host": "Spam.Example" })).await.done();
        bob.post("/reports", json!({ "text": "Spam.", "host": "not a host" })).await.field_problem(422, "host");
        let many = vec!["1"; 101];
        bob.post("/reports", json!({ "text": "x", "entries": many })).await.field_problem(422, "entries");
        let open = here.admin("chief").await.get("/instance/cases").await.ok();
        let about: Vec<_> = open["items"].as_array().unwrap().iter().map(|one| one["about"].clone()).collect();
        // And the one about her who alone looks after the garden.
        assert_eq!(about, [json!("person"), json!("host"), json!("group"), json!("person")]);
    }

    async fn a_group_has_texts_of_its_own_at_hand(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let built_in = alice.get("/groups/garden/prepared-texts").await.ok();
        assert_eq!(built_in["items"].as_array().unwrap().len(), 20);
        let own = json!({ "texts": [{ "name": "spam", "language": "en", "text": "No, {person}." }] });
        bob.put("/groups/garden/prepared-texts", own.clone()).await.problem(403, "not-moderator");
        let at_hand = alice.put("/groups/garden/prepared-texts", own).await.ok();
        let spam: Vec<_> = at_hand["items"].as_array().unwrap().iter().filter(|one| one["is_own"] == json!(true)).collect();
        assert_eq!(spam, [&json!({ "name": "spam", "language": "en", "text": "No, {person}.", "is_own": true })]);
        assert_eq!(at_hand["items"].as_array().unwrap().len(), 20);
        let wrong = json!({ "texts": [{ "name": "x", "language": "en", "text": "{nobody}" }] });
        alice.put("/groups/garden/prepared-texts", wrong).await.field_problem(422, "texts");
    }

    async fn moderators_note_what_they_know_of_people_and_see_their_strikes(db: Db) {
        let here = Here::start(db);
        let (alice, _, _, case) = reported(&here).await;
        alice.post("/groups/garden/people/bob/notes", json!({ "text": "Sells seeds." })).await.is(StatusCode::NO_CONTENT);
        alice.post(&format!("{case}/actions"), json!({ "actions": [{ "action": "warn" }] })).await.ok();
        let known = alice.get("/groups/garden/people/bob/notes").await.ok();
        assert_eq!((&known["strikes"], &known["dismissed"]), (&json!(1), &json!(0)));
        assert_eq!((&known["notes"][0]["text"], &known["notes"][0]["by"]["handle"]), (&json!("Sells seeds."), &json!("@alice@here.example")));
    }
}
