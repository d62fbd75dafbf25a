//! The keys of one of our actors, and which of them signs what, for some days after it got others.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guildhall_activitypub::{Iri, KeyPair};
use guildhall_domain::Timestamp;
use guildhall_store::actor_key::KeyAlgorithm;
use guildhall_store::signing_key::{Former, SigningKey};

use super::port::{KeyChoice, KeyMark, SignError};

/// A parsed key.
pub(super) struct Held {
    pub(super) id: Iri,
    pub(super) pair: KeyPair,
    pub(super) mark: KeyMark,
}

/// The keys of an actor as they were when they were last looked at.
pub(super) struct KeyRing {
    keys: Vec<Kept>,
    /// Milliseconds.
    looked_at: AtomicI64,
    /// The last place on the delivery log where the actor says something of itself, as far as somebody has asked.
    news_at: AtomicI64,
}

struct Kept {
    algorithm: KeyAlgorithm,
    former: Option<Former>,
    mark: KeyMark,
    /// `None`: it cannot be used.
    held: Option<Arc<Held>>,
}

impl KeyRing {
    /// What was read at `now`. What is in `before` already is not parsed again.
    pub(super) fn new(keys: Vec<SigningKey>, now: Timestamp, before: Option<&Self>) -> Self {
        let known = before.map_or(&[][..], |before| &before.keys);
        let keep = |key: SigningKey| {
            let mark = mark_of(&key);
            let held = known.iter().find(|kept| kept.mark == mark).map(|kept| kept.held.clone());
            Kept {
                algorithm: key.algorithm,
                former: key.former,
                mark,
                held: held.unwrap_or_else(|| parse(&key, mark)),
            }
        };
        let news_at = before.map_or(0, |before| before.news_at.load(Ordering::Relaxed));
        Self {
            keys: keys.into_iter().map(keep).collect(),
            looked_at: AtomicI64::new(now.as_millis()),
            news_at: AtomicI64::new(news_at),
        }
    }

    /// Whether the news at that place was not known when this was read, for one of those who ask.
    pub(super) fn is_older_than(&self, news: i64) -> bool {
        self.news_at.fetch_max(news, Ordering::Relaxed) < news
    }

    /// Whether it is time to look again, for one of those who ask at the same time: it counts as done then.
    pub(super) fn is_due(&self, now: Timestamp, fresh_for: Duration) -> bool {
        let at = self.looked_at.load(Ordering::Relaxed);
        // A clock that was set back says nothing about age.
        let is_fresh = at <= now.as_millis() && now.since(Timestamp(at)) < fresh_for;
        let claim =
            || self.looked_at.compare_exchange(at, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
        !is_fresh && claim().is_ok()
    }

    /// The key to sign with: of the `wanted` kind, or RSA for an actor that has no other. One that was replaced by
    /// `expired` signs nothing any more.
    pub(super) fn choose(
        &self,
        wanted: KeyAlgorithm,
        choice: KeyChoice,
        expired: Timestamp,
    ) -> Result<Arc<Held>, SignError> {
        let of_kind = |kind: KeyAlgorithm| self.keys.iter().filter(move |key| key.algorithm == kind);
        let present = |kind| of_kind(kind).find(|key| key.former.is_none());
        let kind = [wanted, KeyAlgorithm::Rsa].into_iter().find(|kind| present(*kind).is_some());
        let (Some(kind), Some(present)) = (kind, kind.and_then(present)) else {
            return Err(SignError::NoKey);
        };
        let mut former: Vec<(&Kept, &Former)> = of_kind(kind)
            .filter_map(|key| Some((key, key.former.as_ref()?)))
            .filter(|(_, former)| former.retired_at.is_after(expired))
            .collect();
        // Stable, so those of which no news is on the log stay in the order in which the actor had them.
        former.sort_by_key(|(_, former)| former.until.unwrap_or(i64::MAX));
        let for_place = |place| {
            let before = former.iter().find(|(_, former)| former.signs(place));
            before.map_or(present, |(key, _)| key)
        };
        let chosen = match choice {
            KeyChoice::Present => present,
            KeyChoice::ForPlace(place) | KeyChoice::ForNews(place) => for_place(place),
            KeyChoice::Instead(place, tried) => {
                let latest_first = former.iter().rev().map(|(key, _)| *key);
                let mut others = [for_place(place), present].into_iter().chain(latest_first);
                others.find(|key| key.mark != tried).ok_or(SignError::NoOtherKey)?
            }
        };
        chosen.held.clone().ok_or(SignError::BadKey)
    }
}

fn mark_of(key: &SigningKey) -> KeyMark {
    let mut hasher = DefaultHasher::new();
    (&key.key_id, &key.private_key).hash(&mut hasher);
    KeyMark(hasher.finish())
}

fn parse(key: &SigningKey, mark: KeyMark) -> Option<Arc<Held>> {
    let id = Iri::parse(&key.key_id).ok()?;
    let pair = KeyPair::from_pkcs8(&key.private_key).ok()?;
    Some(Arc::new(Held { id, pair, mark }))
}
