use serde_json::{Value, json};

use crate::place::{Place, keys};

const HOSTS: &[&str] = &[
    "INSERT INTO delivery_hosts (host, cursor, state, failures, failing_since, next_attempt_at, last_error,
        last_error_at)
     VALUES ('bad.example', 0, 'failing', 3, 1000, 9999999999999, 'answered 500', 1000)",
    "INSERT INTO delivery_hosts (host, cursor, state, last_success_at)
     VALUES ('good.example', 0, 'active', 1767225600000)",
    "INSERT INTO instances (host, profile, first_seen_at) VALUES ('good.example', 'microblog', 0)",
];
const LETTER: &[&str] = &[
    "INSERT INTO delivery_log (seq, activity_ap_id, event_id, sender_id, order_key, created_at)
     SELECT 5, 'https://here.example/activities/1', 1, id, 'a', 1000 FROM actors WHERE username = 'ada'",
    "INSERT INTO delivery_targets (seq, inbox, host) VALUES (5, 'https://bad.example/inbox', 'bad.example')",
];

fn status(place: &Place, host: &str) -> Value {
    let status = place.json(&["delivery", "status"]);
    let items = status["items"].as_array().unwrap();
    items.iter().find(|item| item["host"] == host).unwrap().clone()
}

#[tokio::test]
async fn the_status_tells_how_things_stand_with_each_server() {
    let place = Place::with_group();
    let nothing = json!({ "items": [], "next": null, "publisher": null, "nodes": [] });
    assert_eq!(place.json(&["delivery", "status"]), nothing);
    place.change(HOSTS).await;
    place.change(LETTER).await;

    let bad = status(&place, "bad.example");
    let expected = [
        "host",
        "lag_items",
        "lag_seconds",
        "last_error",
        "last_success",
        "next_attempt",
        "profile",
        "state",
    ];
    assert_eq!(keys(&bad), expected);
    assert_eq!(
        (&bad["state"], &bad["profile"], &bad["lag_items"]),
        (&json!("failing"), &Value::Null, &json!(1))
    );
    assert!(bad["lag_seconds"].as_u64().unwrap() > 1_000_000);
    assert_eq!(bad["last_error"], "answered 500");
    assert_eq!(bad["last_success"], Value::Null);
    assert_eq!(bad["next_attempt"], "2286-11-20T17:46:39.999Z");

    let good = status(&place, "good.example");
    assert_eq!((&good["state"], &good["profile"]), (&json!("active"), &json!("microblog")));
    assert_eq!((&good["lag_items"], &good["lag_seconds"]), (&json!(0), &json!(0)));
    assert_eq!(good["last_success"], "2026-01-01T00:00:00.000Z");
    assert_eq!(good["next_attempt"], Value::Null);
    let text = place.text(&["delivery", "status"]);
    assert!(text.starts_with("bad.example  failing  unknown  1 waiting for "), "{text}");
}

#[tokio::test]
async fn a_server_is_paused_resumed_and_tried_now() {
    let place = Place::with_group();
    place.change(HOSTS).await;
    let retried = place.json(&["delivery", "retry", "BAD.example"]);
    assert_eq!(retried, json!({ "host": "bad.example", "action": "retried", "skipped": null }));
    assert_eq!(status(&place, "bad.example")["next_attempt"], Value::Null);
    assert!(place.refused(&["delivery", "retry", "bad.example"]).contains("not waiting"));

    assert!(place.refused(&["delivery", "resume", "bad.example"]).contains("not paused"));
    place.json(&["delivery", "pause", "bad.example"]);
    assert_eq!(status(&place, "bad.example")["state"], "paused");
    assert!(place.refused(&["delivery", "retry", "bad.example"]).contains("delivery resume bad.example"));
    place.json(&["delivery", "resume", "bad.example"]);
    assert_eq!(status(&place, "bad.example")["state"], "active");
}

#[tokio::test]
async fn what_a_server_is_stuck_at_is_skipped() {
    let place = Place::with_group();
    place.change(HOSTS).await;
    assert!(place.refused(&["delivery", "skip", "bad.example"]).contains("nothing waits"));
    place.change(LETTER).await;
    let skipped = place.json(&["delivery", "skip", "bad.example"]);
    assert_eq!(skipped, json!({ "host": "bad.example", "action": "skipped", "skipped": "5" }));
    assert_eq!(status(&place, "bad.example")["lag_items"], 0);
}

#[test]
fn a_server_that_nothing_goes_to_is_refused() {
    let place = Place::new();
    for command in ["pause", "resume", "retry", "skip"] {
        assert!(place.refused(&["delivery", command, "new.example"]).contains("new.example"), "{command}");
        assert!(place.refused(&["delivery", command, "http://new.example"]).contains("no URL"), "{command}");
    }
}

#[tokio::test]
async fn a_blocked_server_is_shown_as_such() {
    let place = Place::with_group();
    place.change(HOSTS).await;
    place.json(&["instance", "block", "good.example", "--group", "garden"]);
    assert_eq!(status(&place, "good.example")["state"], "active", "a group's list is the group's");
    place.json(&["instance", "block", "example"]);
    assert_eq!(status(&place, "good.example")["state"], "blocked");
    assert!(place.text(&["delivery", "status"]).starts_with("bad.example  blocked  "));
    place.json(&["instance", "allow", "bad.example"]);
    assert_eq!(status(&place, "bad.example")["state"], "failing");
    place.json(&["instance", "clear", "example"]);
    assert_eq!(status(&place, "good.example")["state"], "active");
}

#[tokio::test]
async fn the_status_says_whether_anybody_publishes() {
    let place = Place::with_group();
    assert!(place.text(&["delivery", "status"]).contains("start one with `guildhall serve`"));
    place
        .change(&[
            "INSERT INTO leases (name, holder, until, epoch) VALUES ('publisher', 'one', 9999999999999, 1)",
        ])
        .await;
    assert_eq!(place.json(&["delivery", "status"])["publisher"], "one");
    assert_eq!(place.text(&["delivery", "status"]), "Nothing was ever to be delivered.\n");
}

#[tokio::test]
async fn the_status_lists_the_nodes_that_share_the_work() {
    let place = Place::with_group();
    let lease = |name: &str, holder: &str| -> &'static str {
        format!(
            "INSERT INTO leases (name, holder, until, epoch) VALUES ('{name}', '{holder}', 9999999999999, 1)"
        )
        .leak()
    };
    let held = [
        lease("serving/a", "a"),
        lease("serving/b", "b"),
        lease("inbox/0", "a"),
        lease("inbox/63", "a"),
        lease("inbox/1", "b"),
        lease("publisher", "b"),
        lease("node/7", "c"),
    ];
    place.change(&held).await;
    let nodes = json!([
        { "name": "a", "inbox_shards": 2, "delivering_to": 0, "publishes": false },
        { "name": "b", "inbox_shards": 1, "delivering_to": 0, "publishes": true },
    ]);
    assert_eq!(place.json(&["delivery", "status"])["nodes"], nodes);
    let text = place.text(&["delivery", "status"]);
    assert!(text.contains("node b  1 of 64 parts of the inbox  delivering to 0  publishes"), "{text}");
}
