//! Signing our own requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{DATE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::component::Component;
use super::{RequestParts, base, format_http_date};
use crate::digest::{content_digest_header, digest_header};
use crate::key::{KeyError, KeyKind};
use crate::synchronization::COLLECTION_SYNCHRONIZATION;
use crate::{Iri, KeyPair};

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const DIGEST: HeaderName = HeaderName::from_static("digest");
const SYNCHRONIZATION: HeaderName = HeaderName::from_static(COLLECTION_SYNCHRONIZATION);
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// A request that is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// GET or POST.
    pub method: &'a Method,
    /// Where it goes.
    pub url: &'a Iri,
    /// What it carries.
    pub body: Option<&'a [u8]>,
    /// The time to put on it, in milliseconds.
    pub now_ms: i64,
    /// A `Collection-Synchronization` header to go with it (FEP-8fcf), which is signed too.
    pub synchronization: Option<&'a str>,
}

/// Signs by draft-cavage-http-signatures-12: `(request-target) host date`, with a body also `digest`.
///
/// Gives the headers to add: `Host`, `Date`, `Digest` (with a body) and `Signature`.
pub fn sign_cavage(request: &Outgoing<'_>, key_id: &Iri, key: &KeyPair) -> Result<HeaderMap, KeyError> {
    let mut headers = dated(request)?;
    let mut names = "(request-target) host date".to_owned();
    let mut text = format!(
        "(request-target): {} {}\nhost: {}\ndate: {}",
        request.method.as_str().to_ascii_lowercase(),
        request.url.path_and_query(),
        request.url.authority(),
        headers.get(DATE).and_then(|date| date.to_str().ok()).unwrap_or_default(),
    );
    if let Some(body) = request.body {
        let digest = digest_header(body);
        names.push_str(" digest");
        text.push_str("\ndigest: ");
        text.push_str(&digest);
        headers.insert(DIGEST, header_value(&digest)?);
    }
    if let Some(synchronization) = request.synchronization {
        for part in [" ", COLLECTION_SYNCHRONIZATION] {
            names.push_str(part);
        }
        for part in ["\n", COLLECTION_SYNCHRONIZATION, ": ", synchronization] {
            text.push_str(part);
        }
        headers.insert(SYNCHRONIZATION, header_value(synchronization)?);
    }
    // `hs2019` means "as the key says"; for RSA the older name is understood by more.
    let algorithm = match key.kind() {
        KeyKind::Rsa => "rsa-sha256",
        KeyKind::Ed25519 => "hs2019",
    };
    let signature = STANDARD.encode(key.sign(text.as_bytes())?);
    let value =
        format!("keyId=\"{key_id}\",algorithm=\"{algorithm}\",headers=\"{names}\",signature=\"{signature}\"");
    headers.insert(SIGNATURE, header_value(&value)?);
    Ok(headers)
}

/// Signs by RFC 9421: `@method`, `@target-uri`, with a body also `content-digest`; `created`, `keyid` and `alg`.
///
/// Gives the headers to add: `Host`, `Date`, `Content-Digest` (with a body), `Signature-Input` and `Signature`.
pub fn sign_rfc9421(request: &Outgoing<'_>, key_id: &Iri, key: &KeyPair) -> Result<HeaderMap, KeyError> {
    let mut headers = dated(request)?;
    let mut covered = vec![Component::Method, Component::TargetUri];
    if let Some(body) = request.body {
        headers.insert(CONTENT_DIGEST, header_value(&content_digest_header(body))?);
        covered.push(Component::Header(CONTENT_DIGEST.as_str().to_owned()));
    }
    if let Some(synchronization) = request.synchronization {
        headers.insert(SYNCHRONIZATION, header_value(synchronization)?);
        covered.push(Component::Header(COLLECTION_SYNCHRONIZATION.to_owned()));
    }
    let input = signature_input(&covered, request, key_id, key.kind());
    let parts = RequestParts {
        method: request.method,
        path_and_query: request.url.path_and_query(),
        scheme: request.url.scheme(),
        authority: request.url.authority(),
        headers: &headers,
    };
    let text = base::rfc9421(&covered, &input, &parts).map_err(|_| KeyError::Failed)?;
    let signature = STANDARD.encode(key.sign(text.as_bytes())?);
    headers.insert(SIGNATURE_INPUT, header_value(&format!("sig1={input}"))?);
    headers.insert(SIGNATURE, header_value(&format!("sig1=:{signature}:"))?);
    Ok(headers)
}

fn signature_input(covered: &[Component], request: &Outgoing<'_>, key_id: &Iri, kind: KeyKind) -> String {
    let names: Vec<_> = covered.iter().map(|component| format!("\"{}\"", component.name())).collect();
    let algorithm = match kind {
        KeyKind::Rsa => "rsa-v1_5-sha256",
        KeyKind::Ed25519 => "ed25519",
    };
    let created = request.now_ms.div_euclid(1000);
    // In this order: the crate httpsig, and what is built on it, rebuilds the list in its own order.
    format!("({});created={created};alg=\"{algorithm}\";keyid=\"{key_id}\"", names.join(" "))
}

fn dated(request: &Outgoing<'_>) -> Result<HeaderMap, KeyError> {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, header_value(request.url.authority())?);
    headers.insert(DATE, header_value(&format_http_date(request.now_ms).ok_or(KeyError::Failed)?)?);
    Ok(headers)
}

fn header_value(text: &str) -> Result<HeaderValue, KeyError> {
    HeaderValue::from_str(text).map_err(|_| KeyError::Failed)
}
