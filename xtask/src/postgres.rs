//! A throw-away PostgreSQL cluster: own folder, own port on loopback, gone at the end however we end.

mod cluster;
mod programs;

use anyhow::bail;

pub(crate) use cluster::{Cluster, Durability};
pub(crate) use programs::folder as find_programs;

/// The variable that tells tests where PostgreSQL is: a URL of a superuser, who may create databases.
pub(crate) const VARIABLE: &str = "GUILDHALL_TEST_POSTGRES";

/// Runs a cluster until Ctrl-C.
pub(crate) fn run_in_foreground() -> anyhow::Result<()> {
    let mut cluster = Cluster::start(Durability::None)?;
    println!("export {VARIABLE}={}", cluster.url());
    eprintln!("PostgreSQL runs until Ctrl-C.");
    bail!("PostgreSQL ended by itself: {}", cluster.wait()?)
}
