use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::place::{Place, keys};

#[test]
fn a_running_instance_is_backed_up_and_restored_elsewhere() {
    let place = Place::with_group();
    let server = place.serve();
    let made = place.json(&["backup", "copy.db"]);
    assert_eq!(keys(&made), ["file", "size_bytes"]);
    let file = place.path("copy.db");
    assert_eq!(file.metadata().unwrap().len(), made["size_bytes"].as_u64().unwrap());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "there are private keys in it");
    server.stop();

    let elsewhere = Place::new();
    let restored = elsewhere.json(&["restore", file.to_str().unwrap()]);
    assert_eq!(keys(&restored), ["database", "file"]);
    assert!(elsewhere.json(&["token", "create", "ada"])["token"].is_string());
    assert_eq!(elsewhere.json(&["group", "queue", "garden"])["items"], serde_json::json!([]));
    elsewhere.json(&["doctor"]);
    elsewhere.serve().stop();
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_half_done() {
    let place = Place::with_group();
    place.json(&["backup", "copy.db"]);
    assert!(place.refused(&["backup", "copy.db"]).contains("copy.db is there already"));
    place.refused(&["backup", "no/such/folder/copy.db"]);
    let mut names: Vec<_> =
        fs::read_dir(place.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["copy.db", "data"]);
}

#[test]
fn there_is_no_backup_of_nothing() {
    let place = Place::new();
    assert!(place.refused(&["backup", "copy.db"]).contains("there is no database"));
    assert!(!place.path("data").exists());
}

#[test]
fn a_place_with_an_instance_is_not_restored_over() {
    let place = Place::with_group();
    place.json(&["backup", "copy.db"]);
    let line = place.refused(&["restore", "copy.db"]);
    assert!(line.contains("already holds an instance") && line.contains("move that file away"), "{line}");
}

#[test]
fn a_place_that_a_server_works_on_is_not_restored_over() {
    let source = Place::with_group();
    source.json(&["backup", "copy.db"]);
    let target = Place::new();
    let server = target.serve();
    let file = source.path("copy.db");
    assert!(target.refused(&["restore", file.to_str().unwrap()]).contains("stop the server first"));
    server.stop();
}

#[test]
fn a_file_that_cannot_be_used_is_refused() {
    let place = Place::new();
    fs::write(place.path("letter"), "Dear Ada").unwrap();
    assert!(place.refused(&["restore", "letter"]).contains("letter is no backup"));
    fs::write(place.path("dump"), "PGDMP\x01").unwrap();
    assert!(place.refused(&["restore", "dump"]).contains("is a backup of PostgreSQL"));
    assert!(place.refused(&["restore", "nothing"]).contains("nothing"));
    assert!(!place.path("data").exists());
}
