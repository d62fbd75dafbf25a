//! A program that runs beside the test, with what it writes.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

use crate::eventually_within;

/// Lines shown of one process at its end.
const SHOWN: usize = 400;

/// A running program; dropping it kills it and prints what it wrote.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: Output,
}

/// Lines of standard output and standard error, in the order they came.
#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<Vec<String>>>);

impl Process {
    /// Starts a program in the test's own process group, so that it ends with a test that is killed.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(name: &str, command: &mut Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("could not start {name}"))?;
        let output = Output::default();
        output.collect(child.stdout.take());
        output.collect(child.stderr.take());
        Ok(Self { name: name.to_owned(), child, output })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line that `wanted` makes something of.
    ///
    /// # Errors
    /// When the program ends before, or the line does not come within 60 s.
    pub async fn line<T>(&mut self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
        let name = self.name.clone();
        eventually_within(Duration::from_mins(1), &format!("{name} says {what}"), async || {
            let found = self.output.lines().iter().find_map(|line| wanted(line));
            match (found, self.child.try_wait()?) {
                (Some(found), _) => Ok(Ok(found)),
                (None, Some(status)) => {
                    Ok(Err(anyhow::anyhow!("{name} ended with {status}: {}", self.log())))
                }
                (None, None) => bail!("no such line"),
            }
        })
        .await?
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Errors
    /// When it has not ended after 30 s.
    pub async fn stop(&mut self) -> anyhow::Result<ExitStatus> {
        self.signal("TERM")?;
        let name = self.name.clone();
        let ended = async || self.child.try_wait()?.context("still running");
        eventually_within(Duration::from_secs(30), &format!("{name} ends"), ended).await
    }

    /// Kills it (SIGKILL): no chance to finish anything.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Holds it (`STOP`) or lets it go on (`CONT`), as one whose machine hangs: connections are taken, nothing is
    /// answered.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill").args(["-s", name, &self.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { bail!("could not send {name} to {}", self.name) }
    }

    /// Sets the size in bytes beyond which it cannot write to any file; `None`: none.
    ///
    /// # Errors
    /// When it is gone.
    pub fn limit_files(&self, size: Option<u64>) -> anyhow::Result<()> {
        let limit = size.map_or_else(|| "unlimited".to_owned(), |size| size.to_string());
        let process = self.id().to_string();
        // The soft limit alone, which anybody may raise again.
        let limit = format!("--fsize={limit}:");
        let status = Command::new("prlimit").args(["--pid", &process, &limit]).status()?;
        if status.success() { Ok(()) } else { bail!("could not limit {}", self.name) }
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        let lines = self.output.lines();
        let from = lines.len().saturating_sub(SHOWN);
        lines[from..].join("\n")
    }
}

impl Output {
    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collect(&self, pipe: Option<impl Read + Send + 'static>) {
        let Some(pipe) = pipe else { return };
        let output = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                output.lines().push(line);
            }
        });
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended before; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
        eprintln!("--- {}\n{}\n--- end of {}", self.name, self.log(), self.name);
    }
}
