//! The binary as an operator meets it: exit codes, the one line of a failure, start and stop.

#![expect(clippy::unwrap_used, reason = "a test")]

mod first_start;
mod metrics;
mod program;

use std::process::{Command, Output};

use tempfile::TempDir;

use program::{Server, get, guildhall};

fn output(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = TempDir::new().unwrap();
    guildhall(&folder, arguments).envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn config_check_of_the_defaults_succeeds_and_prints_every_setting() {
    let done = output(&["config", "check"], &[]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(text(&done.stdout).contains("server.base_url = \"http://localhost:8080\"  (default)"));
}

#[test]
fn config_check_of_a_wrong_setting_ends_with_1_and_still_reports() {
    let wrong = [("GUILDHALL_SERVER__LISTNE", "x")];
    let done = output(&["config", "check", "--json"], &wrong);
    assert_eq!(done.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["problems"][0]["from"], "GUILDHALL_SERVER__LISTNE");
    assert_eq!(text(&done.stderr), "guildhall: the configuration has an error\n");
}

#[test]
fn serving_with_a_wrong_setting_ends_with_1_and_one_line() {
    let done = output(&[], &[("GUILDHALL_SERVER__LISTNE", "x")]);
    assert_eq!(done.status.code(), Some(1));
    let line =
        "guildhall: server.listne: unknown key; did you mean server.listen? (GUILDHALL_SERVER__LISTNE)\n";
    assert_eq!(text(&done.stderr), line);
    assert_eq!(text(&done.stdout), "");
}

#[test]
fn wrong_usage_ends_with_2() {
    assert_eq!(output(&["group", "create"], &[]).status.code(), Some(2));
    assert_eq!(output(&["nonsense"], &[]).status.code(), Some(2));
}

#[test]
fn the_file_in_the_working_folder_is_read_and_config_names_another() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("guildhall.toml"), "[instance]\nname = \"Here\"\n").unwrap();
    std::fs::write(folder.path().join("other.toml"), "[instance]\nname = \"There\"\n").unwrap();
    let name = |command: &mut Command| {
        let done = command.output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        report["settings"]["instance.name"].clone()
    };
    let arguments = ["config", "check", "--json"];
    assert_eq!(name(&mut guildhall(&folder, &arguments))["from"], "guildhall.toml:2");
    let by_variable = name(guildhall(&folder, &arguments).env("GUILDHALL_CONFIG", "other.toml"));
    assert_eq!(by_variable["value"], "There");
    let by_option = name(guildhall(&folder, &arguments).args(["--config", "other.toml"]));
    assert_eq!(by_option["value"], "There");
}

#[test]
fn the_server_says_where_it_is_answers_and_stops_on_sigterm() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(
        guildhall(&folder, &["serve"])
            .env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0")
            .env("GUILDHALL_SERVER__METRICS_LISTEN", ""),
    );
    let answer = get(server.address, "/health/ready");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    server.stop();
}

fn serve(folder: &TempDir) -> Command {
    let mut command = guildhall(folder, &["serve"]);
    command.env("GUILDHALL_SERVER__LISTEN", "127.0.0.1:0").env("GUILDHALL_SERVER__METRICS_LISTEN", "");
    command
}

#[test]
fn a_second_server_on_one_sqlite_file_is_refused_and_commands_are_not() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&mut serve(&folder));
    let second = serve(&folder).output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let said = text(&second.stderr);
    assert!(said.contains("another process serves this database already; end the other process"), "{said}");
    let command = guildhall(&folder, &["delivery", "status"]).output().unwrap();
    assert_eq!(command.status.code(), Some(0), "{command:?}");
    server.stop();
}

#[test]
fn a_server_that_was_killed_is_followed_by_another_at_once() {
    let folder = TempDir::new().unwrap();
    // Dropped is killed.
    drop(Server::start(&mut serve(&folder)));
    let server = Server::start(&mut serve(&folder));
    let answer = get(server.address, "/health/ready");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    server.stop();
}
