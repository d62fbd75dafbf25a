//! Steps 4 to 9: what the headers say, without looking into the body or anywhere else.

use guildhall_activitypub::digest;
use guildhall_activitypub::signature::{ParsedSignature, RequestParts};
use http::{HeaderMap, Method, header};

use super::Rejection;
use crate::Federation;
use crate::inbound::InboxRequest;

/// Headers that may occur once: a second one would be a second opinion.
const SINGLE: [&str; 7] =
    ["host", "date", "digest", "content-digest", "signature", "signature-input", "content-type"];

/// A request whose headers are in order; its signature is not verified yet.
pub(super) struct Head {
    pub(super) signature: ParsedSignature,
}

/// Steps 4 to 9 of a POST.
pub(super) fn check(federation: &Federation, request: &InboxRequest) -> Result<Head, Rejection> {
    single(&request.headers)?;
    host(federation, &request.headers, request.authority.as_deref())?;
    digest::check(&request.headers, &request.body)?;
    let signature = ParsedSignature::from_headers(&request.headers)?;
    let parts = parts(federation, &Method::POST, &request.target, &request.headers);
    timely(federation, &signature, &parts, true)?;
    Ok(Head { signature })
}

/// Steps 8 and 9: all that matters is signed, and the signed time is near.
pub(super) fn timely(
    federation: &Federation,
    signature: &ParsedSignature,
    parts: &RequestParts<'_>,
    has_body: bool,
) -> Result<(), Rejection> {
    signature.check_covers(parts, has_body)?;
    let now = federation.app.now().as_millis();
    signature.check_time(now, &federation.config.limits.inbox.signature())?;
    Ok(())
}

/// The request as its sender must have seen it: scheme and host are ours by configuration, whatever a proxy says.
pub(super) fn parts<'a>(
    federation: &'a Federation,
    method: &'a Method,
    target: &'a str,
    headers: &'a HeaderMap,
) -> RequestParts<'a> {
    let site = &federation.app.site;
    let scheme = if site.base_url.starts_with("http:") { "http" } else { "https" };
    RequestParts { method, path_and_query: target, scheme, authority: &site.host, headers }
}

/// Step 4.
pub(super) fn single(headers: &HeaderMap) -> Result<(), Rejection> {
    let doubled = SINGLE.into_iter().find(|name| headers.get_all(*name).iter().nth(1).is_some());
    doubled.map_or(Ok(()), |name| Err(Rejection::DoubleHeader(name)))
}

/// Step 5: `Host`, and the authority of the request line where there is one, are ours.
pub(super) fn host(
    federation: &Federation,
    headers: &HeaderMap,
    authority: Option<&str>,
) -> Result<(), Rejection> {
    let given = headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default());
    let site = &federation.app.site;
    let default_port = if site.base_url.starts_with("http:") { ":80" } else { ":443" };
    let is_ours = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.strip_suffix(default_port).unwrap_or(&name) == site.host
    };
    let mut named = given.into_iter().chain(authority).peekable();
    if named.peek().is_some() && named.all(is_ours) { Ok(()) } else { Err(Rejection::WrongHost) }
}
