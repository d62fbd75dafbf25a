//! Step 14: the key, its owner, and the signature itself.

use guildhall_activitypub::Iri;
use guildhall_activitypub::signature::{ParsedSignature, RequestParts, SignatureError};
use http::Method;

use super::Rejection;
use super::claim::Claim;
use super::head::{self, Head};
use crate::Federation;
use crate::fetch::{KeyAge, KeyError, KnownKey};
use crate::inbound::InboxRequest;
use crate::net::ClientIp;

/// What a page that is fetched counts as among the bytes that its client has us hold: so few at a time for one client.
const FETCHED_BYTES: usize = 256 << 10;

/// Finds the key and verifies the signature of a POST.
pub(super) async fn check(
    federation: &Federation,
    request: &InboxRequest,
    head: &Head,
    key_id: &Iri,
    claim: &Claim,
) -> Result<KnownKey, Rejection> {
    let parts = head::parts(federation, &Method::POST, &request.target, &request.headers);
    // An actor that says farewell has no document any more that could be fetched again.
    let age = if claim.deletes_its_actor() { KeyAge::Any } else { KeyAge::Recent };
    check_with(federation, &head.signature, &parts, key_id, (age, request.client)).await
}

/// Finds the key and verifies the signature of any request. When a key that is not quite new fails, its owner may have
/// another one by now.
pub(super) async fn check_with(
    federation: &Federation,
    signature: &ParsedSignature,
    parts: &RequestParts<'_>,
    key_id: &Iri,
    (age, client): (KeyAge, ClientIp),
) -> Result<KnownKey, Rejection> {
    let fetcher = &federation.fetcher;
    let mut share = federation.buckets.hold(client);
    let may_fetch = || {
        share.add(FETCHED_BYTES).map_err(KeyError::TooMany)?;
        permit(federation, client, key_id)
    };
    let known = fetcher.key(key_id, age, may_fetch).await?;
    match signature.verify(parts, &known.key) {
        Ok(()) => Ok(known),
        Err(error @ (SignatureError::Mismatch | SignatureError::WrongKeyKind)) => {
            let fresh = fetcher.key_after_failure(key_id, &known).await.ok_or(error)?;
            signature.verify(parts, &fresh.key)?;
            Ok(fresh)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether this client may make us ask the host of this id.
pub(super) fn permit(federation: &Federation, client: ClientIp, id: &Iri) -> Result<(), KeyError> {
    federation.buckets.take_fetch(client, id.authority()).map_err(KeyError::TooMany)
}
