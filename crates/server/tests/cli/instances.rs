use serde_json::{Value, json};

use crate::place::{Place, keys};

#[test]
fn decisions_about_servers_are_listed_until_they_are_cleared() {
    let place = Place::with_group();
    let blocked = place.json(&["instance", "block", "Bad.Example", "--reason", "spam"]);
    assert_eq!(blocked, json!({ "host": "bad.example", "action": "block", "group": null, "reason": "spam" }));
    place.json(&["instance", "limit", "bücher.example", "--group", "garden"]);
    place.json(&["instance", "allow", "good.bad.example"]);

    let list = place.json(&["instance", "list"]);
    assert_eq!(list["next"], Value::Null);
    let items = list["items"].as_array().unwrap();
    let short: Vec<_> = items.iter().map(|item| (item["host"].as_str().unwrap(), &item["action"])).collect();
    let expected = [
        ("bad.example", &json!("block")),
        ("good.bad.example", &json!("allow")),
        ("xn--bcher-kva.example", &json!("limit")),
    ];
    assert_eq!(short, expected);
    assert_eq!(keys(&items[0]), ["action", "created_at", "group", "host", "reason"]);
    assert!(items[0]["created_at"].as_str().unwrap().ends_with('Z'));
    assert!(items[2]["group"].as_str().unwrap().contains("garden"), "{list}");

    let about = place.json(&["instance", "list", "a.bad.example"]);
    assert_eq!(about["items"].as_array().unwrap().len(), 1, "{about}");
    place.json(&["instance", "clear", "bad.example"]);
    assert!(place.refused(&["instance", "clear", "bad.example"]).contains("nothing was decided"));
    place.refused(&["instance", "clear", "xn--bcher-kva.example"]);
    place.json(&["instance", "clear", "bücher.example", "--group", "garden"]);
    assert_eq!(place.text(&["instance", "list", "bad.example"]), "Nothing was decided.\n");
}

#[test]
fn a_decision_may_have_an_end_comments_and_no_pictures() {
    let place = Place::with_group();
    let limited = place.json(&[
        "instance",
        "limit",
        "bad.example",
        "--mute-media",
        "--until",
        "2999-01-01",
        "--public-comment",
        "Spam.",
        "--private-comment",
        "Ask Ada.",
    ]);
    let expected = json!({
        "host": "bad.example", "action": "limit", "group": null, "reason": null, "mute_media": true,
        "until": "2999-01-01T00:00:00.000Z", "public_comment": "Spam.", "private_comment": "Ask Ada.",
    });
    assert_eq!(limited, expected);
    place.json(&["instance", "mute-media", "loud.example", "--group", "garden", "--until", "7d"]);
    let list = place.text(&["instance", "list"]);
    let line = "bad.example  limit  without pictures  until 2999-01-01T00:00:00.000Z  Spam.  Ask Ada.  (";
    assert!(list.starts_with(line), "{list}");
    let of_group = place.json(&["instance", "list", "--group", "garden"]);
    assert_eq!(of_group["items"].as_array().unwrap().len(), 1);
    assert_eq!(of_group["items"][0]["action"], "mute-media");
    let past = place.refused(&["instance", "block", "worse.example", "--until", "2020-01-01"]);
    assert_eq!(past, "the end lies in the past");
}

#[test]
fn a_file_is_imported_after_a_look_and_exported_again() {
    let place = Place::with_group();
    let file = place.path("list.csv");
    let text = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
                bad.example,suspend,false,true,spam,false\ndull.example,silence,true,false,,false\n";
    std::fs::write(&file, text).unwrap();
    let tried = place.json(&["instance", "import", "list.csv", "--dry-run"]);
    assert_eq!((&tried["dry_run"], &tried["changed"][0]["action"]), (&json!(true), &json!("block")));
    assert_eq!(place.json(&["instance", "list"])["items"], json!([]));
    let done = place.text(&["instance", "import", "list.csv", "--group", "garden"]);
    assert!(
        done.ends_with(
            "Changed: 2; kept: 0; nothing to do: 0. Concerned: members 0, followed groups 0, posts 0.\n"
        ),
        "{done}"
    );
    assert_eq!(place.text(&["instance", "export", "--group", "garden"]), text);
    assert_eq!(place.text(&["instance", "export"]).lines().count(), 1);
    place.json(&["instance", "export", "--group", "garden", "--output", "again.csv"]);
    assert_eq!(std::fs::read_to_string(place.path("again.csv")).unwrap(), text);

    std::fs::write(&file, format!("{text}b*d.example,suspend\nbad,gone\n")).unwrap();
    let refused = place.refused(&["instance", "import", "list.csv"]);
    assert!(refused.starts_with("line 4: \"b*d.example\" is obfuscated"), "{refused}");
    assert!(refused.contains("; line 5: "), "{refused}");
    assert!(place.refused(&["instance", "import", "none.csv"]).starts_with("reading none.csv failed"));
    assert_eq!(place.json(&["instance", "list"])["items"].as_array().unwrap().len(), 2, "those of the group");
}

#[test]
fn a_list_that_cannot_be_had_is_not_subscribed_to() {
    let place = Place::new();
    let refused = place.refused(&["instance", "subscribe", "http://127.0.0.1:9/list.csv"]);
    assert!(refused.starts_with("fetching the list failed"), "{refused}");
    assert!(place.refused(&["instance", "subscribe", "lists.example"]).starts_with("write the address"));
    assert_eq!(place.text(&["instance", "subscriptions"]), "No block list is subscribed to.\n");
    assert_eq!(place.refused(&["instance", "unsubscribe", "7"]), "there is no such subscription");
}

#[test]
fn a_second_decision_takes_the_place_of_the_first() {
    let place = Place::new();
    place.json(&["instance", "block", "bad.example"]);
    place.json(&["instance", "limit", "bad.example"]);
    let list = place.text(&["instance", "list"]);
    assert_eq!(list.lines().count(), 1);
    assert!(list.starts_with("bad.example  limit"), "{list}");
}

#[test]
fn what_is_no_other_server_is_refused() {
    let place = Place::new();
    let url = place.refused(&["instance", "block", "https://bad.example/about"]);
    assert_eq!(url, "write the host alone, such as \"bad.example\", and no URL");
    assert!(place.refused(&["instance", "limit", "@eve@bad.example"]).contains("without a name"));
    assert!(place.refused(&["instance", "allow", "a b"]).contains("is no host"));
    assert!(place.refused(&["instance", "block", "localhost:8080"]).contains("this instance itself"));
    assert!(place.refused(&["instance", "block", "bad.example", "--group", "g"]).contains("no group"));
    assert_eq!(place.json(&["instance", "list"])["items"], json!([]));
}

#[tokio::test]
async fn a_profile_is_fixed_and_left_to_itself_again() {
    let place = Place::new();
    let fixed = place.json(&["instance", "profile", "Peer.example:8443", "group"]);
    assert_eq!(fixed, json!({ "host": "peer.example:8443", "profile": "group" }));
    assert_eq!(profile(&place).await, (Some("group".into()), true));
    place.json(&["instance", "profile", "peer.example:8443", "auto"]);
    assert_eq!(profile(&place).await, (None, false));
}

async fn profile(place: &Place) -> (Option<String>, bool) {
    let store = place.store().await;
    let found = store.query("SELECT profile, profile_fixed FROM instances").one().await.unwrap();
    store.close().await;
    found
}
