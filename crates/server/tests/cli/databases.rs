//! Databases that do not open: why, and what to do about it, in one line and at once.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use crate::place::{Place, refusal};

#[test]
fn a_server_that_is_not_there_is_named_with_its_cause() {
    let place = Place::new();
    // Port 9 (discard) on loopback: nobody listens.
    let url = "postgres://guild:hushhush@127.0.0.1:9/hall";
    for command in [&["serve"][..], &["group", "queue", "g"], &["backup", "a.tar"], &["delivery", "status"]] {
        let began = Instant::now();
        let mut command = place.command(command);
        let command = command
            .env("GUILDHALL_STORAGE__DATABASE_URL", url)
            .env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0")
            .env("GUILDHALL_SERVER__METRICS_LISTEN", "")
            .env("GUILDHALL_LOG__LEVEL", "error");
        let line = refusal(&command.output().unwrap());
        // A pool would try again for 10 s.
        assert!(began.elapsed() < Duration::from_secs(8), "{line}");
        assert!(line.starts_with("opening postgres://guild@127.0.0.1:9/hall failed: "), "{line}");
        assert!(line.contains("refused") && line.ends_with("in storage.database_url"), "{line}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let place = Place::new();
    std::fs::write(place.path("data"), "a file in its place").unwrap();
    let line = place.refused(&["group", "queue", "g"]);
    assert!(line.contains("data") && line.contains("storage.data_dir"), "{line}");

    let place = Place::with_group();
    let file = place.path("data/guildhall.db");
    std::fs::write(&file, "not a database, and long enough to be read".repeat(99)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let line = place.refused(&["group", "queue", "g"]);
    assert!(line.contains("guildhall.db") && line.contains("restore a backup"), "{line}");
}

#[tokio::test]
async fn a_database_of_another_build_is_refused_and_found_by_the_doctor() {
    let place = Place::with_group();
    place.change(&["UPDATE _sqlx_migrations SET checksum = x'00'"]).await;
    let line = place.refused(&["group", "queue", "garden"]);
    assert!(line.contains("another build"), "{line}");
    let report = place.run(&["doctor", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    let found = report["findings"].as_array().unwrap().last().unwrap();
    assert_eq!((&found["check"], &found["severity"]), (&"migrations".into(), &"error".into()), "{report}");
}
