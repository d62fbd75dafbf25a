//! What was asked for in vain a short while ago.

use std::time::Duration;

use guildhall_domain::Timestamp;
use moka::sync::Cache;

use super::FetchError;

/// URLs that gave nothing, with the reason. Asked before an unverified request makes us fetch.
pub(super) struct Failures {
    entries: Cache<String, (FetchError, Timestamp)>,
    ttl: Duration,
}

impl Failures {
    pub(super) fn new(ttl: Duration) -> Self {
        // By the instance's clock, not the cache's: moka only bounds the number.
        Self { entries: Cache::new(10_000), ttl }
    }

    /// Notes that `url` gave nothing.
    pub(super) fn note(&self, url: &str, error: FetchError, now: Timestamp) {
        self.entries.insert(url.to_owned(), (error, now));
    }

    /// Why `url` gave nothing, if that is not long ago.
    pub(super) fn recent(&self, url: &str, now: Timestamp) -> Option<FetchError> {
        let (error, at) = self.entries.get(url)?;
        at.is_within(self.ttl, now).then_some(error)
    }

    /// Forgets about `url`.
    pub(super) fn clear(&self, url: &str) {
        self.entries.invalidate(url);
    }
}
