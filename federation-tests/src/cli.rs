//! Commands of `guildhall` while the server runs.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

/// A command that ended with another code than 0.
#[derive(Debug)]
pub struct Refused {
    /// 1: refused or failed; 2: wrong usage. `None`: killed.
    pub code: Option<i32>,
    /// What it said.
    pub message: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code {:?}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refused {}

/// Runs a command with `--json` to its end and reads what it printed; nothing is null.
pub(crate) fn run(command: &mut Command, input: &str) -> anyhow::Result<Value> {
    command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // A command that reads nothing may have ended already.
    let _ = child.stdin.take().context("no standard input")?.write_all(input.as_bytes());
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Refused { code: output.status.code(), message }.into());
    }
    let text = String::from_utf8(output.stdout)?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))
}
