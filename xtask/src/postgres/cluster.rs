//! The life of one cluster: made, started, watched, removed.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};

use crate::{postgres::programs, shell};

/// The whole server takes less than a second; this is for a machine that is busy building.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Makes the cluster and keeps it as long as its standard input is open. That pipe closes when we drop it and also
/// when we are killed, so neither server nor folder outlives us. Ctrl-C reaches the whole process group: it ends
/// us, and the pipe then ends this.
///
/// Passwords are kept as MD5: SCRAM costs some milliseconds of both ends for each of the thousands of connections
/// that the tests open. A password there must be, or every account of the machine is superuser here.
const KEEPER: &str = r#"
trap '' INT TERM HUP
bin=$1 dir=$2
shift 2
if "$bin/initdb" --auth=md5 --username=guildhall --pwfile=password --pgdata=data \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >log 2>&1
then
    "$bin/postgres" -D data "$@" >>log 2>&1 &
    server=$!
    read -r _
    kill -QUIT $server
    wait $server
else
    echo "FATAL: initdb failed" >>log
    read -r _
fi
rm -rf "$dir"
"#;

/// 300 connections: each test has a pool.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=300",
    "shared_buffers=256MB",
    "log_min_messages=warning",
];

/// What a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing: nothing here outlives the run, so nothing needs to reach the disk.
    None,
    /// As PostgreSQL has it by itself: for measuring.
    Full,
}

impl Durability {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::None => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
            Self::Full => &[],
        }
    }
}

/// A running cluster; dropping it stops the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    lifeline: Option<ChildStdin>,
    url: String,
}

/// The account that owns the files: PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// A cluster for tests, unless the environment names one already (`cargo xtask pg` in another terminal).
    pub(crate) fn unless_given(durability: Durability) -> anyhow::Result<Option<Self>> {
        if env::var_os(super::VARIABLE).is_some() { Ok(None) } else { Self::start(durability).map(Some) }
    }

    /// Makes a cluster in a new folder for temporary files and starts it on a free port of 127.0.0.1.
    pub(crate) fn start(durability: Durability) -> anyhow::Result<Self> {
        let bin = programs::folder().context("PostgreSQL's server programs are missing: see `tools`")?;
        let owner = if shell::is_root() { Some(Owner::named("postgres")?) } else { None };
        let dir = new_folder(owner)?;
        let started = Self::start_in(&dir, &bin, owner, durability);
        if started.is_err() {
            // The keeper removes the folder only once it has one to keep.
            let _ = fs::remove_dir_all(&dir);
        }
        started
    }

    fn start_in(
        dir: &Path,
        bin: &Path,
        owner: Option<Owner>,
        durability: Durability,
    ) -> anyhow::Result<Self> {
        let password = random_hex()?;
        write_password(dir, owner, &password)?;
        let port = free_port()?;
        let mut keeper = as_owner(Command::new("sh"), owner, dir)
            .args(["-c", KEEPER, "keeper"])
            .args([bin, dir])
            .args(SETTINGS.iter().chain(durability.settings()).flat_map(|setting| ["-c", setting]))
            .args(["-p", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start the cluster's keeper")?;
        let lifeline = keeper.stdin.take();
        let url = format!("postgres://guildhall:{password}@127.0.0.1:{port}/postgres");
        let cluster = Self { keeper, lifeline, url };
        wait_until_ready(bin, dir, port)?;
        Ok(cluster)
    }

    /// URL of the superuser `guildhall` and the database `postgres`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server ends without us.
    pub(crate) fn wait(&mut self) -> anyhow::Result<ExitStatus> {
        Ok(self.keeper.wait()?)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // An error here leaves nothing to do: the keeper goes on by itself.
        let _ = self.keeper.wait();
    }
}

impl Owner {
    fn named(name: &str) -> anyhow::Result<Self> {
        let id = |flag| -> anyhow::Result<u32> {
            Ok(shell::output_of(Command::new("id").args([flag, name]))?.parse()?)
        };
        Ok(Self { uid: id("-u")?, gid: id("-g")? })
    }
}

/// In the system's temporary folder, since the work tree may lie where `owner` cannot go.
fn new_folder(owner: Option<Owner>) -> anyhow::Result<PathBuf> {
    let dir = env::temp_dir().join(format!("guildhall-postgres-{}-{}", std::process::id(), random_hex()?));
    fs::create_dir(&dir).with_context(|| format!("could not make {}", dir.display()))?;
    if let Some(Owner { uid, gid }) = owner {
        chown(&dir, Some(uid), Some(gid))?;
    }
    Ok(dir)
}

fn write_password(dir: &Path, owner: Option<Owner>, password: &str) -> anyhow::Result<()> {
    let file = dir.join("password");
    fs::write(&file, password)?;
    if let Some(Owner { uid, gid }) = owner {
        chown(&file, Some(uid), Some(gid))?;
    }
    Ok(())
}

fn as_owner(mut command: Command, owner: Option<Owner>, dir: &Path) -> Command {
    if let Some(Owner { uid, gid }) = owner {
        command.uid(uid).gid(gid);
    }
    command.current_dir(dir);
    command
}

fn wait_until_ready(bin: &Path, dir: &Path, port: u16) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < START_LIMIT {
        let mut probe = Command::new(bin.join("pg_isready"));
        probe.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if probe.status().context("could not start pg_isready")?.success() {
            return Ok(());
        }
        let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
        ensure!(!log.lines().any(is_fatal), "PostgreSQL did not start:\n{log}");
        thread::sleep(Duration::from_millis(50));
    }
    bail!("PostgreSQL was not ready after {START_LIMIT:?}")
}

/// Whether a line of the log is the end, rather than the answer to a probe that came early.
fn is_fatal(line: &str) -> bool {
    line.contains("FATAL") && !line.contains("the database system is starting up")
}

/// Another program may take the port before PostgreSQL does; then the start fails and says so.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn random_hex() -> anyhow::Result<String> {
    use std::{fmt::Write, io::Read};
    let mut bytes = [0; 12];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_cluster_leaves_neither_server_nor_folder() {
        let cluster = Cluster::start(Durability::None).unwrap();
        let port =
            cluster.url().rsplit(':').next().unwrap().split('/').next().unwrap().parse::<u16>().unwrap();
        assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());

        drop(cluster);
        assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        let prefix = format!("guildhall-postgres-{}-", std::process::id());
        let mut left = fs::read_dir(env::temp_dir()).unwrap().flatten();
        assert!(!left.any(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)));
    }
}
