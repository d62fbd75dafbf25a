//! What delivery needs from its surroundings: a connection, signatures, knowledge of other software, a timer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use guildhall_activitypub::Iri;
use guildhall_app::port::PortFuture;
use guildhall_domain::{ActorId, Timestamp};
use guildhall_store::StoreError;
use guildhall_store::instance::{SignatureScheme, Software};
use http::{HeaderMap, Method};

/// What an inbox answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// How long the host asks to be left alone (`Retry-After`, a date already turned into a span).
    pub retry_after: Option<Duration>,
}

/// Why a request brought no answer: network, TLS, time-out, or an address we must not connect to.
///
/// The text is for people; it ends in the host's `last_error`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);

/// Carries a signed request to an inbox. Sets its own deadline, follows no redirect and drops the answer's body.
pub trait Transport: Send + Sync {
    /// Sends `body` to `url`. `headers` has everything but `Content-Length`.
    fn post<'a>(
        &'a self,
        url: &'a Iri,
        headers: HeaderMap,
        body: Bytes,
    ) -> PortFuture<'a, Result<Response, TransportError>>;
}

/// A request that is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct SignRequest<'a> {
    /// Whose key signs: a local actor.
    pub sender: ActorId,
    /// GET or POST.
    pub method: &'a Method,
    /// Where it goes.
    pub url: &'a Iri,
    /// What it carries.
    pub body: Option<&'a Bytes>,
    /// How to sign.
    pub scheme: SignatureScheme,
    /// With which key.
    pub key: KeyChoice,
    /// A `Collection-Synchronization` header to go with it, signed too.
    pub synchronization: Option<&'a Arc<str>>,
}

/// With which of an actor's keys something is signed. They are several for some days after it got others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChoice {
    /// With the one that it shows.
    Present,
    /// With the one that signs what is at this place of the delivery log.
    ForPlace(i64),
    /// Likewise, and what is there is what the actor says of itself: it may be that it has other keys.
    ForNews(i64),
    /// Likewise, but not with the one that was tried in vain: the host knows an older one, or a newer one already.
    Instead(i64, KeyMark),
}

/// Tells an actor's keys from one another: their ids are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyMark(pub u64);

/// A signature.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The headers to add: `Host`, `Date`, a digest where there is a body, and the signature.
    pub headers: HeaderMap,
    /// The key it was made with.
    pub by: KeyMark,
}

/// Why a request could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The actor has no private key of the wanted kind: it is gone, or not ours.
    #[error("the sender has no private key here")]
    NoKey,
    /// It was asked for another key than the one tried, and there is none.
    #[error("the sender has no other key")]
    NoOtherKey,
    /// The stored key or key id cannot be used.
    #[error("the sender's key cannot be used")]
    BadKey,
    /// The keys could not be read; worth another try.
    #[error("the sender's keys could not be read")]
    Store(#[source] StoreError),
}

/// Signs in the name of local actors.
pub trait RequestSigner: Send + Sync {
    /// Signs a request.
    fn sign<'a>(&'a self, request: SignRequest<'a>) -> PortFuture<'a, Result<Signed, SignError>>;
}

/// Finds out what software a host runs.
pub trait ProfileSource: Send + Sync {
    /// Asks the host (`NodeInfo`). `None`: it could not be learned; that is remembered for a day by the caller.
    fn learn<'a>(&'a self, host: &'a str) -> PortFuture<'a, Option<Software>>;
}

/// Waits. Apart from [`guildhall_app::port::Clock`] so that tests may move time by hand.
pub trait Timer: Send + Sync {
    /// Returns at `at`, at once when that is past.
    fn sleep_until(&self, at: Timestamp) -> PortFuture<'_, ()>;
}
