use std::process::Command;

use tempfile::TempDir;

use crate::program::{Server, get, guildhall};

const SETTINGS: &str = "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"\"\n";

fn start(folder: &TempDir) -> Server {
    Server::start(&mut guildhall(folder, &["--config", "mine.toml", "serve"]))
}

/// What a person does with a line that was printed: fills in the names, and runs it in another terminal.
fn paste(folder: &TempDir, line: &str) {
    let line = line.replace("NAME", "ada").replace("GROUP", "gardening");
    let mut shell = Command::new("sh");
    let foreign = std::env::vars().filter(|(name, _)| !name.starts_with("GUILDHALL_"));
    shell.args(["-c", &line]).env_clear().envs(foreign).current_dir(folder.path());
    let done = shell.output().unwrap();
    assert!(done.status.success(), "{line}: {done:?}");
}

#[test]
fn the_lines_of_the_first_start_make_the_first_admin_and_group_and_are_not_said_again() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("mine.toml"), SETTINGS).unwrap();
    let mut server = start(&folder);
    let said = server.said_until("Then open ");
    let [opening, account, group, then] = said.as_slice() else { panic!("{said:?}") };
    assert!(opening.contains("first admin and the first group"), "{opening}");
    assert!(account.contains(" --config mine.toml account create NAME --admin "), "{account}");
    assert_eq!(then, "Then open http://localhost:8080/groups/GROUP");
    assert!(get(server.address, "/").contains("account create"));

    paste(&folder, account);
    paste(&folder, group);
    let page = get(server.address, "/groups/gardening");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Title of the group"), "{page}");
    assert!(!get(server.address, "/").contains("account create"));
    server.stop();

    assert_eq!(start(&folder).stop(), "", "there is an admin now");
}
