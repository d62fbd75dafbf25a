use std::path::Path;
use std::process::Command;

use clap::Parser;
use guildhall_server::cli::{self, Cli};
use tempfile::TempDir;

use crate::files::{read, values};

const UNIT: &str = "deploy/guildhall.service";
const PROGRAM: &str = "/usr/local/bin/guildhall";

#[test]
fn the_unit_serves_with_the_settings_that_its_comments_install() {
    let unit = read(UNIT);
    let start = values(&unit, "ExecStart=");
    assert_eq!(start.len(), 1);
    let parsed = Cli::try_parse_from(start[0].split_whitespace()).unwrap();
    assert_eq!(parsed.command, Some(cli::Command::Serve));
    assert!(start[0].starts_with(&format!("{PROGRAM} ")));
    let settings = parsed.config.unwrap();
    let installed = format!("deploy/guildhall.toml {}\n", settings.display());
    assert!(unit.contains(&installed), "nothing installs {}", settings.display());
    let state = format!("/var/lib/{}", values(&unit, "StateDirectory=")[0]);
    assert_eq!(values(&unit, "WorkingDirectory="), [state.as_str()]);
    assert!(unit.contains(&format!("storage.data_dir = \"{state}\"")));
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let folder = TempDir::new().unwrap();
    let unit = folder.path().join("guildhall.service");
    let here = read(UNIT).replace(PROGRAM, env!("CARGO_BIN_EXE_guildhall"));
    std::fs::write(&unit, here).unwrap();
    let Some(said) = verify(&unit) else {
        eprintln!("SKIPPED: systemd-analyze is not here");
        return;
    };
    // It says what it ignores, such as unknown keys, and does not fail then. Other units are not our matter.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("guildhall.service")).collect();
    assert!(ours.is_empty(), "{ours:?}");
}

/// What `systemd-analyze verify` says; `None` where there is no such program.
fn verify(unit: &Path) -> Option<String> {
    let done = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(unit).output().ok()?;
    Some(String::from_utf8(done.stderr).unwrap())
}
