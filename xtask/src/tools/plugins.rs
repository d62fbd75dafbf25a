//! Plugins of cargo: the installed one, else a wheel with the program in it, else built from source.

use std::{fs, path::PathBuf};

use anyhow::Context;

use crate::{shell, workspace::Workspace};

const PLUGINS: &[&str] = &["cargo-deny", "cargo-nextest"];

/// Installs the plugins that are neither on the PATH nor in our own folder.
pub(super) fn install_missing() -> anyhow::Result<()> {
    for plugin in PLUGINS {
        if cargo_plugin(plugin).is_ok() {
            continue;
        }
        if let Err(error) = install_wheel(plugin) {
            eprintln!("  no wheel of {plugin} ({error:#}); building it takes some minutes");
            shell::run(shell::cargo().args(["install", "--locked", plugin]))?;
        }
    }
    Ok(())
}

/// The program of a plugin.
pub(crate) fn cargo_plugin(plugin: &str) -> anyhow::Result<PathBuf> {
    let own = folder_of(plugin)?.join("bin").join(plugin);
    let found = if own.is_file() { Some(own) } else { shell::find_program(plugin) };
    found.with_context(|| format!("{plugin} is missing: run `cargo xtask test --only tools`"))
}

/// Takes the wheel that xtask/tools.txt names, checked against the checksum there, into our own folder.
fn install_wheel(plugin: &str) -> anyhow::Result<()> {
    let folder = folder_of(plugin)?;
    fs::create_dir_all(&folder)?;
    let requirement = folder.join("requirement.txt");
    fs::write(&requirement, requirement_of(plugin)?)?;
    let mut pip = shell::command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--root-user-action=ignore", "--no-deps"]);
    pip.args(["--only-binary=:all:", "--require-hashes", "--upgrade"]);
    pip.arg("--target").arg(&folder).arg("--requirement").arg(&requirement);
    shell::run(&mut pip)
}

/// The lines of one package in xtask/tools.txt.
fn requirement_of(plugin: &str) -> anyhow::Result<String> {
    let all = fs::read_to_string(shell::root().join("xtask/tools.txt"))?;
    let lines = all.lines().skip_while(|line| !line.contains(&format!("-{plugin}==")));
    let ends = |line: &&str| !line.ends_with('\\');
    let length =
        lines.clone().position(|line| ends(&line)).with_context(|| format!("no {plugin} in tools.txt"))?;
    Ok(lines.take(length + 1).collect::<Vec<_>>().join("\n"))
}

/// One for each: pip empties its `--target` folder of other packages' programs.
fn folder_of(plugin: &str) -> anyhow::Result<PathBuf> {
    Ok(Workspace::read()?.target_dir.join("tools").join(plugin))
}
