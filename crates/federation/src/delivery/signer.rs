//! Signing with the keys of local actors, parsed once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guildhall_activitypub::Iri;
use guildhall_activitypub::key::{KeyError, KeyKind};
use guildhall_activitypub::signature::{Outgoing, sign_cavage, sign_rfc9421};
use guildhall_app::Forget;
use guildhall_app::port::{Clock, PortFuture};
use guildhall_domain::{ActorId, Timestamp};
use guildhall_store::actor_key::KeyAlgorithm;
use guildhall_store::{Db, StoreError, instance::SignatureScheme, signing_key};
use http::Method;
use moka::sync::Cache;
use tokio::sync::Semaphore;

use super::key_ring::{Held, KeyRing};
use super::port::{KeyChoice, RequestSigner, SignError, SignRequest, Signed};

/// Actors whose keys are held in memory; a parsed RSA key takes a few kilobytes.
const MOST_RINGS: u64 = 10_000;
/// Keys that nobody has signed with for so long are forgotten.
const IDLE: Duration = Duration::from_mins(10);
/// How long keys are used before the store is asked whether they are still the same: on SQLite nobody tells this process
/// what a command has changed, and on PostgreSQL it may not have heard.
const FRESH_FOR: Duration = Duration::from_secs(3);
/// The same when a host did not like a signature.
const FRESH_WHEN_REFUSED: Duration = Duration::from_millis(500);
/// How long a key that was replaced signs anything, whoever has not heard of the new one.
pub(super) const FORMER_LASTS: Duration = Duration::from_hours(7 * 24);

/// Signs with the keys in the store. Clones share the parsed keys.
#[derive(Clone)]
pub struct CachedSigner {
    db: Db,
    clock: Arc<dyn Clock>,
    rings: Cache<ActorId, Arc<KeyRing>>,
    /// An RSA signature takes 0.4 ms of a core: no more at once than there are cores, and none on tokio's own threads.
    rsa_turns: Arc<Semaphore>,
}

impl CachedSigner {
    /// A signer with the keys in `db`, which puts the time of `clock` on what it signs.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            db,
            clock,
            rings: Cache::builder().max_capacity(MOST_RINGS).time_to_idle(IDLE).build(),
            rsa_turns: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Has what changed read anew.
    pub(crate) fn forget(&self, what: Forget) {
        match what {
            Forget::All => self.rings.invalidate_all(),
            Forget::Actor(actor) => self.rings.invalidate(&actor),
            Forget::Peering => {}
        }
    }

    /// The keys of an actor, as they are to be known for this.
    async fn ring(&self, actor: ActorId, wish: KeyChoice) -> Result<Arc<KeyRing>, SignError> {
        let now = self.clock.now();
        let Some(known) = self.rings.get(&actor) else {
            return self.read(actor, now, None).await.map_err(SignError::Store);
        };
        // One of those who sign at this time looks again; the others go on meanwhile.
        let is_old = match wish {
            KeyChoice::ForNews(place) => known.is_older_than(place) || known.is_due(now, FRESH_FOR),
            KeyChoice::Instead(..) => known.is_due(now, FRESH_WHEN_REFUSED),
            KeyChoice::Present | KeyChoice::ForPlace(_) => known.is_due(now, FRESH_FOR),
        };
        if !is_old {
            return Ok(known);
        }
        // Signing is not what fails first without a store.
        Ok(self.read(actor, now, Some(&known)).await.unwrap_or(known))
    }

    async fn read(
        &self,
        actor: ActorId,
        now: Timestamp,
        before: Option<&KeyRing>,
    ) -> Result<Arc<KeyRing>, StoreError> {
        let keys = signing_key::list_of(&self.db, actor).await?;
        let ring = Arc::new(KeyRing::new(keys, now, before));
        self.rings.insert(actor, ring.clone());
        Ok(ring)
    }

    async fn key(&self, request: &SignRequest<'_>) -> Result<Arc<Held>, SignError> {
        let ring = self.ring(request.sender, request.key).await?;
        let wanted = match request.scheme {
            SignatureScheme::Rfc9421Ed25519 => KeyAlgorithm::Ed25519,
            SignatureScheme::Cavage | SignatureScheme::Rfc9421 => KeyAlgorithm::Rsa,
        };
        ring.choose(wanted, request.key, self.clock.now().minus(FORMER_LASTS))
    }

    async fn make(&self, request: SignRequest<'_>) -> Result<Signed, SignError> {
        let key = self.key(&request).await?;
        let job = Job::new(&request, key, self.clock.now());
        if job.key.pair.kind() == KeyKind::Ed25519 {
            // 16 µs: not worth the way to another thread.
            return job.run().map_err(|_| SignError::BadKey);
        }
        // Neither is ever closed, and the job does not panic.
        let turn = self.rsa_turns.clone().acquire_owned().await.map_err(|_| SignError::BadKey)?;
        let signed = tokio::task::spawn_blocking(move || {
            let signed = job.run();
            drop(turn);
            signed
        });
        signed.await.map_err(|_| SignError::BadKey)?.map_err(|_| SignError::BadKey)
    }
}

impl RequestSigner for CachedSigner {
    fn sign<'a>(&'a self, request: SignRequest<'a>) -> PortFuture<'a, Result<Signed, SignError>> {
        Box::pin(self.make(request))
    }
}

/// A signature to be made, with all it needs, so that another thread can make it.
struct Job {
    key: Arc<Held>,
    method: Method,
    url: Iri,
    body: Option<Bytes>,
    scheme: SignatureScheme,
    synchronization: Option<Arc<str>>,
    now: Timestamp,
}

impl Job {
    fn new(request: &SignRequest<'_>, key: Arc<Held>, now: Timestamp) -> Self {
        Self {
            key,
            method: request.method.clone(),
            url: request.url.clone(),
            body: request.body.cloned(),
            scheme: request.scheme,
            synchronization: request.synchronization.cloned(),
            now,
        }
    }

    fn run(&self) -> Result<Signed, KeyError> {
        let request = Outgoing {
            method: &self.method,
            url: &self.url,
            body: self.body.as_deref(),
            now_ms: self.now.as_millis(),
            synchronization: self.synchronization.as_deref(),
        };
        let headers = match self.scheme {
            SignatureScheme::Cavage => sign_cavage(&request, &self.key.id, &self.key.pair),
            SignatureScheme::Rfc9421 | SignatureScheme::Rfc9421Ed25519 => {
                sign_rfc9421(&request, &self.key.id, &self.key.pair)
            }
        }?;
        Ok(Signed { headers, by: self.key.mark })
    }
}
