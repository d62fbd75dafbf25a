//! PEM (RFC 7468): one block of base64 between two lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::KeyError;

/// No public key is longer: 8192 bits of RSA are 1.5 kB.
const MAX_BYTES: usize = 8192;

/// Reads the first block: its label and what it holds.
pub(super) fn decode(text: &str) -> Result<(&str, Vec<u8>), KeyError> {
    let parts = || {
        let text = Some(text).filter(|text| text.len() <= MAX_BYTES)?;
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, rest) = rest.split_once("-----END ")?;
        rest.starts_with(label).then_some((label, body))
    };
    let (label, body) = parts().ok_or(KeyError::Malformed)?;
    // Some send the line breaks as `\n` in letters.
    let body = body.replace("\\n", "");
    let compact: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).map_err(|_| KeyError::Malformed)?;
    Ok((label, bytes))
}

/// Writes a block in lines of 64 characters.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let body = STANDARD.encode(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|&byte| char::from(byte)));
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
