//! The listening side of the hostile peer: one request a connection, everything recorded.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::reply::{Ending, Reply};

/// The longest request read.
const MAX_REQUEST: usize = 4 << 20;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Makes an answer of a request.
pub(super) type Otherwise = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// What a peer serves and what it was asked.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) replies: HashMap<String, Reply>,
    pub(super) otherwise: Option<Otherwise>,
    pub(super) asked: Vec<Asked>,
    pub(super) connections: usize,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("asked", &self.asked.len()).finish_non_exhaustive()
    }
}

impl Asked {
    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl Memory {
    fn answer(&mut self, asked: Asked) -> Answer {
        let answer = match (self.replies.get(&asked.target), &self.otherwise) {
            (Some(reply), _) => Answer::Reply(reply.clone()),
            (None, Some(otherwise)) => Answer::Ask(Arc::clone(otherwise), asked.clone()),
            // Deliveries are taken unless it is said otherwise.
            (None, None) => Answer::Reply(Reply::status(if asked.method == "POST" { 202 } else { 404 })),
        };
        self.asked.push(asked);
        answer
    }
}

/// Made up outside of the lock, so that a reply may ask what came.
enum Answer {
    Reply(Reply),
    Ask(Otherwise, Asked),
}

/// Answers until the runtime of the test ends.
pub(super) fn serve(listener: TcpListener, memory: Arc<Mutex<Memory>>) {
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            memory.lock().unwrap_or_else(PoisonError::into_inner).connections += 1;
            let memory = Arc::clone(&memory);
            tokio::spawn(async move {
                // Who goes away in the middle of an answer is welcome to.
                let _ = converse(stream, &memory).await;
            });
        }
    });
}

async fn converse(mut stream: TcpStream, memory: &Mutex<Memory>) -> anyhow::Result<()> {
    let asked = read_request(&mut stream).await?;
    let answer = memory.lock().unwrap_or_else(PoisonError::into_inner).answer(asked);
    let reply = match answer {
        Answer::Reply(reply) => reply,
        Answer::Ask(otherwise, asked) => otherwise(&asked),
    };
    if reply.ending == Ending::Silence {
        return Ok(());
    }
    stream.write_all(reply.head().as_bytes()).await?;
    match reply.ending {
        Ending::Halfway => stream.write_all(&reply.body[..reply.body.len() / 2]).await?,
        Ending::Endless => loop {
            stream.write_all(&reply.body).await?;
        },
        Ending::Whole | Ending::Silence => stream.write_all(&reply.body).await?,
    }
    Ok(stream.shutdown().await?)
}

async fn read_request(stream: &mut TcpStream) -> anyhow::Result<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read_buf(&mut bytes).await?;
        ensure!(read > 0 && bytes.len() <= MAX_REQUEST, "no request");
        // TLS, say.
        ensure!(bytes[0].is_ascii_uppercase(), "no HTTP");
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().context("no method")?, first.next().context("no target")?);
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(Ok(0), |(_, value)| value.parse::<usize>())?;
    ensure!(length <= MAX_REQUEST, "too long");
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        ensure!(stream.read_buf(&mut body).await? > 0, "broken off");
    }
    Ok(Asked { method: method.to_owned(), target: target.to_owned(), headers, body })
}
