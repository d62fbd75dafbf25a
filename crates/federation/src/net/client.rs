//! The client: one request, one answer.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use guildhall_activitypub::Iri;
use http::{HeaderMap, HeaderValue, Method, header};

use super::NetError;
use super::answer::Answer;
use super::guard::AddressGuard;
use super::resolver::{GuardedResolver, Lookup, SystemLookup};

/// Of a body that nobody wants, so much is read …
const DRAIN_BYTES: usize = 64 << 10;
/// … in at most this time.
const DRAIN_TIME: Duration = Duration::from_millis(500);

/// How the client is set up.
#[derive(Clone)]
pub struct ClientOptions {
    /// What may be connected to.
    pub guard: AddressGuard,
    /// Certificate authorities trusted next to the system's, in PEM.
    pub extra_ca: Option<Vec<u8>>,
    /// `Guildhall/0.1.0 (+https://example.org)`
    pub user_agent: String,
    /// Time for one connection to be made.
    pub connect_timeout: Duration,
    /// Where names are looked up.
    pub lookup: Arc<dyn Lookup>,
    /// Whether nothing goes out at all.
    pub switched_off: bool,
}

impl ClientOptions {
    /// The usual set-up for the instance at `base_url`.
    pub fn new(guard: AddressGuard, base_url: &str) -> Self {
        Self {
            guard,
            extra_ca: None,
            user_agent: format!("Guildhall/{} (+{base_url})", env!("CARGO_PKG_VERSION")),
            connect_timeout: Duration::from_secs(5),
            lookup: Arc::new(SystemLookup),
            switched_off: false,
        }
    }
}

/// Why the client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of extra certificate authorities holds none, or something else.
    #[error("the extra certificate authorities cannot be read")]
    ExtraCa(#[source] Option<reqwest::Error>),
    /// TLS could not be set up; mostly the system has no certificate authorities at all.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] reqwest::Error),
}

/// The outgoing HTTP client. Clones share connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    guard: AddressGuard,
    switched_off: bool,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("guard", &self.guard).finish_non_exhaustive()
    }
}

impl Client {
    /// Sets up the client. Needs no network.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let resolver = GuardedResolver { guard: options.guard.clone(), lookup: options.lookup };
        let http = reqwest::Client::builder()
            .user_agent(options.user_agent)
            .connect_timeout(options.connect_timeout)
            // A proxy would connect for us, past the guard.
            .no_proxy()
            // Each hop has to pass the guard, the peering lists and the signer.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .dns_resolver(resolver)
            .pool_idle_timeout(Duration::from_mins(1))
            .pool_max_idle_per_host(8)
            .tls_certs_merge(certificates(options.extra_ca.as_deref())?)
            .build()
            .map_err(ClientError::Setup)?;
        Ok(Self { http, guard: options.guard, switched_off: options.switched_off })
    }

    /// What may be connected to.
    pub fn guard(&self) -> &AddressGuard {
        &self.guard
    }

    /// Whether nothing goes out at all.
    pub fn is_switched_off(&self) -> bool {
        self.switched_off
    }

    /// Asks for `url`; of a successful answer reads up to `max_bytes`, of any other nothing. Follows no redirect.
    ///
    /// # Errors
    /// [`NetError`]; the caller sets the deadline.
    pub async fn get(&self, url: &Iri, headers: HeaderMap, max_bytes: usize) -> Result<Answer, NetError> {
        let mut response = self.send(Method::GET, url, headers, Bytes::new()).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = if status.is_success() {
            read(response, max_bytes).await?
        } else {
            drain(response).await;
            Bytes::new()
        };
        Ok(Answer { url: url.clone(), status, headers, body })
    }

    /// Sends `body` to `url`; the answer's body is dropped. Follows no redirect.
    ///
    /// # Errors
    /// [`NetError`]; the caller sets the deadline.
    pub async fn post(&self, url: &Iri, headers: HeaderMap, body: Bytes) -> Result<Answer, NetError> {
        let mut response = self.send(Method::POST, url, headers, body).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        drain(response).await;
        Ok(Answer { url: url.clone(), status, headers, body: Bytes::new() })
    }

    async fn send(
        &self,
        method: Method,
        url: &Iri,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<reqwest::Response, NetError> {
        if self.switched_off {
            return Err(NetError::SwitchedOff);
        }
        self.guard.check(url)?;
        // hyper writes the same value from the URL, and HTTP/2 has none.
        headers.remove(header::HOST);
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let mut request = self.http.request(method, url.without_fragment().as_str()).headers(headers);
        if !body.is_empty() {
            request = request.body(body);
        }
        request.send().await.map_err(|error| NetError::of(&error))
    }
}

/// Reads a body that nobody wants, so that the connection can be used again; a long or slow one is not worth it.
async fn drain(response: reqwest::Response) {
    let _ = tokio::time::timeout(DRAIN_TIME, read(response, DRAIN_BYTES)).await;
}

/// Reads a body as it comes out of the decompressor, piece by piece.
async fn read(response: reqwest::Response, max_bytes: usize) -> Result<Bytes, NetError> {
    let mut body = BytesMut::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| NetError::of(&error))?;
        if body.len() + piece.len() > max_bytes {
            return Err(NetError::TooLarge(max_bytes));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn certificates(pem: Option<&[u8]>) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let Some(pem) = pem else { return Ok(Vec::new()) };
    let found =
        reqwest::Certificate::from_pem_bundle(pem).map_err(|error| ClientError::ExtraCa(Some(error)))?;
    if found.is_empty() { Err(ClientError::ExtraCa(None)) } else { Ok(found) }
}
