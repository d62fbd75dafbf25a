//! Installs what the tests need and the machine lacks: Debian packages, cargo plugins, npm dependencies.

mod debian;
mod plugins;

use std::fs;

use crate::shell;

pub(crate) use plugins::cargo_plugin;

/// Installs everything that is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    debian::install_missing()?;
    plugins::install_missing()?;
    install_npm_packages()
}

/// The packages of the test peer that is written in JavaScript, exactly as its lock file names them.
fn install_npm_packages() -> anyhow::Result<()> {
    let folder = shell::root().join("federation-tests/fedify");
    let lock = folder.join("package-lock.json");
    let modified = |file| fs::metadata(file).and_then(|data| data.modified()).ok();
    // npm writes its own list last, so it is newer than the lock file that it was made from.
    let installed = modified(folder.join("node_modules/.package-lock.json"));
    if !lock.exists() || installed >= modified(lock) {
        return Ok(());
    }
    shell::run(shell::command("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}
