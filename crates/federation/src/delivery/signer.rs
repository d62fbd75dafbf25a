//! Signing with the keys of local actors, parsed once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::key::{KeyError, KeyKind};
use guildhall_activitypub::signature::{Outgoing, sign_cavage, sign_rfc9421};
use guildhall_activitypub::{Iri, KeyPair};
use guildhall_app::Forget;
use guildhall_app::port::{Clock, PortFuture};
use guildhall_domain::{ActorId, Timestamp};
use guildhall_store::actor_key::{self, KeyAlgorithm};
use guildhall_store::{Db, instance::SignatureScheme};
use http::{HeaderMap, Method};
use moka::sync::Cache;
use tokio::sync::Semaphore;

use super::port::{RequestSigner, SignError, SignRequest};

/// Keys held in memory; a parsed RSA key takes a few kilobytes.
const MOST_KEYS: u64 = 10_000;
/// A key is used for this long before the store is asked again, and may have been replaced meanwhile.
const KEY_LIFETIME: Duration = Duration::from_mins(10);

/// Signs with the keys in the store. Clones share the parsed keys.
#[derive(Clone)]
pub struct CachedSigner {
    db: Db,
    clock: Arc<dyn Clock>,
    keys: Cache<(ActorId, bool), Arc<SigningKey>>,
    /// An RSA signature takes 0.4 ms of a core: no more at once than there are cores, and none on tokio's own threads.
    rsa_turns: Arc<Semaphore>,
}

struct SigningKey {
    id: Iri,
    pair: KeyPair,
    read_at: Timestamp,
}

impl CachedSigner {
    /// A signer with the keys in `db`, which puts the time of `clock` on what it signs.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            db,
            clock,
            keys: Cache::builder().max_capacity(MOST_KEYS).time_to_idle(KEY_LIFETIME).build(),
            rsa_turns: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Has what changed read anew.
    pub(crate) fn forget(&self, what: Forget) {
        match what {
            Forget::All => self.keys.invalidate_all(),
            Forget::Actor(actor) => {
                for is_rsa in [true, false] {
                    self.keys.invalidate(&(actor, is_rsa));
                }
            }
            Forget::Peering => {}
        }
    }

    async fn key(&self, sender: ActorId, scheme: SignatureScheme) -> Result<Arc<SigningKey>, SignError> {
        let is_rsa = scheme != SignatureScheme::Rfc9421Ed25519;
        let now = self.clock.now();
        let known = self.keys.get(&(sender, is_rsa));
        if let Some(known) = known.filter(|known| now.since(known.read_at) < KEY_LIFETIME) {
            return Ok(known);
        }
        let wanted = if is_rsa { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ed25519 };
        let keys = actor_key::list_of(&self.db, sender).await.map_err(SignError::Store)?;
        // An actor without Ed25519 signs with what it has.
        let fits = [wanted, KeyAlgorithm::Rsa];
        let key = fits
            .iter()
            .find_map(|fit| keys.iter().find(|key| key.algorithm == *fit))
            .ok_or(SignError::NoKey)?;
        let private = key.private_key.as_deref().ok_or(SignError::NoKey)?;
        let id = Iri::parse(&key.key_id).map_err(|_| SignError::BadKey)?;
        let pair = KeyPair::from_pkcs8(private).map_err(|_| SignError::BadKey)?;
        let key = Arc::new(SigningKey { id, pair, read_at: now });
        self.keys.insert((sender, is_rsa), key.clone());
        Ok(key)
    }

    async fn make(&self, request: SignRequest<'_>) -> Result<HeaderMap, SignError> {
        let key = self.key(request.sender, request.scheme).await?;
        let job = Job::new(&request, key, self.clock.now());
        if job.key.pair.kind() == KeyKind::Ed25519 {
            // 16 µs: not worth the way to another thread.
            return job.run().map_err(|_| SignError::BadKey);
        }
        // Neither is ever closed, and the job does not panic.
        let turn = self.rsa_turns.clone().acquire_owned().await.map_err(|_| SignError::BadKey)?;
        let signed = tokio::task::spawn_blocking(move || {
            let headers = job.run();
            drop(turn);
            headers
        });
        signed.await.map_err(|_| SignError::BadKey)?.map_err(|_| SignError::BadKey)
    }
}

impl RequestSigner for CachedSigner {
    fn sign<'a>(&'a self, request: SignRequest<'a>) -> PortFuture<'a, Result<HeaderMap, SignError>> {
        Box::pin(self.make(request))
    }
}

/// A signature to be made, with all it needs, so that another thread can make it.
struct Job {
    key: Arc<SigningKey>,
    method: Method,
    url: Iri,
    body: Option<Bytes>,
    scheme: SignatureScheme,
    now: Timestamp,
}

impl Job {
    fn new(request: &SignRequest<'_>, key: Arc<SigningKey>, now: Timestamp) -> Self {
        Self {
            key,
            method: request.method.clone(),
            url: request.url.clone(),
            body: request.body.cloned(),
            scheme: request.scheme,
            now,
        }
    }

    fn run(&self) -> Result<HeaderMap, KeyError> {
        let request = Outgoing {
            method: &self.method,
            url: &self.url,
            body: self.body.as_deref(),
            now_ms: self.now.as_millis(),
        };
        match self.scheme {
            SignatureScheme::Cavage => sign_cavage(&request, &self.key.id, &self.key.pair),
            SignatureScheme::Rfc9421 | SignatureScheme::Rfc9421Ed25519 => {
                sign_rfc9421(&request, &self.key.id, &self.key.pair)
            }
        }
    }
}
