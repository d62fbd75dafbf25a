//! A signature as its headers state it, and the checks that need no key.

use http::HeaderMap;

use super::component::Component;
use super::{Limits, RequestParts, Scheme, SignatureError, base, cavage, parse_http_date, rfc9421};
use crate::key::KeyKind;
use crate::{Iri, PublicKey};

/// How many parts a signature may cover.
pub(super) const MAX_COMPONENTS: usize = 32;
/// The longest signature or parameter list read, in bytes.
const MAX_HEADER: usize = 8192;

/// Headers that may occur once: the second one would be a second opinion.
const SINGLE: [&str; 7] =
    ["host", "date", "digest", "content-digest", "signature", "signature-input", "content-type"];

/// A signature that has been read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedSignature {
    pub(super) scheme: Scheme,
    pub(super) key_id: String,
    pub(super) algorithm: Algorithm,
    pub(super) covered: Vec<Component>,
    /// Seconds since 1970.
    pub(super) created: Option<i64>,
    /// Seconds since 1970.
    pub(super) expires: Option<i64>,
    /// The `Date` header in milliseconds.
    pub(super) date_ms: Option<i64>,
    /// RFC 9421: the list and its parameters as sent, which is signed too.
    pub(super) input: String,
    pub(super) signature: Vec<u8>,
}

/// What the signature says about how it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// As the key says (`hs2019`, or nothing).
    OfTheKey,
    /// `rsa-sha256`, `rsa-v1_5-sha256`
    RsaSha256,
    /// `ed25519`
    Ed25519,
}

impl ParsedSignature {
    /// Reads the signature of a request, by whichever scheme it was made.
    ///
    /// # Errors
    /// [`SignatureError::Missing`] when there is none (an `Authorization` header is none); an error that says what
    /// is wrong when headers or parameters are doubled, unknown or unreadable.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, SignatureError> {
        for name in SINGLE {
            if headers.get_all(name).iter().nth(1).is_some() {
                return Err(SignatureError::Doubled(name.to_owned()));
            }
        }
        let signature = text(headers, "signature")?;
        let input = text(headers, "signature-input")?;
        let mut parsed = match (signature, input) {
            (None, _) => return Err(SignatureError::Missing),
            (Some(signature), None) => cavage::parse(signature)?,
            (Some(signature), Some(input)) => rfc9421::parse(input, signature)?,
        };
        parsed.date_ms = text(headers, "date")?.and_then(parse_http_date);
        Ok(parsed)
    }

    /// By which scheme it was made.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The id of the key it says to be made with.
    ///
    /// # Errors
    /// [`SignatureError::KeyId`] when it is no http(s) URL of at most 2 KiB.
    pub fn key_id(&self) -> Result<Iri, SignatureError> {
        Iri::parse(&self.key_id).map_err(|_| SignatureError::KeyId)
    }

    /// How it says to be made.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What it covers, in the scheme's own words.
    pub fn covered(&self) -> impl Iterator<Item = &str> {
        self.covered.iter().map(Component::name)
    }

    /// Checks that everything that matters is signed: method, target, host, time, and the digest of a body.
    ///
    /// # Errors
    /// [`SignatureError::NotCovered`] names the first part that is not.
    pub fn check_covers(&self, request: &RequestParts<'_>, has_body: bool) -> Result<(), SignatureError> {
        match self.scheme {
            Scheme::Cavage => self.check_covers_cavage(has_body),
            Scheme::Rfc9421 => self.check_covers_rfc9421(request.path_and_query.contains('?'), has_body),
        }
    }

    fn check_covers_cavage(&self, has_body: bool) -> Result<(), SignatureError> {
        self.need(&Component::RequestTarget, "(request-target)")?;
        self.need_header("host")?;
        if !self.covers(&Component::Created) {
            self.need_header("date")?;
        }
        if has_body { self.need_header("digest") } else { Ok(()) }
    }

    fn check_covers_rfc9421(&self, has_query: bool, has_body: bool) -> Result<(), SignatureError> {
        self.need(&Component::Method, "@method")?;
        if !self.covers(&Component::TargetUri) {
            self.need(&Component::Authority, "@target-uri")?;
            if !self.covers(&Component::FullRequestTarget) {
                self.need(&Component::Path, "@target-uri")?;
                if has_query {
                    self.need(&Component::Query, "@query")?;
                }
            }
        }
        if self.created.is_none() {
            return Err(SignatureError::NotCovered("created"));
        }
        if has_body { self.need_header("content-digest") } else { Ok(()) }
    }

    fn covers(&self, component: &Component) -> bool {
        self.covered.contains(component)
    }

    fn need(&self, component: &Component, name: &'static str) -> Result<(), SignatureError> {
        if self.covers(component) { Ok(()) } else { Err(SignatureError::NotCovered(name)) }
    }

    fn need_header(&self, name: &'static str) -> Result<(), SignatureError> {
        self.need(&Component::Header(name.to_owned()), name)
    }

    /// Checks every signed time against the clock, and `expires` whether signed or not.
    pub fn check_time(&self, now_ms: i64, limits: &Limits) -> Result<(), SignatureError> {
        if self.expires.is_some_and(|expires| to_ms(expires) <= now_ms) {
            return Err(SignatureError::Expired);
        }
        for signed_ms in self.signed_times()? {
            if signed_ms < now_ms.saturating_sub(limits.max_age_ms) {
                return Err(SignatureError::TooOld);
            }
            if signed_ms > now_ms.saturating_add(limits.max_ahead_ms) {
                return Err(SignatureError::FromTheFuture);
            }
        }
        Ok(())
    }

    /// In milliseconds; at least one.
    fn signed_times(&self) -> Result<Vec<i64>, SignatureError> {
        let mut times = Vec::new();
        if self.covers(&Component::Header("date".to_owned())) {
            times.push(self.date_ms.ok_or(SignatureError::Malformed("date"))?);
        }
        if self.scheme == Scheme::Rfc9421 || self.covers(&Component::Created) {
            times.extend(self.created.map(to_ms));
        }
        if times.is_empty() { Err(SignatureError::NotCovered("date")) } else { Ok(times) }
    }

    /// Checks the signature itself.
    ///
    /// # Errors
    /// [`SignatureError::WrongKeyKind`], [`SignatureError::HeaderMissing`] or [`SignatureError::Mismatch`].
    pub fn verify(&self, request: &RequestParts<'_>, key: &PublicKey) -> Result<(), SignatureError> {
        let fits = match self.algorithm {
            Algorithm::OfTheKey => true,
            Algorithm::RsaSha256 => key.kind() == KeyKind::Rsa,
            Algorithm::Ed25519 => key.kind() == KeyKind::Ed25519,
        };
        if !fits {
            return Err(SignatureError::WrongKeyKind);
        }
        for message in base::candidates(self, request)? {
            if key.verifies(message.as_bytes(), &self.signature) {
                return Ok(());
            }
        }
        Err(SignatureError::Mismatch)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, SignatureError> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.len() <= MAX_HEADER);
    text.map(Some).ok_or(SignatureError::Malformed(name))
}

fn to_ms(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}
