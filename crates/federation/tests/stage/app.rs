//! Ports for tests: a clock that is moved by hand, keys made once.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicI64, Ordering},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use guildhall_activitypub::{KeyPair, PublicKey};
use guildhall_app::{
    App, Signals, Site,
    port::{Clock, KeyMint, NewKeys, PortFuture, Rng},
};
use guildhall_domain::Timestamp;
use guildhall_federation::fetch::Offline;
use guildhall_store::db::{Db, IdGenerator};

pub(crate) const HOST: &str = "guild.example";
pub(crate) const BASE: &str = "https://guild.example";

/// 2026-03-01T12:00:00Z, until it is moved.
pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_772_366_400_000))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

struct NoChance;

impl Rng for NoChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

struct SameKeys;

impl KeyMint for SameKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        let (rsa, ed25519) = key_pairs();
        let keys = NewKeys {
            rsa: (spki(rsa.public()), rsa.to_pkcs8().unwrap()),
            ed25519: (spki(ed25519.public()).split_off(12), ed25519.to_pkcs8().unwrap()),
        };
        Box::pin(async { keys })
    }
}

/// The keys of everybody, since making them takes long.
pub(crate) fn key_pairs() -> &'static (KeyPair, KeyPair) {
    static KEYS: LazyLock<(KeyPair, KeyPair)> =
        LazyLock::new(|| (KeyPair::generate_rsa().unwrap(), KeyPair::generate_ed25519().unwrap()));
    &KEYS
}

pub(crate) fn spki(key: &PublicKey) -> Vec<u8> {
    let pem = key.to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

pub(crate) fn app(store: Db, clock: Arc<TestClock>) -> App {
    let site = Site {
        base_url: BASE.into(),
        host: HOST.into(),
        name: "The Guild".into(),
        description: "Gardeners.".into(),
        allow_list_only: false,
        absence: std::time::Duration::ZERO,
        groups_per_person: 20,
    };
    App {
        store,
        ids: Arc::new(IdGenerator::new(1).unwrap()),
        site: Arc::new(site),
        clock,
        rng: Arc::new(NoChance),
        keys: Arc::new(SameKeys),
        resolver: Arc::new(Offline),
        signals: Arc::new(Signals::default()),
    }
}
