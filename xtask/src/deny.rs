//! Licences, banned crates and advisories of everything we depend on, by cargo-deny and deny.toml.

use std::process::Command;

use crate::{shell, tools};

/// How long the advisory database may take to come, in seconds.
const FETCH_LIMIT: &str = "60";

/// Checks licences, bans and sources always; advisories when their database can be had, which lies outside the
/// package registries and is out of reach of a closed network.
pub(crate) fn check() -> anyhow::Result<()> {
    let program = tools::cargo_plugin("cargo-deny")?;
    let deny = || shell::command(&program);
    shell::run(deny().args(["--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    let mut fetch = shell::command("timeout");
    fetch.arg(FETCH_LIMIT).arg(&program).args(["fetch", "db"]);
    if is_reached(&mut fetch) {
        shell::run(deny().args(["--locked", "check", "--disable-fetch", "advisories"]))
    } else {
        eprintln!("  SKIPPED: advisories, as their database is out of reach from here");
        Ok(())
    }
}

fn is_reached(fetch: &mut Command) -> bool {
    shell::announce(fetch);
    shell::output_of(fetch).is_ok()
}
