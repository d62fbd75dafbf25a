//! What the use cases need from outside: time, chance, keys, other servers.

use std::{future::Future, pin::Pin};

use guildhall_domain::{ActorId, Handle, Timestamp};
use guildhall_store::block_list::Validators;

/// A boxed future, so that ports can be trait objects.
pub type PortFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
}

/// Where chance comes from.
pub trait Rng: Send + Sync {
    /// Fills `bytes` so that nobody can guess them.
    fn fill(&self, bytes: &mut [u8]);
}

/// A fresh pair of keys for a local actor, as kept in the store.
#[derive(Clone)]
pub struct NewKeys {
    /// RSA-2048: `(public SPKI DER, private PKCS#8 DER)`.
    pub rsa: (Vec<u8>, Vec<u8>),
    /// Ed25519: `(public key, 32 bytes; private PKCS#8 DER)`.
    pub ed25519: (Vec<u8>, Vec<u8>),
}

/// Makes keys ahead of need: an RSA pair takes about 100 ms.
pub trait KeyMint: Send + Sync {
    /// The next pair.
    fn next(&self) -> PortFuture<'_, NewKeys>;
}

/// Why something on another server could not be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ResolveError {
    /// This instance does not federate.
    #[error("federation is switched off on this server")]
    SwitchedOff,
    /// The server says there is no such thing, or no longer.
    #[error("nothing is found under this name")]
    NotFound,
    /// Our own lists forbid asking.
    #[error("this server is blocked here")]
    Blocked,
    /// The answer was not what it claims to be.
    #[error("the answer of the server was refused: {0}")]
    Refused(String),
    /// Network, TLS or a server error; worth another try.
    #[error("the server could not be reached: {0}")]
    Unreachable(String),
    /// Our own store failed.
    #[error("reading or writing failed")]
    Store(#[source] std::sync::Arc<guildhall_store::StoreError>),
}

/// What the source of a block list answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedList {
    /// The same as when it was asked last.
    Unchanged,
    /// A list, as it came.
    Text {
        /// CSV.
        text: String,
        /// What this answer can be told by later.
        validators: Validators,
    },
}

/// Finds what lives on other servers, fetches it and keeps it. Never called inside a transaction.
pub trait RemoteResolver: Send + Sync {
    /// Whether this instance does not federate: nothing is asked of other servers, nor sent to them.
    fn is_switched_off(&self) -> bool {
        false
    }

    /// The actor with a handle, by `WebFinger` where it is not known yet.
    fn actor_by_handle<'a>(&'a self, handle: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>>;

    /// The block list at `url`, unless it is the one that `known` tells.
    fn block_list<'a>(
        &'a self,
        url: &'a str,
        known: &'a Validators,
    ) -> PortFuture<'a, Result<FetchedList, ResolveError>> {
        let _ = (url, known);
        Box::pin(async { Err(ResolveError::NotFound) })
    }
}
