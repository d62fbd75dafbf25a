//! Requests as bytes on a TCP connection: any header, any number of times, any framing.

use std::{fmt::Write as _, time::Duration};

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than the server takes for its slowest answer.
const PATIENCE: Duration = Duration::from_secs(40);

/// A request that need not be in order.
#[derive(Debug, Clone)]
pub struct Forged {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In the order in which they are sent; a `Content-Length` is added unless there is one, or a coding.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Told {
    /// The status; 0 where the connection was closed without an answer.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// How many answers came on the connection.
    pub answers: usize,
}

impl Forged {
    /// A POST of an activity to a path of `host`.
    pub fn post(host: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [("Host", host), ("Content-Type", "application/activity+json")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { method: "POST".to_owned(), target: path.to_owned(), headers, body: body.into() }
    }

    /// A GET of a document.
    pub fn get(host: &str, path: &str) -> Self {
        let headers = [("Host", host), ("Accept", "application/activity+json")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { method: "GET".to_owned(), target: path.to_owned(), headers, body: Vec::new() }
    }

    /// One more header, also where there is one of that name.
    #[must_use]
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without the headers of a name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
        self
    }

    /// This header instead of those of its name.
    #[must_use]
    pub fn set(self, name: &str, value: &str) -> Self {
        self.without(name).add(name, value)
    }

    /// Another body; nothing else is made to fit.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Another path.
    #[must_use]
    pub fn to(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// The first value of a header.
    pub fn value(&self, name: &str) -> String {
        let mut found = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// All values of a header, as signatures see them.
    pub(super) fn values(&self, name: &str) -> String {
        let found = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    /// The bytes that are sent.
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if !self.has("content-length") && !self.has("transfer-encoding") && !self.body.is_empty() {
            let _ = write!(text, "Content-Length: {}\r\n", self.body.len());
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it to an address and reads until the connection is closed.
    ///
    /// # Errors
    /// When there is no connection, or no end of the answer.
    pub async fn send(&self, address: &str) -> anyhow::Result<Told> {
        send_bytes(address, &self.bytes()).await
    }
}

/// Sends bytes, ends the sending side, and reads all that comes back.
async fn send_bytes(address: &str, bytes: &[u8]) -> anyhow::Result<Told> {
    let mut stream = TcpStream::connect(address).await?;
    // Who is refused early may find the connection closed before all is written.
    let _ = stream.write_all(bytes).await;
    let mut came = Vec::new();
    let read = async {
        loop {
            match stream.read_buf(&mut came).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    };
    if timeout(PATIENCE, read).await.is_err() {
        bail!("no end of the answer: {}", String::from_utf8_lossy(&came));
    }
    Told::read(&came)
}

impl Told {
    fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let answers = bytes.windows(9).filter(|window| window == b"HTTP/1.1 ").count();
        if bytes.is_empty() {
            return Ok(Self { status: 0, headers: Vec::new(), body: Vec::new(), answers });
        }
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").context("no end of the head")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Ok(Self { status, headers, body: bytes[end + 4..].to_vec(), answers })
    }

    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}
