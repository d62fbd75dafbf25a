//! A gate in front of a PostgreSQL server: open, shut as if the server were stopped, silent as if its machine hung, or
//! cutting connections while a commit is under way.

use std::time::Duration;

use anyhow::Context;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp},
    sync::watch,
    task::JoinSet,
};

/// How the gate treats those who pass it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passage {
    /// Everything passes.
    #[default]
    Open,
    /// Connections are cut, and new ones at once.
    Shut,
    /// Connections stand, and nothing passes.
    Silent,
    /// A COMMIT passes, and its connection is cut before the answer does.
    CutCommits,
}

/// A gate that stands as long as it is kept.
#[derive(Debug)]
pub struct Gate {
    address: String,
    passage: watch::Sender<Passage>,
    _task: JoinSet<()>,
}

impl Gate {
    /// Stands on a port of its own in front of the server of `url`; open.
    ///
    /// # Errors
    /// When the address cannot be read, or nothing can listen.
    pub async fn before(url: &str) -> anyhow::Result<Self> {
        let server = authority(url).context("a database without a server")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let passage = watch::Sender::default();
        let mut task = JoinSet::new();
        task.spawn(accept(listener, server, passage.subscribe()));
        Ok(Self { address, passage, _task: task })
    }

    /// The address of a database by way of this gate.
    pub fn to(&self, url: &str) -> String {
        authority(url).map_or_else(|| url.to_owned(), |server| url.replacen(server, &self.address, 1))
    }

    /// Treats everybody so from now on.
    pub fn set(&self, passage: Passage) {
        self.passage.send_replace(passage);
    }
}

/// `127.0.0.1:5432` of `postgres://user:password@127.0.0.1:5432/name`.
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.rsplit_once('@')?;
    rest.split(['/', '?']).next()
}

async fn accept(listener: TcpListener, server: String, passage: watch::Receiver<Passage>) {
    let mut pairs = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        pairs.spawn(pass(client, server.clone(), passage.clone()));
        while pairs.try_join_next().is_some() {}
    }
}

/// Passes bytes on in both directions until one side ends, or the gate is shut.
async fn pass(client: TcpStream, server: String, passage: watch::Receiver<Passage>) {
    if *passage.borrow() == Passage::Shut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let cut = watch::Sender::new(false);
    let mut shut = passage.clone();
    tokio::select! {
        () = pump(client_reads, server_writes, passage.clone(), Some(&cut), None) => {}
        () = pump(server_reads, client_writes, passage, None, Some(cut.subscribe())) => {}
        _ = shut.wait_for(|passage| *passage == Passage::Shut) => {}
    }
}

/// One direction. `commits` is told of a COMMIT that passes while those are cut; `cut` ends it at the next bytes then.
async fn pump(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    mut passage: watch::Receiver<Passage>,
    commits: Option<&watch::Sender<bool>>,
    cut: Option<watch::Receiver<bool>>,
) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let Ok(length @ 1..) = from.read(&mut bytes).await else { return };
        if passage.wait_for(|passage| *passage != Passage::Silent).await.is_err() {
            return;
        }
        let is_cut = *passage.borrow() == Passage::CutCommits;
        let is_commit = bytes[..length].windows(6).any(|word| word == b"COMMIT");
        if let Some(commits) = commits.filter(|_| is_cut && is_commit) {
            commits.send_replace(true);
        }
        if cut.as_ref().is_some_and(|cut| *cut.borrow()) {
            // The server has answered: it is done.
            return;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

/// Longer than any answer may take while the database stands still.
pub const BOUNDED: Duration = Duration::from_secs(10);
