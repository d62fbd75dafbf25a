//! No header passes for one that the key's holder did not make, and no parameter counts twice.

use guildhall_activitypub::signature::{Limits, ParsedSignature, Scheme, SignatureError};
use http::{HeaderMap, HeaderValue};

use crate::signed::{self, KEY, NOW_MS};

/// The parameters that decide something.
const PARAMETERS: [&str; 6] = [
    "keyId=\"x\"",
    "algorithm=\"hs2019\"",
    "headers=\"date\"",
    "signature=\"AA==\"",
    "created=1",
    "expires=1",
];

pub(super) fn holds(data: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let genuine = signed::cavage();
    let headers = with(genuine, value);
    let Ok(parsed) = ParsedSignature::from_headers(&headers) else { return };
    assert_eq!(parsed.scheme(), Scheme::Cavage);
    let request = signed::request(&headers);
    let _ =
        (parsed.key_id(), parsed.check_time(NOW_MS, &Limits::default()), parsed.check_covers(&request, true));

    let covered: Vec<_> = parsed.covered().collect();
    assert!((1..=32).contains(&covered.len()));
    assert!(covered.iter().enumerate().all(|(index, name)| !covered[..index].contains(name)), "{covered:?}");
    is_refused_with_a_parameter_twice(&headers);
    if parsed.verify(&request, KEY.public()).is_ok() {
        let own = ParsedSignature::from_headers(genuine).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(covered, own.covered().collect::<Vec<_>>(), "a signature over something else");
    }
}

/// Whether a parameter is in the header already or not, two more are one too many.
fn is_refused_with_a_parameter_twice(headers: &HeaderMap) {
    let text = headers["signature"].to_str().unwrap_or_default();
    for parameter in PARAMETERS {
        let Ok(value) = HeaderValue::from_str(&format!("{text},{parameter},{parameter}")) else { continue };
        let refused = ParsedSignature::from_headers(&with(headers, value));
        assert!(
            matches!(refused, Err(SignatureError::Doubled(_) | SignatureError::Malformed(_))),
            "{parameter} counts twice"
        );
    }
}

fn with(headers: &HeaderMap, signature: HeaderValue) -> HeaderMap {
    let mut headers = headers.clone();
    headers.insert("signature", signature);
    headers
}
