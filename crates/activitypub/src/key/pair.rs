//! Key pairs of our own actors, parsed once and cheap to copy.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};

use super::{KeyError, KeyKind, PublicKey};

/// A private key with its public half. Printing it shows the public half only.
#[derive(Clone)]
pub struct KeyPair {
    private: Private,
    public: PublicKey,
}

#[derive(Clone)]
enum Private {
    Rsa(Arc<signature::RsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl KeyPair {
    /// Makes an RSA-2048 pair; takes about 100 ms.
    pub fn generate_rsa() -> Result<Self, KeyError> {
        let pair = signature::RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Failed)?;
        Self::from_rsa(pair)
    }

    /// Makes an Ed25519 pair; takes microseconds.
    pub fn generate_ed25519() -> Result<Self, KeyError> {
        Self::from_ed25519(Ed25519KeyPair::generate().map_err(|_| KeyError::Failed)?)
    }

    /// Reads PKCS#8 DER of either kind.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Self::from_ed25519(pair);
        }
        Self::from_rsa(signature::RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?)
    }

    /// Writes PKCS#8 DER. Keep it secret.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der: Pkcs8V1Der<'_> = match &self.private {
            Private::Rsa(pair) => pair.as_der(),
            Private::Ed25519(pair) => pair.as_der(),
        }
        .map_err(|_| KeyError::Failed)?;
        Ok(der.as_ref().to_vec())
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// RSA or Ed25519.
    pub fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    /// Signs: RSA with PKCS#1 v1.5 and SHA-256 (about 0.4 ms), or Ed25519 (about 16 µs).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Failed)?;
                Ok(signature)
            }
            Private::Ed25519(pair) => {
                Ok(pair.try_sign(message).map_err(|_| KeyError::Failed)?.as_ref().to_vec())
            }
        }
    }

    fn from_rsa(pair: signature::RsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_rsa_der(pair.public_key().as_ref())?;
        Ok(Self { private: Private::Rsa(Arc::new(pair)), public })
    }

    fn from_ed25519(pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_ed25519_bytes(pair.public_key().as_ref())?;
        Ok(Self { private: Private::Ed25519(Arc::new(pair)), public })
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:?})", self.public)
    }
}
