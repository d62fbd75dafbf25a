//! How other software signs its requests: all of these ways were recorded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guildhall_activitypub::signature::{Outgoing, Scheme, format_http_date, sign_rfc9421};
use guildhall_activitypub::{ACTIVITY_JSON, Iri, KeyPair, LD_JSON, digest};
use guildhall_domain::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::PeerActor;

/// What the id of a key looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyIdStyle {
    /// `…/users/alice#main-key`: Mastodon and most.
    MainKey,
    /// `…/uid/1#key`: NodeBB.
    Key,
    /// `…/users/alice/main-key`, which serves a stub of the actor: GoToSocial.
    Path,
}

impl KeyIdStyle {
    /// The id of an actor's key.
    pub fn of(self, actor: &Iri) -> String {
        match self {
            Self::MainKey => format!("{actor}#main-key"),
            Self::Key => format!("{actor}#key"),
            Self::Path => format!("{actor}/main-key"),
        }
    }
}

/// How requests are signed.
#[derive(Debug, Clone)]
pub struct Signing {
    /// draft-cavage or RFC 9421.
    pub scheme: Scheme,
    /// draft-cavage: what is signed, in its order.
    pub covered: String,
    /// draft-cavage: the algorithm's name.
    pub algorithm: String,
    /// draft-cavage: the algorithm is named after the signature, not before it.
    pub algorithm_last: bool,
    /// What new actors' keys are called.
    pub key_id: KeyIdStyle,
    /// RFC 9421: sign with Ed25519.
    pub ed25519: bool,
    /// The media type of what is sent.
    pub content_type: String,
    /// How far the clock is ahead, in milliseconds.
    pub ahead_ms: i64,
}

impl Signing {
    /// As a software does it; what was not recorded signs as Mastodon does.
    pub fn of(software: &str) -> Self {
        let usual = "(request-target) host date digest";
        let with_type = "(request-target) host date digest content-type";
        let (covered, algorithm, key_id, content_type) = match software {
            "gotosocial" => (usual, "hs2019", KeyIdStyle::Path, LD_JSON),
            "nodebb" => (usual, "hs2019", KeyIdStyle::Key, LD_JSON),
            "lemmy" => (
                "(request-target) content-type date digest host",
                "hs2019",
                KeyIdStyle::MainKey,
                ACTIVITY_JSON,
            ),
            "mitra" => (usual, "rsa-sha256", KeyIdStyle::MainKey, LD_JSON),
            "snac" => ("(request-target) host digest date", "rsa-sha256", KeyIdStyle::MainKey, ACTIVITY_JSON),
            _ => (with_type, "rsa-sha256", KeyIdStyle::MainKey, ACTIVITY_JSON),
        };
        Self {
            scheme: Scheme::Cavage,
            covered: covered.to_owned(),
            algorithm: algorithm.to_owned(),
            algorithm_last: matches!(software, "nodebb" | "takahe"),
            key_id,
            ed25519: false,
            content_type: content_type.to_owned(),
            ahead_ms: 0,
        }
    }

    /// As a recorded `Signature` header of draft-cavage was made.
    pub(crate) fn recorded(signature: &str, content_type: &str) -> Self {
        let at = |name: &str| signature.find(&format!("{name}=\"")).expect("the parameter");
        Self {
            covered: parameter(signature, "headers").to_owned(),
            algorithm: parameter(signature, "algorithm").to_owned(),
            algorithm_last: at("algorithm") > at("signature"),
            content_type: content_type.to_owned(),
            ..Self::of("mastodon")
        }
    }

    /// By RFC 9421, with RSA.
    pub fn rfc9421() -> Self {
        Self { scheme: Scheme::Rfc9421, ..Self::of("mastodon") }
    }

    /// By RFC 9421, with Ed25519.
    pub fn ed25519() -> Self {
        Self { ed25519: true, ..Self::rfc9421() }
    }

    /// With a clock that is wrong.
    #[must_use]
    pub fn ahead_by_ms(self, ahead_ms: i64) -> Self {
        Self { ahead_ms, ..self }
    }

    /// The headers of a POST of `body` to `url`.
    pub(super) fn sign(&self, actor: &PeerActor, url: &Iri, body: &[u8], now: Timestamp) -> HeaderMap {
        let now_ms = now.as_millis() + self.ahead_ms;
        let mut headers = match self.scheme {
            Scheme::Cavage => self.sign_cavage(actor, url, body, now_ms),
            Scheme::Rfc9421 => {
                let outgoing =
                    Outgoing { method: &Method::POST, url, body: Some(body), now_ms, synchronization: None };
                let (key_id, key) = self.key_of(actor);
                sign_rfc9421(&outgoing, key_id, key).unwrap()
            }
        };
        headers.insert("content-type", value(&self.content_type));
        headers
    }

    fn key_of<'a>(&self, actor: &'a PeerActor) -> (&'a Iri, &'a KeyPair) {
        if self.ed25519 { (&actor.ed25519_id, &actor.ed25519) } else { (&actor.key_id, &actor.rsa) }
    }

    fn sign_cavage(&self, actor: &PeerActor, url: &Iri, body: &[u8], now_ms: i64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("host", value(url.authority()));
        headers.insert("date", value(&format_http_date(now_ms).unwrap()));
        headers.insert("digest", value(&digest::digest_header(body)));
        headers.insert("content-type", value(&self.content_type));
        let line = |name: &str| match name {
            "(request-target)" => format!("(request-target): post {}", url.path_and_query()),
            name => format!("{name}: {}", headers[name].to_str().unwrap()),
        };
        let text: Vec<String> = self.covered.split(' ').map(line).collect();
        let signature = STANDARD.encode(actor.rsa.sign(text.join("\n").as_bytes()).unwrap());
        let (key_id, covered, algorithm) = (&actor.key_id, &self.covered, &self.algorithm);
        let algorithm = format!("algorithm=\"{algorithm}\"");
        let rest = format!("headers=\"{covered}\",signature=\"{signature}\"");
        let signature = if self.algorithm_last {
            format!("keyId=\"{key_id}\",{rest},{algorithm}")
        } else {
            format!("keyId=\"{key_id}\",{algorithm},{rest}")
        };
        headers.insert(HeaderName::from_static("signature"), value(&signature));
        headers
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

/// A parameter of a recorded `Signature` header.
pub(crate) fn parameter<'a>(signature: &'a str, name: &str) -> &'a str {
    let (_, rest) = signature.split_once(&format!("{name}=\"")).expect("the parameter");
    rest.split_once('"').expect("a closing quote").0
}
