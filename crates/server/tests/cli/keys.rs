use std::process::Stdio;

use guildhall_store::{Db, actor, actor_key, event, signing_key};
use serde_json::json;

use crate::place::{Place, keys};

#[tokio::test]
async fn whoever_is_named_has_new_keys_and_servers_are_to_be_told() {
    let place = Place::with_group();
    let before = public_keys(&place, "ada").await;
    let untouched = public_keys(&place, "garden").await;
    let rotated = place.json(&["key", "rotate", "@Ada"]);
    assert_eq!(keys(&rotated), ["items", "next"]);
    let ada = json!({ "name": "ada", "kind": "person", "ap_id": "http://localhost:8080/users/ada" });
    assert_eq!(rotated["items"], json!([ada]));

    let after = public_keys(&place, "ada").await;
    assert_eq!(ids(&before), ids(&after));
    assert!(before.iter().zip(&after).all(|(old, new)| old.1 != new.1), "RSA and Ed25519 alike");
    assert_eq!(public_keys(&place, "garden").await, untouched);
    let store = place.store().await;
    let ada = actor::find_local_by_name(&store, "ada").await.unwrap().unwrap();
    let private = signing_key::list_of(&store, ada.id).await.unwrap();
    assert_eq!(private.iter().filter(|key| key.former.is_some()).count(), 2, "they sign what was waiting");
    let waiting = event::list_unpublished(&store, 100).await.unwrap();
    let told = waiting.iter().filter(|event| format!("{:?}", event.kind).starts_with("KeysChanged"));
    assert_eq!(told.count(), 1);
    store.close().await;
}

#[tokio::test]
async fn all_are_persons_groups_and_the_instance_itself() {
    let place = Place::with_group();
    // Its first start makes the instance's own.
    place.serve().stop();
    let names = ["localhost:8080", "ada", "garden"];
    let mut before = Vec::new();
    for name in names {
        before.push(public_keys(&place, name).await);
    }
    let rotated = place.json(&["key", "rotate", "--all"]);
    let items = rotated["items"].as_array().unwrap();
    let mut kinds: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["application", "group", "person"]);
    for (name, before) in names.into_iter().zip(before) {
        assert!(public_keys(&place, name).await.iter().all(|key| !before.contains(key)), "{name}");
    }
}

#[test]
fn people_read_who_has_new_keys_and_what_comes_next() {
    let place = Place::with_group();
    let said = place.text(&["key", "rotate", "garden", "ada@localhost:8080", "garden"]);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(
        lines[..2],
        ["garden  http://localhost:8080/groups/garden", "ada  http://localhost:8080/users/ada",]
    );
    assert!(lines[2].starts_with("2 have new keys. The old ones no longer count."), "{said}");
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn where_a_name_is_wrong_nobody_has_new_keys() {
    let place = Place::with_group();
    let before = public_keys(&place, "ada").await;
    let cases = [
        ("eve", "nobody here is called \"eve\""),
        ("eve@far.example", "\"eve@far.example\" lives on another server, which alone has the keys"),
        ("a b", "\"a b\": not a handle: write it as name or name@host"),
    ];
    for (name, refusal) in cases {
        assert_eq!(place.refused(&["key", "rotate", "ada", name]), refusal);
    }
    assert_eq!(public_keys(&place, "ada").await, before);
}

#[tokio::test]
async fn beside_a_running_server_the_news_is_told_at_once() {
    let place = Place::with_group();
    let server = place.serve();
    place.json(&["key", "rotate", "garden"]);
    let store = place.store().await;
    let is_told = async || event::list_unpublished(&store, 1).await.unwrap().is_empty();
    // The server looks for what other processes wrote.
    for _ in 0..1_000 {
        if is_told().await {
            break;
        }
        wait_a_little();
    }
    assert!(is_told().await);
    store.close().await;
    server.stop();
}

fn wait_a_little() {
    let slept = std::process::Command::new("sleep").arg("0.02").stdout(Stdio::null()).status();
    assert!(slept.unwrap().success());
}

fn ids(keys: &[(String, Vec<u8>)]) -> Vec<&str> {
    keys.iter().map(|(id, _)| id.as_str()).collect()
}

/// The ids and public keys of somebody here.
async fn public_keys(place: &Place, name: &str) -> Vec<(String, Vec<u8>)> {
    let store: Db = place.store().await;
    let owner = actor::find_local_by_name(&store, name).await.unwrap().unwrap();
    let keys = actor_key::list_of(&store, owner.id).await.unwrap();
    store.close().await;
    keys.into_iter().map(|key| (key.key_id, key.public_key)).collect()
}
