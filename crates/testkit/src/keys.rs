//! Keys, made once a process: an RSA pair takes about 100 ms.

use std::sync::OnceLock;

use guildhall_activitypub::KeyPair;
use guildhall_app::port::{KeyMint, NewKeys, PortFuture};

/// RSA pairs of one process: the first is this instance's, peers share the others.
const POOL: usize = 3;

/// One of a few RSA pairs.
pub fn rsa(number: usize) -> KeyPair {
    static PAIRS: [OnceLock<KeyPair>; POOL] = [const { OnceLock::new() }; POOL];
    PAIRS[number % POOL].get_or_init(|| KeyPair::generate_rsa().unwrap()).clone()
}

/// An RSA pair for an actor of a peer, not this instance's.
pub(crate) fn rsa_of_peer(number: usize) -> KeyPair {
    rsa(1 + number % (POOL - 1))
}

/// Hands the same RSA pair to every new actor, each with an Ed25519 pair of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct StaticKeys;

impl KeyMint for StaticKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        Box::pin(async {
            let (rsa, ed25519) = (rsa(0), KeyPair::generate_ed25519().unwrap());
            let stored = |pair: &KeyPair| (pair.public().to_bytes(), pair.to_pkcs8().unwrap());
            NewKeys { rsa: stored(&rsa), ed25519: stored(&ed25519) }
        })
    }
}
