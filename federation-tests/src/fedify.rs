//! The peer on Fedify; its commands are listed in `fedify/serve.mjs`.

use std::{ops::Deref, process::Command};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::{Process, RemoteControl, programs};

/// A running peer at `http://127.0.0.1:PORT` with the person `fern`.
#[derive(Debug)]
pub struct Fedify(RemoteControl);

impl Fedify {
    /// Starts a server whose NodeInfo says that it is `software`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn serve(software: &str) -> anyhow::Result<Self> {
        let mut command = node()?;
        command.args(["serve", "--software", software]);
        Ok(Self(RemoteControl::new(Process::spawn("fedify", &mut command)?).await?))
    }

    /// What Fedify understands of each URL or handle: `{name, webfinger, object}`, see `fedify/lookup.mjs`.
    ///
    /// # Errors
    /// When the script fails; what it does not understand is null.
    pub fn lookup(names: &[&str]) -> anyhow::Result<Vec<Value>> {
        let output = node()?.arg("lookup").args(names).output()?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "fedify lookup: {complaint}");
        let found: Value = serde_json::from_slice(&output.stdout)?;
        Ok(found.as_array().context("no list")?.clone())
    }

    /// The id of its person.
    pub fn person(&self) -> String {
        format!("{}/users/fern", self.url())
    }
}

fn node() -> anyhow::Result<Command> {
    let mut command = Command::new(programs::installed("node")?);
    command.arg(programs::fedify()?);
    Ok(command)
}

impl Deref for Fedify {
    type Target = RemoteControl;

    fn deref(&self) -> &RemoteControl {
        &self.0
    }
}
