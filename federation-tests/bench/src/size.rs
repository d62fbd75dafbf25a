//! Size of the program.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::{
    options::Scenario,
    report::{Goal, Report},
};

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    report.begin_without_engine(Scenario::Size);
    let program =
        env::var_os("GUILDHALL_BIN").context("GUILDHALL_BIN is not set: run `cargo xtask bench`")?;
    let folder = TempDir::with_prefix("guildhall-bench-")?;
    let stripped = folder.path().join("guildhall");
    let status = Command::new("strip").arg("-s").arg("-o").arg(&stripped).arg(&program).status()?;
    ensure!(status.success(), "strip failed: {status}");
    report.tell("the program, as it is built", megabytes(Path::new(&program))?, "MB", Goal::Open);
    report.tell("the program, stripped", megabytes(&stripped)?, "MB", Goal::AtMost(40.0));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn megabytes(file: &Path) -> anyhow::Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1e6)
}
