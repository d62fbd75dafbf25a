//! HTTP signatures: draft-cavage-http-signatures-12 and RFC 9421, verified and made.
//!
//! In the order of the inbox: [`ParsedSignature::from_headers`] → [`ParsedSignature::check_covers`] →
//! [`ParsedSignature::check_time`] → look up the key of [`ParsedSignature::key_id`] →
//! [`ParsedSignature::verify`]. The body's digest is [`crate::digest`]'s, the `Host` header's value the caller's.

mod base;
mod cavage;
mod component;
mod error;
mod http_date;
mod parsed;
mod rfc9421;
mod scan;
mod sign;

pub use error::SignatureError;
pub use http_date::{format_http_date, parse_http_date};
pub use parsed::{Algorithm, ParsedSignature};
pub use sign::{Outgoing, sign_cavage, sign_rfc9421};

use http::{HeaderMap, Method};

/// The two ways to sign a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// draft-cavage-http-signatures-12: everybody.
    Cavage,
    /// RFC 9421: Mastodon 4.5 and others.
    Rfc9421,
}

/// How old a signature may be, and how far our clocks may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The greatest age, in milliseconds.
    pub max_age_ms: i64,
    /// How far in the future it may lie, in milliseconds.
    pub max_ahead_ms: i64,
}

impl Default for Limits {
    /// One hour back, five minutes ahead.
    fn default() -> Self {
        Self { max_age_ms: 3_600_000, max_ahead_ms: 300_000 }
    }
}

/// The request as the sender must have seen it.
#[derive(Debug, Clone, Copy)]
pub struct RequestParts<'a> {
    /// The method.
    pub method: &'a Method,
    /// Path and query exactly as in the request line.
    pub path_and_query: &'a str,
    /// The scheme under which we are reached, from configuration: `https` or `http`.
    pub scheme: &'a str,
    /// Our own `host` or `host:port`, from configuration; also stands in for a missing `Host` (HTTP/2).
    pub authority: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
}
