//! Public keys, parsed once and cheap to copy.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::{KeyError, KeyKind, multikey, pem};

/// The public half of an actor's key.
#[derive(Clone)]
pub struct PublicKey(Arc<Parsed>);

struct Parsed {
    kind: KeyKind,
    key: ParsedPublicKey,
    /// As a Multikey holds it. Ed25519: 32 bytes; RSA: PKCS#1 DER.
    bytes: Vec<u8>,
    /// As PEM holds it.
    spki: Vec<u8>,
}

/// An SPKI structure of Ed25519 up to the 32 bytes of the key (RFC 8410).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// PKCS#1 DER of 2048 bits: 256 bytes of modulus, one of sign, and at least 10 of structure and exponent.
const MIN_RSA_DER: usize = 256 + 11;
/// PKCS#1 DER of 8192 bits, with room for a long exponent.
const MAX_RSA_DER: usize = 1024 + 64;

impl PublicKey {
    /// Reads PEM: `PUBLIC KEY` (SPKI; RSA or Ed25519) or `RSA PUBLIC KEY` (PKCS#1).
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (label, der) = pem::decode(text)?;
        match label {
            "PUBLIC KEY" => match der.strip_prefix(&ED25519_SPKI) {
                Some(key) => Self::from_ed25519_bytes(key),
                None => Self::from_rsa_der(&der),
            },
            "RSA PUBLIC KEY" => Self::from_rsa_der(&der),
            _ => Err(KeyError::UnknownKind),
        }
    }

    /// Reads a Multikey: `z6Mk…` for Ed25519, `z4MX…` for RSA.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        match multikey::decode(text)? {
            (KeyKind::Ed25519, bytes) => Self::from_ed25519_bytes(&bytes),
            (KeyKind::Rsa, bytes) => Self::from_rsa_der(&bytes),
        }
    }

    /// Takes the 32 bytes of an Ed25519 key.
    pub fn from_ed25519_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::Malformed)?;
        let key = ParsedPublicKey::new(&ED25519, bytes).map_err(|_| KeyError::Rejected)?;
        let spki = [&ED25519_SPKI[..], &bytes].concat();
        Ok(Self(Arc::new(Parsed { kind: KeyKind::Ed25519, key, bytes: bytes.to_vec(), spki })))
    }

    /// Takes the DER of an RSA key, SPKI or PKCS#1.
    pub fn from_rsa_der(der: &[u8]) -> Result<Self, KeyError> {
        let public = rsa::PublicKey::from_der(der).map_err(|_| KeyError::Malformed)?;
        let bytes = public.as_ref().to_vec();
        if !(MIN_RSA_DER..=MAX_RSA_DER).contains(&bytes.len()) {
            return Err(KeyError::Rejected);
        }
        let spki = public.as_der().map_err(|_| KeyError::Failed)?.as_ref().to_vec();
        let key =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &bytes).map_err(|_| KeyError::Rejected)?;
        Ok(Self(Arc::new(Parsed { kind: KeyKind::Rsa, key, bytes, spki })))
    }

    /// Reads either form that [`PublicKey::to_text`] gives.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        if text.starts_with('z') { Self::from_multikey(text) } else { Self::from_pem(text) }
    }

    /// PEM for RSA, Multikey for Ed25519: the form in which actors publish each, and good for keeping.
    pub fn to_text(&self) -> String {
        match self.0.kind {
            KeyKind::Rsa => self.to_pem(),
            KeyKind::Ed25519 => self.to_multikey(),
        }
    }

    /// The form for keeping in a table: SPKI DER for RSA, the 32 bytes for Ed25519.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self.0.kind {
            KeyKind::Rsa => self.0.spki.clone(),
            KeyKind::Ed25519 => self.0.bytes.clone(),
        }
    }

    /// SPKI in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.0.spki)
    }

    /// The Multikey form.
    pub fn to_multikey(&self) -> String {
        multikey::encode(self.0.kind, &self.0.bytes)
    }

    /// RSA or Ed25519.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// Whether `signature` over `message` was made with this key's other half.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.key.verify_sig(message, signature).is_ok()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_multikey())
    }
}
