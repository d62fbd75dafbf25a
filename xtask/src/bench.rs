//! `cargo xtask bench`: builds the server and the benchmark as they are shipped, and measures.

use std::ffi::OsString;

use crate::{
    postgres::{Cluster, Durability},
    shell,
};

/// Measures; `arguments` are the benchmark's own.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<bool> {
    // One after the other: together, the tests' features would be built into the server.
    for package in ["guildhall-server", "guildhall-bench"] {
        shell::run(shell::cargo().args(["build", "--release", "--package", package, "--bins"]))?;
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target"));
    let programs = shell::root().join(target).join("release");
    // One whose commits are kept, as in earnest.
    let cluster = Cluster::unless_given(Durability::Full)?;
    let mut bench = shell::command(programs.join("guildhall-bench"));
    bench.args(arguments).env("GUILDHALL_BIN", programs.join("guildhall"));
    if let Some(cluster) = &cluster {
        bench.env(crate::postgres::VARIABLE, cluster.url());
    }
    shell::run(&mut bench)?;
    Ok(true)
}
