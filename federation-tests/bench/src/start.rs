//! Start: from the start of the process to the first answer that it is ready.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::ensure;
use guildhall_federation_tests::Engine;
use reqwest::Client;
use tempfile::TempDir;

use crate::{
    cpu::Spent,
    options::Options,
    place::Place,
    report::{Goal, Report, median},
    subject::Subject,
};

/// Between two questions.
const INTERVAL: Duration = Duration::from_millis(1);

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let times = options.either(5, 15);
    let mut subject = Subject::start(engine).await?;
    let existing = existing(&mut subject, times).await?;
    report.span("ready, with an existing database", existing.wall, Goal::AtMost(75.0));
    report.span("CPU until then", existing.cpu, Goal::Open);
    let new = new(engine, &subject, times).await?;
    report.span("ready, with a new database", new.wall, Goal::AtMost(400.0));
    report.span("CPU until then", new.cpu, Goal::Open);
    Ok(())
}

/// How long a start takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) wall: Duration,
    /// Of the server alone, to the next hundredth of a second.
    pub(crate) cpu: Duration,
}

impl Start {
    /// Wall and CPU time each the middle one.
    fn median(starts: &[Self]) -> Self {
        let of = |part: fn(&Self) -> Duration| median(starts.iter().map(part).collect());
        Self { wall: of(|start| start.wall), cpu: of(|start| start.cpu) }
    }
}

/// The median of so many starts with the data of a server that is stopped meanwhile.
pub(crate) async fn existing(subject: &mut Subject, times: usize) -> anyhow::Result<Start> {
    subject.server.stop().await?;
    let mut starts = Vec::new();
    for _ in 0..times {
        starts.push(ready_after(&subject.place).await?);
    }
    subject.server.resume().await?;
    Ok(Start::median(&starts))
}

/// The median of so many starts with nothing.
async fn new(engine: Engine, subject: &Subject, times: usize) -> anyhow::Result<Start> {
    let mut starts = Vec::new();
    for number in 0..times {
        let folder = TempDir::with_prefix("guildhall-bench-")?;
        let database = format!("bench_start_{}_{number}", std::process::id());
        let place = subject.place.with_data(&folder.path().display().to_string(), &database);
        let scratch = engine == Engine::Postgres;
        if scratch {
            place.create_database(&subject.db).await?;
        }
        let start = ready_after(&place.on_port(guildhall_federation_tests::free_port()?)).await;
        if scratch {
            place.drop_database(&subject.db).await?;
        }
        starts.push(start?);
    }
    Ok(Start::median(&starts))
}

/// Starts it, waits until it is ready, and ends it.
async fn ready_after(place: &Place) -> anyhow::Result<Start> {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
    let (url, start) = (place.ready_url()?, Instant::now());
    let child = place.serve().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut child = Ended(child);
    let wall = loop {
        if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            break start.elapsed();
        }
        ensure!(child.0.try_wait()?.is_none(), "the server has ended");
        ensure!(start.elapsed() < Duration::from_secs(30), "not ready after 30 s");
        tokio::time::sleep(INTERVAL).await;
    };
    let cpu = Spent::so_far(child.0.id(), None)?.server;
    child.stop()?;
    Ok(Start { wall, cpu })
}

/// A process that does not outlive its owner.
struct Ended(Child);

impl Ended {
    /// In order, so that its number is free for the next one.
    fn stop(&mut self) -> anyhow::Result<()> {
        let status = std::process::Command::new("kill").arg(self.0.id().to_string()).status()?;
        ensure!(status.success(), "the server could not be stopped");
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
