//! The instrumented build, in a target folder of its own: other flags would have the usual builds begin anew.

use std::path::PathBuf;

use anyhow::Context;

use crate::{shell, workspace::Workspace};

const PACKAGE: &str = "guildhall-fuzz";

/// What `cargo fuzz` passes on a nightly compiler too: counters for edges, their places, and compared values.
const FLAGS: [&str; 6] = [
    "--cfg=guildhall_fuzz",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Builds the program of all targets and gives its path.
pub(super) fn program() -> anyhow::Result<PathBuf> {
    let host = host()?;
    let folder = folder()?.join("build");
    let mut cargo = shell::cargo();
    // With `--target`, the flags are for our program alone, and not for build scripts and proc-macros.
    cargo.args(["build", "--package", PACKAGE, "--profile", "fuzz", "--target", &host, "--target-dir"]);
    cargo.arg(&folder).env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    shell::run(&mut cargo)?;
    Ok(folder.join(host).join("fuzz").join(PACKAGE))
}

/// Where all that fuzzing leaves behind is kept.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    Ok(Workspace::read()?.target_dir.join("fuzz"))
}

/// The compiler's own platform, as `x86_64-unknown-linux-gnu`.
fn host() -> anyhow::Result<String> {
    let about = shell::output_of(shell::command("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say what it runs on")?.to_owned())
}
