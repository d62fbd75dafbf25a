use serde_json::{Value, json};

use crate::place::{Place, failure_line, keys};

/// The exit code, the report, and the findings as (severity, check).
fn examine(place: &Place, arguments: &[&str]) -> (Option<i32>, Value, Vec<(String, String)>) {
    let mut command = place.command(&[&["doctor", "--json"], arguments].concat());
    let done = command.env("GUILDHALL_SERVER__BASE_URL", "http://localhost:8080").output().unwrap();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap();
    // How much room this machine has is not the matter here.
    let found = findings.iter().filter(|finding| finding["check"] != "disk");
    let found = found.map(|finding| (text(&finding["severity"]), text(&finding["check"]))).collect();
    (done.status.code(), report, found)
}

fn finding(severity: &str, check: &str) -> (String, String) {
    (severity.to_owned(), check.to_owned())
}

#[test]
fn a_healthy_instance_passes_with_warnings_alone() {
    let place = Place::with_group();
    let (code, report, found) = examine(&place, &[]);
    assert_eq!((code, &report["ok"]), (Some(0), &json!(true)), "{report}");
    assert_eq!(found, [finding("warning", "settings")], "plain http: {report}");
    assert_eq!(keys(&report), ["findings", "ok", "repaired"]);
    assert_eq!(keys(&report["findings"][0]), ["advice", "check", "severity", "what"]);
    assert!(place.text(&["doctor"]).ends_with("Nothing is wrong.\n"));
}

#[test]
fn a_place_without_a_database_stays_one() {
    let place = Place::new();
    let (code, _, found) = examine(&place, &[]);
    assert_eq!((code, found.last()), (Some(0), Some(&finding("warning", "database"))));
    assert!(!place.path("data").exists());
}

#[tokio::test]
async fn wrong_counters_fail_until_they_are_repaired() {
    let place = Place::with_group();
    place.change(&["UPDATE groups SET member_count = member_count + 5, post_count = 7"]).await;
    let (code, report, found) = examine(&place, &[]);
    let wrong = finding("error", "counters");
    assert_eq!((code, &report["ok"]), (Some(1), &json!(false)));
    assert_eq!(found[1..], [wrong.clone(), wrong], "{report}");
    assert!(report["findings"].to_string().contains("guildhall doctor --repair"));
    let done = place.run(&["doctor"]);
    assert_eq!(failure_line(&done), "the doctor found 2 errors");

    let (code, report, found) = examine(&place, &["--repair"]);
    assert_eq!((code, found.len()), (Some(0), 1), "{report}");
    // Both numbers of the group were counted again at once.
    assert_eq!(report["repaired"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(examine(&place, &["--repair"]).1["repaired"], json!([]));
}

#[tokio::test]
async fn what_is_stuck_is_found() {
    let place = Place::with_group();
    place
        .change(&[
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, body, state, due_at, received_at)
             VALUES (1, 'https://a.example/1', '', '', 'Like', x'00', 'queued', 1000, 1000)",
            "INSERT INTO events (id, kind, created_at) VALUES (1, 'left', 1000)",
            "INSERT INTO delivery_hosts (host, cursor, state) VALUES ('gone.example', 0, 'dead')",
        ])
        .await;
    let (code, report, found) = examine(&place, &[]);
    let stuck = ["error", "error", "warning"].map(|severity| finding(severity, "stuck"));
    assert_eq!((code, &found[1..]), (Some(1), &stuck[..]), "{report}");
    let text = report.to_string();
    assert!(text.contains("gone.example") && text.contains("no server publishes: start one"), "{text}");
    place
        .change(&[
            "INSERT INTO leases (name, holder, until, epoch) VALUES ('publisher', 'one', 9999999999999, 1)",
        ])
        .await;
    assert!(examine(&place, &[]).1.to_string().contains("a server is at it: look into its log"));

    place.change(&["UPDATE received_activities SET due_at = 9999999999999"]).await;
    let (_, report, found) = examine(&place, &[]);
    assert_eq!(found[1], finding("warning", "stuck"), "{report}");
    assert!(report.to_string().contains("something is tried again in"), "{report}");
}

#[tokio::test]
async fn an_address_that_changed_is_found() {
    let place = Place::with_group();
    let mut command = place.command(&["doctor", "--json"]);
    let done = command.env("GUILDHALL_SERVER__BASE_URL", "https://new.example").output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let found = report["findings"].as_array().unwrap();
    let what = found.iter().find(|finding| finding["check"] == "base_url").unwrap()["what"].as_str().unwrap();
    assert!(
        what.contains("https://new.example") && what.contains("http://localhost:8080/users/ada"),
        "{what}"
    );
}

#[tokio::test]
async fn the_doctor_runs_no_migration() {
    let place = Place::new();
    place.store().await.close().await;
    let (code, report, found) = examine(&place, &[]);
    assert_eq!((code, found.last()), (Some(0), Some(&finding("warning", "migrations"))), "{report}");
    assert!(report.to_string().contains("the database is empty"), "{report}");
    let store = place.store().await;
    assert!(!store.pending_migrations(&guildhall_store::db::migrations()).await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test]
async fn a_database_of_a_later_program_is_found() {
    let place = Place::with_group();
    place.change(&["UPDATE _sqlx_migrations SET version = 9000"]).await;
    let (code, report, found) = examine(&place, &[]);
    assert_eq!((code, found.last()), (Some(1), Some(&finding("error", "migrations"))), "{report}");
}

#[test]
fn a_file_that_is_no_database_is_found() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    std::fs::write(place.path("data/guildhall.db"), "not a database, and long enough to be read".repeat(99))
        .unwrap();
    let (code, report, found) = examine(&place, &[]);
    assert_eq!((code, found.last()), (Some(1), Some(&finding("error", "database"))), "{report}");
}

#[tokio::test]
async fn a_damaged_file_is_found() {
    let place = Place::with_group();
    let store = place.store().await;
    let (page, size): (i64, i64) = store
        .query(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'entries_thread'",
        )
        .one()
        .await
        .unwrap();
    store.close().await;
    let start = usize::try_from((page - 1) * size).unwrap();
    let mut bytes = std::fs::read(place.path("data/guildhall.db")).unwrap();
    bytes[start..start + 512].fill(0x5a);
    std::fs::write(place.path("data/guildhall.db"), bytes).unwrap();
    let (code, report, found) = examine(&place, &[]);
    assert_eq!((code, &found[1]), (Some(1), &finding("error", "integrity")), "{report}");
}

#[test]
fn the_doctor_comes_while_the_server_runs() {
    let place = Place::with_group();
    let server = place.serve();
    let (code, report, _) = examine(&place, &["--repair"]);
    assert_eq!(code, Some(0), "{report}");
    server.stop();
}
