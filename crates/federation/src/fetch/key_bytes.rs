//! Public keys in the form the store keeps: SPKI DER for RSA, the raw 32 bytes for Ed25519.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guildhall_activitypub::PublicKey;
use guildhall_activitypub::key::KeyKind;
use guildhall_store::actor_key::KeyAlgorithm;

/// Length of an Ed25519 key, the last part of its SPKI structure (RFC 8410).
const ED25519_BYTES: usize = 32;

/// What is kept of a key.
pub(super) fn to_bytes(key: &PublicKey) -> Option<Vec<u8>> {
    let pem = key.to_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let spki = STANDARD.decode(body).ok()?;
    match key.kind() {
        KeyKind::Rsa => Some(spki),
        KeyKind::Ed25519 => spki.get(spki.len().checked_sub(ED25519_BYTES)?..).map(<[u8]>::to_vec),
    }
}

/// The key that was kept.
pub(super) fn from_bytes(algorithm: KeyAlgorithm, bytes: &[u8]) -> Option<PublicKey> {
    match algorithm {
        KeyAlgorithm::Ed25519 => PublicKey::from_ed25519_bytes(bytes).ok(),
        KeyAlgorithm::Rsa => {
            let body = STANDARD.encode(bytes);
            PublicKey::from_pem(&format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"))
                .ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use guildhall_activitypub::KeyPair;

    use super::*;

    #[test]
    fn a_kept_key_is_the_same_key() {
        for (pair, algorithm) in [
            (KeyPair::generate_rsa().unwrap(), KeyAlgorithm::Rsa),
            (KeyPair::generate_ed25519().unwrap(), KeyAlgorithm::Ed25519),
        ] {
            let bytes = to_bytes(pair.public()).unwrap();
            assert_eq!(from_bytes(algorithm, &bytes).as_ref(), Some(pair.public()));
        }
        let ed25519 = KeyPair::generate_ed25519().unwrap();
        assert_eq!(to_bytes(ed25519.public()).unwrap().len(), ED25519_BYTES);
    }
}
