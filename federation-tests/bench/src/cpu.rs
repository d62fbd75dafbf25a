//! CPU time of processes, from /proc.

use std::{fs, time::Duration};

use anyhow::Context;
use guildhall_federation_tests::{Engine, Server};

/// Ticks a second in /proc: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// What the server and, where it has one, its database have spent so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) server: Duration,
    pub(crate) database: Option<Duration>,
}

impl Spent {
    pub(crate) fn so_far(server: &Server, engine: Engine) -> anyhow::Result<Self> {
        let own = of(&server.process()?.id().to_string()).context("the server has ended")?;
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(of_all_named("postgres")?),
        };
        Ok(Self { server: own, database })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        let database = self.database.zip(before.database).map(|(now, before)| now.saturating_sub(before));
        Self { server: self.server.saturating_sub(before.server), database }
    }
}

/// User and system time of a process and of its children that have ended.
fn of(process: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may contain anything; fields 14 to 17 are counted from behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

/// All PostgreSQL processes of the machine: the benchmark's cluster is meant to be the only one.
fn of_all_named(name: &str) -> anyhow::Result<Duration> {
    let mut sum = Duration::ZERO;
    for folder in fs::read_dir("/proc")? {
        let process = folder?.file_name().to_string_lossy().into_owned();
        let comm = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        if comm.trim() == name {
            sum += of(&process).unwrap_or_default();
        }
    }
    Ok(sum)
}
