//! Digests of bodies: `Digest` (RFC 3230, with draft-cavage) and `Content-Digest` (RFC 9530, with RFC 9421).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;

/// Why a body does not have the digest that its headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Neither header is there.
    #[error("no digest of the body")]
    Missing,
    /// A header occurs twice, or names one algorithm twice.
    #[error("two digests where one is allowed")]
    Doubled,
    /// The header cannot be read, or has neither SHA-256 nor SHA-512.
    #[error("digest in no known form")]
    Malformed,
    /// The body is another one.
    #[error("the body does not match its digest")]
    Mismatch,
}

impl DigestError {
    /// A stable name, for metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "digest-missing",
            Self::Doubled => "digest-doubled",
            Self::Malformed => "digest-malformed",
            Self::Mismatch => "digest-mismatch",
        }
    }
}

/// Checks the body against `Digest` and `Content-Digest`: whichever are there, at least one, must all match.
pub fn check(headers: &HeaderMap, body: &[u8]) -> Result<(), DigestError> {
    let old = single(headers, "digest")?;
    let new = single(headers, "content-digest")?;
    if old.is_none() && new.is_none() {
        return Err(DigestError::Missing);
    }
    old.map_or(Ok(()), |value| check_digest(value, body))?;
    new.map_or(Ok(()), |value| check_content_digest(value, body))
}

/// The `Digest` header for a body: `SHA-256=…`.
pub fn digest_header(body: &[u8]) -> String {
    format!("SHA-256={}", STANDARD.encode(digest(&SHA256, body)))
}

/// The `Content-Digest` header for a body: `sha-256=:…:`.
pub fn content_digest_header(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, body)))
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, DigestError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| DigestError::Malformed),
        _ => Err(DigestError::Doubled),
    }
}

/// `SHA-256=base64`, in any case; other algorithms beside it are ignored (RFC 3230 section 4.3.2).
fn check_digest(value: &str, body: &[u8]) -> Result<(), DigestError> {
    let entries = value.split(',').map(|entry| entry.trim().split_once('=').ok_or(DigestError::Malformed));
    check_entries(entries, body)
}

/// `sha-256=:base64:` and `sha-512=:base64:`; all that are known must match.
fn check_content_digest(value: &str, body: &[u8]) -> Result<(), DigestError> {
    let entries = value.split(',').map(|entry| {
        let (name, bytes) = entry.trim().split_once('=').ok_or(DigestError::Malformed)?;
        let bytes = bytes.strip_prefix(':').and_then(|bytes| bytes.strip_suffix(':'));
        Ok((name, bytes.ok_or(DigestError::Malformed)?))
    });
    check_entries(entries, body)
}

fn check_entries<'a>(
    entries: impl Iterator<Item = Result<(&'a str, &'a str), DigestError>>,
    body: &[u8],
) -> Result<(), DigestError> {
    let mut seen = [false; 2];
    for entry in entries {
        let (name, encoded) = entry?;
        let (index, algorithm) = match name.to_ascii_lowercase().as_str() {
            "sha-256" => (0, &SHA256),
            "sha-512" => (1, &SHA512),
            _ => continue,
        };
        if std::mem::replace(&mut seen[index], true) {
            return Err(DigestError::Doubled);
        }
        let claimed = STANDARD.decode(encoded).map_err(|_| DigestError::Malformed)?;
        verify_slices_are_equal(digest(algorithm, body).as_ref(), &claimed)
            .map_err(|_| DigestError::Mismatch)?;
    }
    if seen == [false; 2] { Err(DigestError::Malformed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    // RFC 9530 appendix D and RFC 9421 section B.2: the same body.
    const BODY: &[u8] = b"{\"hello\": \"world\"}";
    const SHA_256: &str = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
    const SHA_512: &str =
        "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn digests_of_the_standards_are_accepted() {
        for (name, value) in [
            ("digest", format!("SHA-256={SHA_256}")),
            ("digest", format!("sha-256={SHA_256}")),
            ("digest", format!("unixsum=30637,SHA-256={SHA_256}")),
            ("content-digest", format!("sha-256=:{SHA_256}:")),
            ("content-digest", format!("sha-512=:{SHA_512}:")),
            ("content-digest", format!("sha-512=:{SHA_512}:, sha-256=:{SHA_256}:")),
        ] {
            assert_eq!(check(&headers(&[(name, &value)]), BODY), Ok(()), "{name}: {value}");
        }
        let both =
            headers(&[("digest", &digest_header(BODY)), ("content-digest", &content_digest_header(BODY))]);
        assert_eq!(check(&both, BODY), Ok(()));
    }

    #[test]
    fn every_digest_that_is_there_must_match() {
        let right = digest_header(BODY);
        let wrong = content_digest_header(b"other");
        assert_eq!(check(&headers(&[("digest", &right)]), b"other"), Err(DigestError::Mismatch));
        let both = headers(&[("digest", &right), ("content-digest", &wrong)]);
        assert_eq!(check(&both, BODY), Err(DigestError::Mismatch));
        let wrong_sha512 = format!("sha-256=:{SHA_256}:, sha-512=:{SHA_256}:");
        assert_eq!(check(&headers(&[("content-digest", &wrong_sha512)]), BODY), Err(DigestError::Mismatch));
    }

    #[test]
    fn doubled_missing_and_strange_digests_are_told_apart() {
        let right = digest_header(BODY);
        let twice = format!("{right},{right}");
        for (pairs, error) in [
            (vec![], DigestError::Missing),
            (vec![("digest", right.as_str()), ("digest", right.as_str())], DigestError::Doubled),
            (vec![("digest", twice.as_str())], DigestError::Doubled),
            (vec![("digest", "MD5=abc")], DigestError::Malformed),
            (vec![("digest", "SHA-256")], DigestError::Malformed),
            (vec![("digest", "SHA-256=?")], DigestError::Malformed),
            (vec![("content-digest", "sha-256=abc")], DigestError::Malformed),
            (vec![("digest", "SHA-256=")], DigestError::Mismatch),
        ] {
            assert_eq!(check(&headers(&pairs), BODY), Err(error), "{pairs:?}");
        }
    }
}
