//! Multikey (FEP-521a): base58 of a code for the kind of key and its bytes, after a `z`.

use super::{KeyError, KeyKind};

/// Multicodec `ed25519-pub` (0xed) as a varint.
const ED25519: [u8; 2] = [0xed, 0x01];
/// Multicodec `rsa-pub` (0x1205) as a varint; the bytes are PKCS#1 DER.
const RSA: [u8; 2] = [0x85, 0x24];
/// No key is longer: base58 is decoded in quadratic time.
const MAX_BYTES: usize = 2048;

pub(super) fn decode(text: &str) -> Result<(KeyKind, Vec<u8>), KeyError> {
    let bytes = base58(text)?;
    let (code, key) = bytes.split_at_checked(2).ok_or(KeyError::Malformed)?;
    let kind = match code {
        code if code == ED25519 => KeyKind::Ed25519,
        code if code == RSA => KeyKind::Rsa,
        _ => return Err(KeyError::UnknownKind),
    };
    Ok((kind, key.to_vec()))
}

pub(super) fn encode(kind: KeyKind, key: &[u8]) -> String {
    let code = match kind {
        KeyKind::Ed25519 => ED25519,
        KeyKind::Rsa => RSA,
    };
    let mut bytes = code.to_vec();
    bytes.extend_from_slice(key);
    format!("z{}", bs58::encode(bytes).into_string())
}

fn base58(text: &str) -> Result<Vec<u8>, KeyError> {
    let digits = text.strip_prefix('z').filter(|digits| digits.len() <= MAX_BYTES);
    bs58::decode(digits.ok_or(KeyError::Malformed)?).into_vec().map_err(|_| KeyError::Malformed)
}
