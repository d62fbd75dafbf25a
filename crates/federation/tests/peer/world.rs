//! Time, chance and keys that do as they are told.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guildhall_activitypub::KeyPair;
use guildhall_app::port::{Clock, KeyMint, NewKeys, PortFuture, Rng};
use guildhall_domain::Timestamp;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn at(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Fills with one byte.
pub(crate) struct NoChance;

impl Rng for NoChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// One RSA pair for all of a test process: making it takes longer than the test.
pub(crate) fn rsa() -> KeyPair {
    static PAIR: OnceLock<KeyPair> = OnceLock::new();
    PAIR.get_or_init(|| KeyPair::generate_rsa().unwrap()).clone()
}

/// The same pair for every new actor.
pub(crate) struct FixedKeys;

impl KeyMint for FixedKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        Box::pin(async {
            let ed25519 = KeyPair::generate_ed25519().unwrap();
            NewKeys {
                rsa: (spki(&rsa()), rsa().to_pkcs8().unwrap()),
                ed25519: (spki(&ed25519).split_off(12), ed25519.to_pkcs8().unwrap()),
            }
        })
    }
}

fn spki(pair: &KeyPair) -> Vec<u8> {
    use base64::Engine as _;
    let pem = pair.public().to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}
