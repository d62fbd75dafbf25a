//! Time that stands still, chance that repeats, keys that sign nothing, and other servers that have nothing.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use guildhall_app::block_list::Validators;
use guildhall_app::port::{
    Clock, FetchedList, KeyMint, NewKeys, PortFuture, RemoteResolver, ResolveError, Rng,
};
use guildhall_domain::{ActorId, Handle, Timestamp};

/// 2026-03-01T12:00:00Z
const START: i64 = 1_772_366_400_000;

pub(crate) struct StandingClock(AtomicI64);

impl StandingClock {
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(START))
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Counts, so that no two secrets are the same.
#[derive(Default)]
pub(crate) struct CountingRng(AtomicU64);

impl Rng for CountingRng {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, number) in bytes.iter_mut().zip(count.iter().cycle()) {
            *byte = *number;
        }
    }
}

pub(crate) struct DummyKeys;

impl KeyMint for DummyKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        let keys = NewKeys { rsa: (vec![1], vec![2]), ed25519: (vec![3; 32], vec![4]) };
        Box::pin(async move { keys })
    }
}

/// Other servers: `down.example` does not answer, `blocked.example` must not be asked, the others know nobody.
pub(crate) struct EmptyWeb {
    pub(crate) asked: AtomicU64,
}

impl RemoteResolver for EmptyWeb {
    fn actor_by_handle<'a>(&'a self, handle: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let error = match handle.host.as_deref() {
            Some("down.example") => ResolveError::Unreachable("connection refused".into()),
            Some("blocked.example") => ResolveError::Blocked,
            _ => ResolveError::NotFound,
        };
        Box::pin(async { Err(error) })
    }

    fn block_list<'a>(
        &'a self,
        url: &'a str,
        _: &'a Validators,
    ) -> PortFuture<'a, Result<FetchedList, ResolveError>> {
        let text = match url {
            "https://lists.example/a.csv" => Ok("#domain,#severity\nfar.example,suspend\n"),
            "https://lists.example/page.html" => Ok("<!DOCTYPE html>\n"),
            _ => Err(ResolveError::NotFound),
        };
        let answer =
            text.map(|text| FetchedList::Text { text: text.to_owned(), validators: Validators::default() });
        Box::pin(async { answer })
    }
}
