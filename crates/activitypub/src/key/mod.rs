//! Keys of actors: RSA for signatures everywhere, Ed25519 for RFC 9421 and object proofs.

mod multikey;
mod pair;
mod pem;
mod public;

pub use pair::KeyPair;
pub use public::PublicKey;

/// The two kinds of keys in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA of at least 2048 bits, with PKCS#1 v1.5 padding and SHA-256.
    Rsa,
    /// Ed25519
    Ed25519,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Neither PEM nor Multikey, or damaged.
    #[error("not a key in a known form")]
    Malformed,
    /// A kind of key that nobody here signs with.
    #[error("neither RSA nor Ed25519")]
    UnknownKind,
    /// RSA below 2048 or above 8192 bits, or another flaw.
    #[error("key is too weak or broken")]
    Rejected,
    /// The library could not make or use the key.
    #[error("the cryptographic library failed")]
    Failed,
}
