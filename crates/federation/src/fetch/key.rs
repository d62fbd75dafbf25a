//! Public keys: from the cache, the store, or the page that their id names; always back and forth between key and owner.

use std::time::Duration;

use futures_util::FutureExt as _;
use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::{ActorDocument, Iri, PublicKey};
use guildhall_domain::{ActorId, ApId, Timestamp};
use guildhall_store::{actor, actor_key};
use moka::sync::Cache;

use super::fetcher::ap_id_of;
use super::get::DOCUMENT;
use super::{FetchError, Fetcher, key_bytes};
use crate::limits::MemoryLimits;

/// For how long a parsed key is used without asking the store, where another process may have replaced it.
const PARSED_TTL: Duration = Duration::from_mins(1);

/// A key whose owner lists it.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// The key.
    pub key: PublicKey,
    /// Our key of the actor that lists it.
    pub owner: ActorId,
    /// The actor's id.
    pub owner_ap_id: ApId,
    /// When the actor was last fetched.
    pub learned_at: Timestamp,
}

/// How old what is known of a key's owner may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAge {
    /// A day; older, its owner is fetched again if it can be.
    Recent,
    /// Any: its owner may be gone.
    Any,
}

/// Why there is no key.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// Its page names no owner, or the owner does not list it.
    #[error("no actor lists this key")]
    NotListed,
    /// It is not known, and it may not be fetched now.
    #[error("too many unknown keys")]
    TooMany(Duration),
    /// It could not be fetched.
    #[error("the key could not be fetched")]
    Fetch(#[from] FetchError),
}

/// Parsed keys by their id, and when which actor was last asked again because of one that failed.
pub(super) struct KeyCache {
    parsed: Cache<String, KnownKey>,
    asked_again: Cache<ActorId, Timestamp>,
}

impl KeyCache {
    pub(super) fn new(limits: &MemoryLimits) -> Self {
        let parsed = Cache::builder().max_capacity(limits.keys).time_to_live(PARSED_TTL);
        Self { parsed: parsed.support_invalidation_closures().build(), asked_again: Cache::new(limits.keys) }
    }

    /// Drops the keys of an actor that has been fetched anew, or is gone.
    pub(super) fn forget_actor(&self, actor: ActorId) {
        // Only fails without `support_invalidation_closures`.
        let _ = self.parsed.invalidate_entries_if(move |_, known| known.owner == actor);
    }

    /// Drops all keys.
    pub(super) fn forget_all(&self) {
        self.parsed.invalidate_all();
    }
}

impl Fetcher {
    /// The key with an id, and the actor who lists it.
    ///
    /// `permit` is asked before the network is: whoever sends us a request can name any key.
    ///
    /// # Errors
    /// [`KeyError::Fetch`] with what happened a short while ago, when it was asked for in vain then.
    pub async fn key(
        &self,
        key_id: &Iri,
        age: KeyAge,
        permit: impl FnOnce() -> Result<(), KeyError>,
    ) -> Result<KnownKey, KeyError> {
        let max_age = self.shared.limits.memory.actor_max_age;
        match self.known_key(key_id).await? {
            Some(known) if age == KeyAge::Any || self.age(&known) < max_age => Ok(known),
            Some(known) => self.renewed(key_id, known, permit).await,
            None => self.learned(key_id, permit).await,
        }
    }

    /// Looks again whether an actor has another key by now, after a check with `known` failed. `None`: it is too early to
    /// ask again (the key was fetched less than 5 minutes ago, or its actor asked for this reason less than 10 minutes
    /// ago), or there is nothing new.
    pub async fn key_after_failure(&self, key_id: &Iri, known: &KnownKey) -> Option<KnownKey> {
        let (now, limits) = (self.now(), &self.shared.limits.memory);
        let asked = self.shared.keys.asked_again.get(&known.owner);
        let too_early = known.learned_at.is_within(limits.key_settled_after, now)
            || asked.is_some_and(|at| at.is_within(limits.key_refetch_interval, now));
        if too_early {
            return None;
        }
        self.shared.keys.asked_again.insert(known.owner, now);
        self.refresh_actor(&known.owner_ap_id).await.ok()?;
        self.known_key(key_id).await.ok()?.filter(|fresh| fresh.key != known.key)
    }

    /// Forgets a parsed key, so that the store is asked whether it still counts.
    pub(crate) fn doubt_key(&self, key_id: &Iri) {
        self.shared.keys.parsed.invalidate(key_id.as_str());
    }

    fn age(&self, known: &KnownKey) -> Duration {
        self.now().since(known.learned_at)
    }

    /// A key that is old enough to look again. An unreachable server does not make it wrong.
    async fn renewed(
        &self,
        key_id: &Iri,
        known: KnownKey,
        permit: impl FnOnce() -> Result<(), KeyError>,
    ) -> Result<KnownKey, KeyError> {
        let failed = self.shared.failures.recent(known.owner_ap_id.as_str(), self.now());
        if failed.is_some() || permit().is_err() {
            return Ok(known);
        }
        match self.refresh_actor(&known.owner_ap_id).await {
            Ok(_) => self.known_key(key_id).await?.ok_or(KeyError::NotListed),
            Err(error) if error.is_retryable() => Ok(known),
            Err(error) => Err(error.into()),
        }
    }

    /// A key that was never seen.
    async fn learned(
        &self,
        key_id: &Iri,
        permit: impl FnOnce() -> Result<(), KeyError>,
    ) -> Result<KnownKey, KeyError> {
        let page = key_id.without_fragment();
        if let Some(error) = self.shared.failures.recent(page.as_str(), self.now()) {
            return Err(not_had(error));
        }
        permit()?;
        let failure = match (self.fetch_page(key_id).await, self.known_key(key_id).await?) {
            (Ok(()), Some(known)) => return Ok(known),
            (Ok(()), None) => FetchError::WrongId,
            (Err(error), _) if error.is_of_our_own() => return Err(error.into()),
            (Err(error), _) => error,
        };
        // For the page, not the key: any number of fragments leads to one page.
        self.shared.failures.note(page.as_str(), failure.clone(), self.now());
        Err(not_had(failure))
    }

    /// As [`Fetcher::fetch_owner`], once for all who ask at the same time.
    async fn fetch_page(&self, key_id: &Iri) -> Result<(), FetchError> {
        let fetch = |fetcher: Self| {
            let wanted = key_id.clone();
            async move { fetcher.fetch_owner(&wanted).await }.boxed()
        };
        self.share(&self.shared.key_pages, key_id.as_str(), fetch).await
    }

    /// Fetches the page of a key and keeps the actor who owns it: the page itself, or the one that it names.
    async fn fetch_owner(&self, key_id: &Iri) -> Result<(), FetchError> {
        let mut budget = self.budget();
        let page = self.load(&key_id.without_fragment(), &DOCUMENT, &mut budget).await?;
        if page.document.kind() == Some("Tombstone") {
            return Err(FetchError::Gone);
        }
        let owner = owner_of(page.document.value(), key_id).ok_or(FetchError::WrongId)?;
        if !owner.same_origin(key_id) || !page.url.same_origin(key_id) {
            return Err(FetchError::WrongId);
        }
        // The page may be a stub (GoToSocial), so the actor is asked for itself, unless this was the actor.
        match ActorDocument::read(page.document.value()) {
            Ok(document) if document.id == page.url && document.id == owner => {
                self.keep_actor(&document, None).await?;
            }
            _ => {
                self.refresh_actor(&ap_id_of(&owner)).await?;
            }
        }
        Ok(())
    }

    /// A key from the cache or the store, if its owner still lists it there.
    async fn known_key(&self, key_id: &Iri) -> Result<Option<KnownKey>, FetchError> {
        if let Some(known) = self.shared.keys.parsed.get(key_id.as_str()) {
            return Ok(Some(known));
        }
        let store = &self.context().store;
        let Some(kept) = actor_key::find(store, key_id.as_str()).await? else { return Ok(None) };
        let Some(owner) = actor::find(store, kept.actor_id).await? else { return Ok(None) };
        let key = key_bytes::from_bytes(kept.algorithm, &kept.public_key);
        let usable = !owner.is_local && owner.deleted_at.is_none();
        let (Some(key), Some(learned_at), true) = (key, owner.fetched_at, usable) else { return Ok(None) };
        let known = KnownKey { key, owner: owner.id, owner_ap_id: owner.ap_id, learned_at };
        self.shared.keys.parsed.insert(key_id.as_str().to_owned(), known.clone());
        Ok(Some(known))
    }
}

/// Why a key was not had: its page is there, but not its owner's word, or it is not there.
fn not_had(error: FetchError) -> KeyError {
    match error {
        FetchError::WrongId => KeyError::NotListed,
        error => KeyError::Fetch(error),
    }
}

/// Whom the page of a key says it belongs to.
fn owner_of(page: &serde_json::Value, key_id: &Iri) -> Option<Iri> {
    let key = ActorKey::read_document(page, key_id)?;
    key.owner.or_else(|| guildhall_activitypub::read::own_id(page))
}
