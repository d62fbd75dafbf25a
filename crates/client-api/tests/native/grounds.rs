//! What a decision rests on, at each door that a moderator decides by.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{Client, Here};

const WHY: &str = "No adverts.";

/// Grounds with more in them.
fn grounds(mut more: Value) -> Value {
    more["reason"] = json!(WHY);
    more["rule_number"] = json!(2);
    more["note"] = json!("The third time.");
    more
}

/// A garden with two rules, and a post of Bob's.
async fn garden(here: &Here) -> (Client, Client, String) {
    let (alice, bob, post) = here.garden_with_post().await;
    let rules = json!([{ "title": "Be kind", "text": "" }, { "title": "No adverts", "text": "" }]);
    alice.patch("/groups/garden", json!({ "rules": rules })).await.ok();
    (alice, bob, post)
}

/// The latest decision of a list, as a moderator reads it.
async fn latest(reader: &Client, path: &str) -> Value {
    let seen = reader.get(path).await.ok();
    let made = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .max_by_key(|made| made["id"].as_str().unwrap().parse::<u64>().unwrap());
    made.unwrap().clone()
}

fn rests(made: &Value, action: &str) {
    let found = (&made["action"], &made["reason"], &made["rule_number"], &made["rule_title"], &made["note"]);
    let wanted = (&json!(action), &json!(WHY), &json!(2), &json!("No adverts"), &json!("The third time."));
    assert_eq!(found, wanted);
}

on_both_engines! {
    async fn locks_and_removals_name_a_rule_and_carry_a_note(db: Db) {
        let here = Here::start(db);
        let (alice, bob, post) = garden(&here).await;
        let (path, decisions) = (format!("/posts/{post}"), format!("/posts/{post}/decisions"));
        let until = "2026-03-01T13:00:00.000Z";
        assert_eq!(alice.put(&format!("{path}/lock"), grounds(json!({ "until": until }))).await.ok()["locked"], true);
        let lock = latest(&alice, &decisions).await;
        rests(&lock, "lock");
        assert_eq!(lock["until"], until);
        assert_eq!(latest(&bob, &decisions).await["note"], json!(null), "for moderators alone");
        alice.delete_because(&path, grounds(json!({}))).await.done();
        rests(&latest(&alice, &decisions).await, "remove");
        alice.post(&format!("{path}/restore"), grounds(json!({}))).await.ok();
        rests(&latest(&alice, &decisions).await, "restore");

        here.advance_seconds(3_601);
        bob.post(&format!("{path}/comments"), json!({ "content": "x" })).await.created();
    }

    async fn refusals_name_a_rule_and_carry_a_note(db: Db) {
        let here = Here::start(db);
        let (alice, bob, _) = garden(&here).await;
        alice.patch("/groups/garden", json!({ "review": "all" })).await.ok();
        let held = bob.post("/groups/garden/posts", json!({ "title": "Seeds" })).await;
        let post = held.body["id"].as_str().unwrap().to_owned();
        let queue = alice.get("/groups/garden/queue").await.ok();
        let path = format!("/groups/garden/queue/{}/refuse", queue["items"][0]["id"].as_str().unwrap());
        alice.post(&path, json!({ "reason": WHY, "rule_number": 3 })).await.field_problem(422, "rule_number");
        alice.post(&path, grounds(json!({}))).await.ok();
        rests(&latest(&alice, &format!("/posts/{post}/decisions")).await, "refuse");
    }

    async fn sanctions_name_a_rule_and_carry_a_note(db: Db) {
        let here = Here::start(db);
        let (alice, ..) = garden(&here).await;
        for (folder, begun, over) in
            [("mutes", "mute", "unmute"), ("probations", "probation", "end-probation"), ("bans", "ban", "unban")]
        {
            let path = format!("/groups/garden/{folder}/bob");
            alice.put(&path, grounds(json!({}))).await.done();
            rests(&latest(&alice, "/groups/garden/decisions").await, begun);
            alice.delete_because(&path, grounds(json!({}))).await.done();
            rests(&latest(&alice, "/groups/garden/decisions").await, over);
        }
    }

    async fn grounds_that_cannot_be_change_nothing(db: Db) {
        let here = Here::start(db);
        let (alice, _, post) = garden(&here).await;
        let lock = format!("/posts/{post}/lock");
        for number in [0, 3] {
            alice.put(&lock, json!({ "rule_number": number })).await.field_problem(422, "rule_number");
            alice.put("/groups/garden/bans/bob", json!({ "rule_number": number })).await.field_problem(422, "rule_number");
        }
        alice.put(&lock, json!({ "note": "x".repeat(5_001) })).await.field_problem(422, "note");
        for until in ["tomorrow", "2026-03-01T12:00:00.000Z"] {
            alice.put(&lock, json!({ "until": until })).await.field_problem(422, "until");
            alice.put("/groups/garden/mutes/bob", json!({ "until": until })).await.field_problem(422, "until");
        }
        assert_eq!(alice.get(&format!("/posts/{post}")).await.ok()["locked"], false);
    }
}
