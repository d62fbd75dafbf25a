//! An inbox that counts its connections, in plain text or behind TLS with a throw-away certificate authority.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use guildhall_activitypub::Iri;
use http::{StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A server with one answer: 202, and some kilobytes that nobody asked for.
pub(crate) struct Server {
    /// The certificate of its authority. `None`: plain http.
    pub(crate) authority_pem: Option<Vec<u8>>,
    scheme: &'static str,
    port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    versions: Mutex<Vec<Version>>,
}

impl Server {
    pub(crate) async fn plain() -> Self {
        Self::start(None).await
    }

    /// A server called `name` that offers these protocols, the first one first.
    pub(crate) async fn tls(name: &str, protocols: &[&str]) -> Self {
        Self::start(Some(certified(name, protocols))).await
    }

    async fn start(tls: Option<(TlsAcceptor, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Seen>::default();
        let (acceptor, authority_pem) = tls.unzip();
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        tokio::spawn(accept(listener, acceptor, seen.clone()));
        Self { authority_pem, scheme, port, seen }
    }

    pub(crate) fn inbox(&self, name: &str) -> Iri {
        Iri::parse(&format!("{}://{name}:{}/inbox", self.scheme, self.port)).unwrap()
    }

    /// Connections that were made to it.
    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// The version of each request.
    pub(crate) fn versions(&self) -> Vec<Version> {
        self.seen.versions.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, seen: Arc<Seen>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, seen) = (acceptor.clone(), seen.clone());
        tokio::spawn(async move {
            match acceptor {
                None => serve(stream, seen).await,
                // Who does not trust the certificate goes away.
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, seen).await;
                    }
                }
            }
        });
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, seen: Arc<Seen>) {
    let router = Router::new().fallback(answer).with_state(seen);
    let service = TowerToHyperService::new(router);
    // It ends when the client goes away, in whatever way.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(State(seen): State<Arc<Seen>>, request: Request) -> (StatusCode, String) {
    seen.versions.lock().unwrap().push(request.version());
    (StatusCode::ACCEPTED, "thank you ".repeat(4_000))
}

/// A certificate for `name`, and that of the authority behind it (PEM).
fn certified(name: &str, protocols: &[&str]) -> (TlsAcceptor, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    (TlsAcceptor::from(Arc::new(config)), authority.pem().into_bytes())
}
