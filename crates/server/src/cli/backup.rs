//! `guildhall backup` and `guildhall restore`

use std::fmt;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use guildhall_app::port::Clock as _;
use guildhall_store::backup::{self as backups};
use serde::Serialize;

use super::output::Output;
use crate::config::Config;
use crate::open::{database_url, open_store};
use crate::ports::SystemClock;

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
    let url = database_url(config)?;
    if url.path().is_some_and(|path| !path.exists()) {
        bail!("there is no database at {url}");
    }
    let folder = args.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!("there is no folder {}; make it, or name a file elsewhere", folder.display());
    }
    let store = open_store(config).await?;
    let written = backups::write(&store, &url, &args.file).await;
    store.close().await;
    output.print(&Written { file: args.file.display().to_string(), size_bytes: written? })?;
    Ok(())
}

/// Puts the data of a backup into an empty place.
pub async fn restore(args: RestoreArgs, config: &Config, output: Output) -> anyhow::Result<()> {
    let url = database_url(config)?;
    backups::restore(&url, &args.file, SystemClock.now()).await?;
    output.print(&Restored { file: args.file.display().to_string(), database: url.to_string() })?;
    Ok(())
}

/// A new backup.
#[derive(Debug, Serialize)]
struct Written {
    file: String,
    size_bytes: u64,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, size_bytes } = self;
        write!(
            f,
            "Wrote {file} ({size_bytes} bytes). It holds private keys: keep it where only you can read it."
        )
    }
}

/// A backup in its new place.
#[derive(Debug, Serialize)]
struct Restored {
    file: String,
    database: String,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restored {} into {}. Start the server.", self.file, self.database)
    }
}
