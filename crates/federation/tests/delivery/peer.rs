//! Stand-ins for the network, for signatures and for `NodeInfo`.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::Iri;
use guildhall_app::port::PortFuture;
use guildhall_federation::delivery::port::{KeyChoice, KeyMark, SignError, SignRequest, Signed};
use guildhall_federation::delivery::{ProfileSource, RequestSigner, Response, Transport, TransportError};
use guildhall_store::instance::Software;
use http::{HeaderMap, HeaderValue};
use tokio::sync::{mpsc, oneshot};

/// What an inbox does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Status(u16),
    RetryAfter(u16, Duration),
    Silence,
    /// Asks the test, through [`Peer::next`].
    Ask,
}

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) url: String,
    pub(crate) body: String,
    /// As [`FakeSigner`] signed it.
    pub(crate) scheme: String,
}

/// A request that waits for the test's answer.
pub(crate) struct Asked {
    pub(crate) made: Made,
    reply: oneshot::Sender<u16>,
}

impl Asked {
    pub(crate) fn answer(self, status: u16) {
        self.reply.send(status).expect("somebody waits for the answer");
    }

    /// Returns when nobody waits any more.
    pub(crate) async fn abandoned(mut self) {
        in_time(self.reply.closed()).await;
    }
}

/// The network: answers as told, with 202 unless told otherwise.
pub(crate) struct Peer {
    scripts: Mutex<HashMap<String, VecDeque<Answer>>>,
    rules: Mutex<HashMap<String, Answer>>,
    made: Mutex<Vec<Made>>,
    asks: mpsc::UnboundedSender<Asked>,
    asked: tokio::sync::Mutex<mpsc::UnboundedReceiver<Asked>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl Peer {
    pub(crate) fn new() -> Arc<Self> {
        let (asks, asked) = mpsc::unbounded_channel();
        Arc::new(Self {
            scripts: Mutex::default(),
            rules: Mutex::default(),
            made: Mutex::default(),
            asks,
            asked: tokio::sync::Mutex::new(asked),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        })
    }

    /// Always answers so to what comes to `target`: an inbox, or a body.
    pub(crate) fn always(&self, target: &str, answer: Answer) {
        self.rules.lock().unwrap().insert(target.to_owned(), answer);
    }

    /// Answers so next, to what comes to `target`.
    pub(crate) fn next_answers(&self, target: &str, answers: impl IntoIterator<Item = Answer>) {
        self.scripts.lock().unwrap().entry(target.to_owned()).or_default().extend(answers);
    }

    /// The next request that waits for an answer.
    pub(crate) async fn next(&self) -> Asked {
        in_time(async { self.asked.lock().await.recv().await.expect("the peer is there") }).await
    }

    /// What was sent since the last call, in the order of arrival.
    pub(crate) fn taken(&self) -> Vec<Made> {
        std::mem::take(&mut *self.made.lock().unwrap())
    }

    /// The bodies of [`taken`](Self::taken).
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.taken().into_iter().map(|made| made.body).collect()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    fn answer_to(&self, made: &Made) -> Answer {
        let mut scripts = self.scripts.lock().unwrap();
        let scripted = [&made.url, &made.body]
            .into_iter()
            .find_map(|target| scripts.get_mut(target).and_then(VecDeque::pop_front));
        let rules = self.rules.lock().unwrap();
        let rule = || [&made.url, &made.body].into_iter().find_map(|target| rules.get(target).cloned());
        scripted.or_else(rule).unwrap_or(Answer::Status(202))
    }

    async fn take(&self, made: Made) -> Result<Response, TransportError> {
        let _flight = Flight::start(self);
        self.made.lock().unwrap().push(made.clone());
        let status = |status| Ok(Response { status, retry_after: None });
        match self.answer_to(&made) {
            Answer::Status(code) => status(code),
            Answer::RetryAfter(code, span) => Ok(Response { status: code, retry_after: Some(span) }),
            Answer::Silence => Err(TransportError("no answer in time".into())),
            Answer::Ask => {
                let (reply, answer) = oneshot::channel();
                self.asks.send(Asked { made, reply }).expect("the test is there");
                status(answer.await.expect("the test answers"))
            }
        }
    }
}

struct Flight<'a>(&'a Peer);

impl<'a> Flight<'a> {
    fn start(peer: &'a Peer) -> Self {
        let now = peer.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        peer.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(peer)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Transport for Peer {
    fn post<'a>(
        &'a self,
        url: &'a Iri,
        headers: HeaderMap,
        body: Bytes,
    ) -> PortFuture<'a, Result<Response, TransportError>> {
        assert_eq!(headers["content-type"], "application/activity+json");
        let scheme = headers["x-scheme"].to_str().unwrap().to_owned();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Box::pin(self.take(Made { url: url.to_string(), body, scheme }))
    }
}

/// Signs by naming the scheme, and the key where it is another than the first.
#[derive(Default)]
pub(crate) struct FakeSigner {
    /// Whether everybody has another key.
    pub(crate) has_other: AtomicBool,
    /// What was to go with each request about the members of its group.
    pub(crate) synchronizations: Mutex<Vec<Option<String>>>,
}

impl RequestSigner for FakeSigner {
    fn sign<'a>(&'a self, request: SignRequest<'a>) -> PortFuture<'a, Result<Signed, SignError>> {
        let is_other = matches!(request.key, KeyChoice::Instead(_, KeyMark(0)));
        if is_other && !self.has_other.load(Ordering::SeqCst) {
            return Box::pin(async { Err(SignError::NoOtherKey) });
        }
        let synchronization = request.synchronization.map(ToString::to_string);
        self.synchronizations.lock().unwrap().push(synchronization);
        let suffix = if is_other { ", other key" } else { "" };
        let scheme = format!("{}{suffix}", request.scheme.as_str());
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-scheme"),
            HeaderValue::from_str(&scheme).unwrap(),
        )]);
        Box::pin(async move { Ok(Signed { headers, by: KeyMark(is_other.into()) }) })
    }
}

/// Knows what software hosts run, and counts who asks.
#[derive(Default)]
pub(crate) struct FakeProfiles {
    pub(crate) software: Mutex<HashMap<String, String>>,
    pub(crate) asked: AtomicUsize,
}

impl ProfileSource for FakeProfiles {
    fn learn<'a>(&'a self, host: &'a str) -> PortFuture<'a, Option<Software>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let name = self.software.lock().unwrap().get(host).cloned();
        Box::pin(async { name.map(|name| Software { name, version: None }) })
    }
}

/// Fails a test that would hang.
pub(crate) async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it happens before long")
}
