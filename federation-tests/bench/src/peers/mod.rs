//! Other servers: many addresses of the loopback range, all answered by one listener.

mod answers;

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use axum::http::{HeaderMap, StatusCode, header};
use guildhall_activitypub::{
    Iri, KeyPair,
    key::KeyKind,
    signature::{Outgoing, sign_cavage, sign_rfc9421},
};
use reqwest::Client;
use serde_json::Value;
use tokio::net::TcpSocket;

/// Connections that may wait to be taken: 512 servers are delivered to at one time.
const BACKLOG: u32 = 4_096;

/// How these servers sign; the measured one signs for them as they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    /// draft-cavage-12 with RSA.
    Rsa,
    /// RFC 9421 with Ed25519.
    Ed25519,
}

/// How a server answers what it is sent; unless said otherwise, at once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    After(Duration),
    Never,
}

/// Many servers with any number of actors each, who share one key of each kind: what is measured is the server that
/// verifies, not the making of keys.
pub(crate) struct Peers {
    port: u16,
    count: usize,
    signing: Signing,
    shared: Arc<Shared>,
    client: Client,
}

struct Shared {
    rsa: KeyPair,
    ed25519: KeyPair,
    signing: Signing,
    software: &'static str,
    /// By authority; few.
    manners: RwLock<HashMap<String, Manner>>,
    /// Activities taken by servers that answer at once.
    delivered: AtomicU32,
    /// Activities taken by servers that answer later.
    late: AtomicU32,
}

/// Before a request that was refused for now is sent again.
const PAUSE: Duration = Duration::from_millis(100);

/// A signed request, ready to be sent.
#[derive(Clone)]
pub(crate) struct Signed {
    url: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Peers {
    /// Starts `count` servers that say to be `software`.
    ///
    /// One socket listens on all addresses of the loopback device, and on no other device: a socket for each of 10,000
    /// servers would be more than most systems let one process have.
    pub(crate) fn start(count: usize, software: &'static str, signing: Signing) -> anyhow::Result<Self> {
        ensure!(count < 60_000, "two bytes of an address number the servers");
        let shared = Arc::new(Shared {
            rsa: KeyPair::generate_rsa().context("making a key failed")?,
            ed25519: KeyPair::generate_ed25519().context("making a key failed")?,
            signing,
            software,
            manners: RwLock::default(),
            delivered: AtomicU32::new(0),
            late: AtomicU32::new(0),
        });
        let socket = TcpSocket::new_v4()?;
        socket.bind_device(Some(b"lo")).context("listening on the loopback device alone failed")?;
        socket.bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))?;
        let listener = socket.listen(BACKLOG)?;
        let port = listener.local_addr()?.port();
        let router = answers::router(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { port, count, signing, shared, client: Client::builder().no_proxy().build()? })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The port of all of them.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The id of an actor on one of them.
    pub(crate) fn actor(&self, server: usize, name: &str) -> String {
        format!("http://{}/u/{name}", self.authority(server))
    }

    /// 127.1.0.1 and on, one after the other.
    fn authority(&self, server: usize) -> String {
        let number = server % self.count + 1;
        format!("127.1.{}.{}:{}", number / 256, number % 256, self.port)
    }

    /// From now on a server answers what it is sent in this manner.
    pub(crate) fn set_manner(&self, server: usize, manner: Manner) {
        let mut manners = self.shared.manners.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        manners.insert(self.authority(server), manner);
    }

    /// Activities that those who answer at once have been sent.
    pub(crate) fn delivered(&self) -> u32 {
        self.shared.delivered.load(Ordering::Relaxed)
    }

    /// Activities that those who answer later have been sent.
    pub(crate) fn late(&self) -> u32 {
        self.shared.late.load(Ordering::Relaxed)
    }

    /// Signs an activity as its actor.
    pub(crate) fn sign(&self, inbox: &str, activity: &Value) -> anyhow::Result<Signed> {
        let body = serde_json::to_vec(activity)?;
        let actor = activity["actor"].as_str().context("no actor")?;
        let url = Iri::parse(inbox)?;
        let request = Outgoing {
            method: &"POST".parse()?,
            url: &url,
            body: Some(&body),
            now_ms: now(),
            synchronization: None,
        };
        let mut headers = match self.signing {
            Signing::Rsa => sign_cavage(&request, &key_id(actor, KeyKind::Rsa)?, &self.shared.rsa),
            Signing::Ed25519 => {
                sign_rfc9421(&request, &key_id(actor, KeyKind::Ed25519)?, &self.shared.ed25519)
            }
        }
        .context("signing failed")?;
        headers.insert(header::CONTENT_TYPE, "application/activity+json".parse()?);
        Ok(Signed { url: inbox.to_owned(), headers, body })
    }

    /// Sends a signed request, again when it is asked to; anything else but 202 is an error.
    pub(crate) async fn send(&self, signed: Signed) -> anyhow::Result<()> {
        loop {
            let Signed { url, headers, body } = signed.clone();
            let answer = self.client.post(url).headers(headers).body(body).send().await?;
            match answer.status() {
                StatusCode::ACCEPTED => return Ok(()),
                // So many hosts on one address, unknown as yet, are more than it fetches the keys of at one time.
                StatusCode::TOO_MANY_REQUESTS => tokio::time::sleep(PAUSE).await,
                status => bail!("{status}: {}", answer.text().await?),
            }
        }
    }
}

fn key_id(actor: &str, kind: KeyKind) -> anyhow::Result<Iri> {
    let fragment = match kind {
        KeyKind::Rsa => "main-key",
        KeyKind::Ed25519 => "ed25519-key",
    };
    Ok(Iri::parse(&format!("{actor}#{fragment}"))?)
}

#[expect(clippy::disallowed_methods, reason = "signatures carry the real time")]
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
