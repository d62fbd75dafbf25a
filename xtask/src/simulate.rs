//! `cargo xtask simulate`: builds the simulation and runs it.

use crate::shell;

/// Simulates; `arguments` are the simulation's own.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let mut command = shell::cargo();
    command.args(["run", "--quiet", "--package", "guildhall-simulate", "--"]).args(arguments);
    shell::run(&mut command)?;
    Ok(true)
}
