//! One request, truly signed by either scheme: what a forged header must not pass for.

use std::sync::LazyLock;

use guildhall_activitypub::{
    Iri, KeyPair,
    signature::{Outgoing, RequestParts, sign_cavage, sign_rfc9421},
};
use http::{HeaderMap, Method};

pub(crate) const PATH: &str = "/inbox?a=b";
pub(crate) const NOW_MS: i64 = 1_795_305_028_000;
const BODY: &[u8] = b"{}";

/// A key for all runs, so that a kept input means the same in each: the PKCS #8 of an Ed25519 seed of zeroes.
pub(crate) static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let pkcs8: Vec<u8> = head.into_iter().chain([0; 32]).collect();
    KeyPair::from_pkcs8(&pkcs8).unwrap_or_else(|error| panic!("the key is not read: {error}"))
});

static CAVAGE: LazyLock<HeaderMap> = LazyLock::new(|| sign(false));
static RFC9421: LazyLock<HeaderMap> = LazyLock::new(|| sign(true));

/// The headers as draft-cavage-http-signatures-12 signs them.
pub(crate) fn cavage() -> &'static HeaderMap {
    &CAVAGE
}

/// The headers as RFC 9421 signs them.
pub(crate) fn rfc9421() -> &'static HeaderMap {
    &RFC9421
}

/// The request with these headers.
pub(crate) fn request(headers: &HeaderMap) -> RequestParts<'_> {
    RequestParts {
        method: &Method::POST,
        path_and_query: PATH,
        scheme: "https",
        authority: "b.example",
        headers,
    }
}

fn sign(modern: bool) -> HeaderMap {
    let id = |text: &str| Iri::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let url = id("https://b.example/inbox?a=b");
    let key = id("https://a.example/u#key");
    let request = Outgoing {
        method: &Method::POST,
        url: &url,
        body: Some(BODY),
        now_ms: NOW_MS,
        synchronization: None,
    };
    let sign = if modern { sign_rfc9421 } else { sign_cavage };
    sign(&request, &key, &KEY).unwrap_or_else(|error| panic!("signing failed: {error}"))
}
