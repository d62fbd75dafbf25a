//! CPU time and memory of processes, from /proc.

use std::{fs, time::Duration};

use anyhow::Context;

/// Ticks a second in /proc: `USER_HZ`, which is 100 on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// What the server and, where it has one, its database have spent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) server: Duration,
    pub(crate) database: Option<Duration>,
}

impl Spent {
    /// So far, by the server with this process id and by the PostgreSQL with this one.
    pub(crate) fn so_far(server: u32, postmaster: Option<u32>) -> anyhow::Result<Self> {
        let own = Stat::of(server).context("the server has ended")?.spent;
        Ok(Self { server: own, database: postmaster.map(of_family) })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        let database = self.database.zip(before.database).map(|(now, before)| now.saturating_sub(before));
        Self { server: self.server.saturating_sub(before.server), database }
    }
}

/// Memory in RAM, in MiB: now, or the most it ever was.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Resident {
    Now,
    Most,
}

impl Resident {
    pub(crate) fn of(self, process: u32) -> anyhow::Result<f64> {
        let label = match self {
            Self::Now => "VmRSS:",
            Self::Most => "VmHWM:",
        };
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(label)).context("no memory in status")?;
        let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes / 1024.0)
    }
}

struct Stat {
    parent: u32,
    /// User and system time of it and of its children that have ended.
    spent: Duration,
}

impl Stat {
    fn of(process: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name, in parentheses, may contain anything; fields are counted from behind it, where the third is.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            spent: Duration::from_millis(ticks * 1000 / TICKS),
        })
    }
}

/// A process with its children: PostgreSQL has one for each connection, and what has ended counts for the parent.
fn of_family(parent: u32) -> Duration {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let numbers = processes.filter_map(|folder| folder.file_name().to_string_lossy().parse::<u32>().ok());
    let all = numbers.filter_map(|number| Some((number, Stat::of(number)?)));
    all.filter(|(number, stat)| *number == parent || stat.parent == parent).map(|(_, stat)| stat.spent).sum()
}
