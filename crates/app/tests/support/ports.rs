//! Time that the test moves, chance from a seed, keys that open nothing, and no other servers.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use guildhall_app::port::{Clock, KeyMint, NewKeys, PortFuture, RemoteResolver, ResolveError, Rng};
use guildhall_domain::{ActorId, Handle, Timestamp};

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.0))
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Bytes that count up: never the same twice, always the same in every run.
pub(crate) struct SeededRng(AtomicU64);

impl SeededRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }
}

/// The same bytes for every actor: nothing here signs.
pub(crate) struct DummyKeys;

impl KeyMint for DummyKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        Box::pin(async { NewKeys { rsa: (vec![1; 4], vec![2; 4]), ed25519: (vec![3; 32], vec![4; 4]) } })
    }
}

pub(crate) struct NoResolver;

impl RemoteResolver for NoResolver {
    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::NotFound) })
    }
}
