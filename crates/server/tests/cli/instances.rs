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
