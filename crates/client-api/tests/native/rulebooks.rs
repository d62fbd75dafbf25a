//! Automatic rules, trials, figures, explanations and trust over HTTP.

use guildhall_store::{db::Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::Here;

fn rule(word: &str) -> Value {
    json!({ "title": format!("No {word}."), "when": { "words": [word] }, "then": ["refuse"] })
}

on_both_engines! {
    async fn a_rulebook_is_shown_replaced_and_exported_to_another_group(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let path = "/groups/garden/rulebook";
        let first = alice.get(path).await.ok();
        assert_eq!((&first["revision"], &first["updated_at"], &first["rulebook"]["rules"]), (&json!(0), &json!(null), &json!([])));
        let named = json!({ "name": "no-casino", "title": "No casino.", "when": { "words": ["casino"] }, "then": ["refuse"] });
        let now = alice.put(path, json!({ "revision": 0, "rules": [named], "gates": { "media": { "from": "known" } } })).await.ok();
        assert_eq!((&now["revision"], &now["rulebook"]["gates"]["media"]["from"]), (&json!(1), &json!("known")));
        assert_eq!(now["rulebook"]["rules"][0]["mode"], "on");
        assert_eq!(alice.get(path).await.ok(), now);

        let stale = alice.put(path, json!({ "revision": 0, "rulebook": {} })).await;
        assert_eq!(stale.body["field"], "revision");
        stale.problem(409, "stale-revision");
        alice.put(path, json!({ "rulebook": {} })).await.problem(422, "invalid-field");
        let wrong = alice.put(path, json!({ "revision": 1, "rules": [{ "name": "x", "title": "X.", "when": { "all": [{ "word": ["y"] }] }, "then": ["hold"] }] })).await;
        assert_eq!(wrong.body["field"], "rules[0].when.all[0]");
        wrong.problem(422, "invalid-field");

        alice.post("/groups", json!({ "name": "boats" })).await.created();
        let mut exported = now.clone();
        exported["revision"] = json!(0);
        let there = alice.put("/groups/boats/rulebook", exported).await.ok();
        assert_eq!(there["rulebook"], now["rulebook"]);
        let decided = alice.get("/groups/garden/decisions").await.ok();
        assert_eq!(decided["items"][0]["action"], "change-rules");

        bob.get(path).await.problem(403, "not-moderator");
        bob.put(path, json!({ "revision": 1, "rulebook": {} })).await.problem(403, "not-moderator");
        here.anybody().get(path).await.problem(401, "token-wanted");
        alice.get("/groups/nowhere/rulebook").await.problem(404, "not-found");
    }

    async fn one_rule_is_written_shown_and_taken_out(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let path = "/groups/garden/automatic-rules/no-casino";
        let made = alice.put(path, rule("casino")).await.ok();
        assert_eq!((&made["revision"], &made["rule"]["name"]), (&json!(1), &json!("no-casino")));
        assert_eq!(alice.get(path).await.ok(), made);
        let refused = bob.post("/groups/garden/posts", json!({ "title": "My casino" })).await;
        assert_eq!(refused.body["detail"], "No casino.");
        let mut stale = rule("tulips");
        stale["revision"] = json!(0);
        alice.put(path, stale).await.problem(409, "stale-revision");
        let wrong = alice.put(path, json!({ "title": "X.", "when": { "not": { "pattern": "(" } }, "then": ["hold"] })).await;
        assert_eq!(wrong.body["field"], "when.not.pattern");
        bob.put(path, rule("x")).await.problem(403, "not-moderator");
        bob.delete(path).await.problem(403, "not-moderator");
        alice.delete(path).await.done();
        alice.get(path).await.problem(404, "no-such-rule");
        alice.delete(path).await.problem(404, "no-such-rule");
    }

    async fn rules_of_the_instance_are_for_admins(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let chief = here.admin("chief").await;
        for path in ["/instance/rulebook", "/instance/rulebook/figures", "/instance/automatic-rules/no-casino"] {
            alice.get(path).await.problem(403, "not-admin");
        }
        alice.post("/instance/rulebook/dry-run", json!({})).await.problem(403, "not-admin");
        chief.put("/instance/automatic-rules/no-casino", rule("casino")).await.ok();
        bob.post("/groups/garden/posts", json!({ "title": "My casino" })).await.problem(403, "rule");
        assert_eq!(chief.get("/instance/rulebook/figures?days=1").await.ok()["items"][0]["fitted"], 1);
        let tried = chief.post("/instance/rulebook/dry-run", json!({})).await.ok();
        assert_eq!((&tried["came"]["refused"], &tried["rules"][0]["caught"]["count"]), (&json!(1), &json!(1)));
        let decided = chief.get("/instance/decisions").await.ok();
        assert_eq!(decided["items"][0]["rule"], "no-casino");
        chief.put("/instance/rulebook", json!({ "revision": 1, "rulebook": {} })).await.ok();
        chief.get("/instance/automatic-rules/no-casino").await.problem(404, "no-such-rule");
        chief.delete("/instance/automatic-rules/no-casino").await.problem(404, "no-such-rule");
    }

    async fn a_rule_is_tried_before_it_is_switched_on_and_counted_afterwards(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        for title in ["A casino", "Tulips"] {
            bob.post("/groups/garden/posts", json!({ "title": title })).await.created();
        }
        let path = "/groups/garden/rulebook/dry-run";
        let mut named = rule("casino");
        named["name"] = json!("no-casino");
        let tried = alice.post(path, json!({ "rule": named, "days": 7 })).await.ok();
        assert_eq!(tried["came"]["items"], 2);
        let caught = &tried["rules"][0]["caught"];
        let example = &caught["examples"][0];
        assert_eq!((&caught["count"], &example["title"], &example["happened"]), (&json!(1), &json!("A casino"), &json!("published")));
        assert_eq!((&example["author"], &tried["rules"][0]["wrong"]["count"]), (&json!("@bob@here.example"), &json!(1)));
        assert_eq!(tried["before"], json!(null));
        let without = alice.post(path, json!({ "rule": named, "examples": 0 })).await.ok();
        assert_eq!(without["rules"][0]["caught"], json!({ "count": 1, "examples": [] }));
        let whole = alice.post(path, json!({ "rulebook": { "rules": [named] } })).await.ok();
        assert_eq!((&whole["rules"][0]["caught"]["count"], whole["gates"].is_object()), (&json!(1), true));
        alice.post(path, json!({ "rule": named, "rules": [] })).await.problem(422, "invalid-field");
        alice.post(path, json!({ "days": 91 })).await.problem(422, "invalid-field");
        let wrong = alice.post(path, json!({ "rule": { "name": "x", "title": "X.", "when": "local", "then": ["hold"] } })).await;
        assert_eq!(wrong.body["field"], "when");
        bob.post(path, json!({ "rule": named })).await.problem(403, "not-moderator");

        named["mode"] = json!("observe");
        alice.put("/groups/garden/automatic-rules/no-casino", named).await.ok();
        bob.post("/groups/garden/posts", json!({ "title": "Another casino" })).await.created();
        let figures = alice.get("/groups/garden/rulebook/figures").await.ok();
        assert_eq!(figures["items"], json!([{
            "name": "no-casino", "title": "No casino.", "mode": "observe", "fitted": 1, "days": [{ "day": "2026-03-01", "fitted": 1 }],
        }]));
        assert_eq!(figures["since"], "2026-01-31");
        alice.get("/groups/garden/rulebook/figures?days=0").await.problem(400, "invalid-parameter");
        bob.get("/groups/garden/rulebook/figures").await.problem(403, "not-moderator");
    }

    async fn what_was_decided_is_explained_to_moderators_and_without_names_to_the_author(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let mut held = rule("casino");
        held["then"] = json!(["hold"]);
        alice.put("/groups/garden/automatic-rules/no-casino", held).await.ok();
        let post = bob.post("/groups/garden/posts", json!({ "title": "A casino" })).await.created();
        let path = format!("/posts/{}/explain", post["id"].as_str().unwrap());
        let told = alice.get(&path).await.ok();
        assert_eq!((&told["state"], &told["then"][0]["rule"], &told["now"]["rule"]), (&json!("held"), &json!("no-casino"), &json!("no-casino")));
        assert_eq!(told["now"]["layers"].as_array().unwrap().last().unwrap(), &json!({ "layer": "rule", "outcome": "hold", "reason": "rule" }));
        assert_eq!(told["now"]["rules"], json!([{ "name": "no-casino", "title": "No casino.", "mode": "on", "scope": "group" }]));
        let queue = alice.get("/groups/garden/queue").await.ok();
        let item = format!("/groups/garden/queue/{}/explain", queue["items"][0]["id"].as_str().unwrap());
        assert_eq!(alice.get(&item).await.ok(), told);

        let carol = here.person("carol").await;
        for path in [&path, &item] {
            let told = bob.get(path).await.ok();
            assert_eq!((&told["then"][0]["layer"], &told["then"][0]["rule"], &told["now"]["rule"]), (&json!("rule"), &json!(null), &json!(null)));
            assert_eq!((&told["now"]["rules"], &told["now"]["outcome"]), (&json!([]), &json!("hold")));
            carol.get(path).await.problem(404, "not-found");
            here.anybody().get(path).await.problem(401, "token-wanted");
        }
        alice.get(&path.replace("/posts/", "/comments/")).await.problem(404, "not-found");
        alice.post("/groups", json!({ "name": "boats" })).await.created();
        alice.get(&item.replace("garden", "boats")).await.problem(404, "not-found");
    }

    async fn trust_is_explained_given_and_taken_back(db: Db) {
        let here = Here::start(db);
        let (alice, bob) = here.garden(json!({})).await;
        let path = "/groups/garden/people/bob/trust";
        bob.post("/groups/garden/posts", json!({ "title": "Tulips" })).await.created();
        let seen = alice.get(path).await.ok();
        assert_eq!((&seen["level"], &seen["seen"]["accepted"], &seen["given"]), (&json!("new"), &json!(1), &json!(null)));
        assert!(seen["sentence"].as_str().unwrap().starts_with("Is new: 1 post or comment let in over 1 day;"));
        alice.put(path, json!({ "level": "helper", "reason": "Knows all about tulips." })).await.done();
        let seen = alice.get(path).await.ok();
        assert_eq!((&seen["level"], &seen["given"]["reason"]), (&json!("helper"), &json!("Knows all about tulips.")));
        assert_eq!(seen["given"]["by"]["handle"], "@alice@here.example");
        assert_eq!(bob.get(path).await.ok()["given"]["by"]["handle"], "@alice@here.example", "a helper sees it");
        for body in [json!({ "level": "moderator", "reason": "x" }), json!({ "level": "known", "reason": " " }), json!({ "level": "known" })] {
            alice.put(path, body).await.problem(422, "invalid-field");
        }
        here.person("carol").await.get(path).await.problem(403, "not-moderator");
        bob.put(path, json!({ "level": "trusted", "reason": "Me." })).await.problem(403, "not-permitted");
        bob.delete(path).await.problem(403, "not-permitted");
        alice.delete(path).await.done();
        alice.delete(path).await.problem(409, "nothing-given");
        alice.get("/groups/garden/people/nobody/trust").await.problem(404, "not-found");
        let decided = alice.get("/groups/garden/decisions").await.ok();
        let actions: Vec<_> = decided["items"].as_array().unwrap().iter().take(2).map(|decision| &decision["action"]).collect();
        assert_eq!(actions, ["dismiss", "appoint"]);
    }
}
