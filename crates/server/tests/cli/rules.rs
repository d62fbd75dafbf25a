use std::fs;

use serde_json::{Value, json};

use crate::groups::write;
use crate::place::Place;

fn file(place: &Place, name: &str, body: &Value) -> String {
    let path = place.path(name);
    fs::write(&path, body.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn no_tomatoes(mode: &str) -> Value {
    json!({ "name": "no-tomatoes", "title": "No tomatoes.", "mode": mode, "when": { "words": ["tomatoes"] }, "then": ["refuse"] })
}

#[test]
fn rules_are_imported_listed_and_exported() {
    let place = Place::with_group();
    assert_eq!(place.text(&["group", "rules", "garden"]), "No automatic rules.\n");
    let rules = file(&place, "rules.json", &json!({ "rules": [no_tomatoes("on")] }));
    assert_eq!(
        place.text(&["group", "rules", "garden", "--import", &rules]),
        "In force: 1 automatic rule, as revision 1.\n"
    );
    assert_eq!(place.text(&["group", "rules", "garden"]), "on       no-tomatoes  No tomatoes.  (refuse)\n");
    let shown = place.json(&["group", "rules", "garden"]);
    assert_eq!((&shown["revision"], &shown["rulebook"]["rules"][0]), (&json!(1), &no_tomatoes("on")));

    let exported = place.path("exported.json");
    let exported = exported.to_str().unwrap();
    let done = place.text(&["group", "rules", "garden", "--export", exported]);
    assert_eq!(done, format!("Wrote 1 automatic rule of revision 1 into {exported}.\n"));
    place.json(&["group", "create", "other"]);
    place.json(&["group", "rules", "other", "--import", exported]);
    let printed = place.json(&["group", "rules", "other", "--export", "-"]);
    assert_eq!(printed, shown["rulebook"], "what is printed is what is imported");
    let answer = file(&place, "answer.json", &shown);
    assert_eq!(place.json(&["instance", "rules", "--import", &answer])["revision"], 1);
    assert!(place.text(&["instance", "rules"]).contains("no-tomatoes"));
    assert_eq!(place.text(&["instance", "rules", "--figures"]), "      0  on       no-tomatoes\n");
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_one_line() {
    let place = Place::with_group();
    let wrong = json!({ "rules": [{ "name": "x", "title": "X.", "when": { "any": [{ "pattern": "(" }] }, "then": ["hold"] }] });
    let wrong = file(&place, "wrong.json", &wrong);
    for option in ["--import", "--dry-run"] {
        let refusal = place.refused(&["group", "rules", "garden", option, &wrong]);
        assert!(refusal.contains("wrong.json: rules[0].when.any[0].pattern: "), "{refusal}");
    }
    let text = place.path("text.json");
    fs::write(&text, "no rules").unwrap();
    assert!(
        place
            .refused(&["group", "rules", "garden", "--import", text.to_str().unwrap()])
            .contains("is not JSON")
    );
    assert!(
        place.refused(&["group", "rules", "garden", "--import", "nowhere.json"]).contains("cannot be read")
    );
    assert!(place.refused(&["group", "rules", "nowhere"]).contains("nowhere"));
    assert!(
        place.refused(&["group", "rules", "garden", "--dry-run", &wrong, "--days", "91"]).contains("90 days")
    );
    for usage in [&["--days", "0"][..], &["--figures", "--import", "x"]] {
        let arguments = [&["group", "rules", "garden"][..], usage].concat();
        assert_eq!(place.run(&arguments).status.code(), Some(2), "{usage:?}");
    }
    assert_eq!(place.json(&["group", "rules", "garden"])["revision"], 0, "nothing was written");
}

#[tokio::test]
async fn a_rule_is_tried_on_what_came_in_and_what_is_held_is_explained() {
    let place = Place::with_group();
    write(&place, "They are *red*.", "https://example.org/tomato").await;
    let item = place.json(&["group", "queue", "garden"])["items"][0].clone();
    let rule = file(&place, "rule.json", &no_tomatoes("off"));
    let tried = place.json(&["group", "rules", "garden", "--dry-run", &rule, "--days", "2"]);
    assert_eq!((&tried["came"]["held"], &tried["rules"][0]["caught"]["count"]), (&json!(1), &json!(1)));
    let text = place.text(&["group", "rules", "garden", "--dry-run", &rule]);
    assert!(
        text.contains("no-tomatoes: would have caught 1; 0 of them moderators removed or refused too"),
        "{text}"
    );

    let id = item["id"].as_str().unwrap();
    let told = place.json(&["explain", id]);
    assert_eq!(
        (&told["wants"], &told["state"], &told["then"][0]["layer"]),
        (&json!("post"), &json!("held"), &json!("review"))
    );
    assert_eq!((&told["now"]["layer"], &told["now"]["outcome"]), (&json!("review"), &json!("hold")));
    for name in [told["entry"].as_str().unwrap(), item["object"].as_str().unwrap()] {
        assert_eq!(place.json(&["explain", name]), told, "{name}");
    }
    let text = place.text(&["explain", id]);
    for part in [
        "post \"Tomatoes\" of @bob@localhost:8080",
        "hold by review (review-all)",
        "review            hold (review-all)",
        "so: hold",
        "trust: Is new",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for unknown in ["77", "seven", "https://nowhere.example/1"] {
        let refusal = place.refused(&["explain", unknown]);
        assert!(refusal.contains(unknown) && refusal.contains("guildhall group queue"), "{refusal}");
    }
}

#[test]
fn trust_is_shown_given_and_taken_back() {
    let place = Place::with_group();
    let plain = place.json(&["group", "trust", "garden", "ada"]);
    assert!(plain["given"].is_null() && plain["sentence"].is_string(), "{plain}");
    place.with_input(&["account", "create", "bob", "--password-stdin"], "correct horse battery");
    let given = place.json(&[
        "group",
        "trust",
        "garden",
        "bob",
        "--set",
        "trusted",
        "--reason",
        "a friend of the house",
    ]);
    assert_eq!(
        (&given["level"], &given["given"]["reason"]),
        (&json!("trusted"), &json!("a friend of the house"))
    );
    assert_eq!(
        place.text(&["group", "trust", "garden", "bob"]).lines().last().unwrap(),
        "given by @garden@localhost:8080: a friend of the house"
    );
    assert_eq!(place.json(&["group", "trust", "garden", "bob", "--unset"])["level"], "new");
    assert!(place.refused(&["group", "trust", "garden", "bob", "--unset"]).contains("no level was given"));
    assert!(
        place
            .refused(&["group", "trust", "garden", "bob", "--set", "known", "--reason", " "])
            .contains("a reason is wanted")
    );
    for usage in [&["--set", "known"][..], &["--set", "moderator", "--reason", "x"], &["--reason", "x"]] {
        let arguments = [&["group", "trust", "garden", "bob"][..], usage].concat();
        assert_eq!(place.run(&arguments).status.code(), Some(2), "{usage:?}");
    }
}
