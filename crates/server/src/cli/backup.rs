//! `guildhall backup` and `guildhall restore`

use std::path::PathBuf;

use clap::Args;

use super::output::Output;
use super::run::not_available;
use crate::config::Config;

/// Arguments of `backup`.
#[derive(Debug, PartialEq, Args)]
pub struct BackupArgs {
    /// The file to write; must not exist.
    pub file: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, PartialEq, Args)]
pub struct RestoreArgs {
    /// The file to read.
    pub file: PathBuf,
}

/// Writes all data into one file.
pub async fn backup(args: BackupArgs, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (args, config, output);
    not_available("backup").await
}

/// Replaces all data by that of a backup.
pub async fn restore(args: RestoreArgs, config: &Config, output: Output) -> anyhow::Result<()> {
    let _ = (args, config, output);
    not_available("restore").await
}
