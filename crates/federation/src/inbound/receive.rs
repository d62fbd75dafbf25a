//! From a request to a kept activity: the sender hears 202 only after the commit.

use bytes::Bytes;
use guildhall_domain::{ApId, ReceivedId};
use guildhall_store::instance::SignatureScheme;
use guildhall_store::received::{NewReceived, Received};
use http::HeaderMap;

use super::keep::{Arriving, Kept, keep};
use super::synchronize;
use super::verify::{Authentication, Rejection, VerifiedActivity, verify};
use crate::Federation;
use crate::net::ClientIp;

/// A POST to an inbox, read in whole.
#[derive(Debug, Clone)]
pub(crate) struct InboxRequest {
    /// Path and query exactly as in the request line.
    pub(crate) target: String,
    /// The authority of the request line (HTTP/2); over HTTP/1.1 mostly none.
    pub(crate) authority: Option<String>,
    /// All headers.
    pub(crate) headers: HeaderMap,
    /// The exact bytes.
    pub(crate) body: Bytes,
    /// Who sent it.
    pub(crate) client: ClientIp,
}

/// Verifies what was sent and keeps it for the worker.
///
/// # Errors
/// [`Rejection`]; nothing has been kept then.
pub(crate) async fn receive(federation: &Federation, request: &InboxRequest) -> Result<(), Rejection> {
    let verified = verify(federation, request).await?;
    synchronize::compare(federation, &request.headers, &verified).await;
    let new = new_of(federation, &verified);
    let shown = shown_scheme(&request.headers, &verified);
    match keep(federation, Arriving { new: new.clone(), shown }).await? {
        Kept::New => tell(federation, Received::from_new(new, federation.app.now())),
        Kept::Revived => {
            // It keeps the key it had, under which the worker finds it in the store.
            federation.app.signals.received.notify_one();
            return Err(Rejection::Duplicate);
        }
        Kept::Known => return Err(Rejection::Duplicate),
    }
    Ok(())
}

/// Tells the worker whose share it is, here or on another node.
fn tell(federation: &Federation, received: Received) {
    let (shard, now) = (received.shard(), federation.app.now());
    if federation.shards.holds(shard, now) {
        federation.arrivals.tell(received, federation.shards.is_alone(now));
    } else {
        federation.app.signals.received_elsewhere(shard);
    }
}

/// The scheme that the sender's host has shown to understand, where it is better than what strangers get.
fn shown_scheme(headers: &HeaderMap, verified: &VerifiedActivity) -> Option<SignatureScheme> {
    let input = headers.get("signature-input").and_then(|input| input.to_str().ok())?;
    match verified.authentication() {
        Authentication::Signature if input.contains("ed25519") => Some(SignatureScheme::Rfc9421Ed25519),
        Authentication::Signature => Some(SignatureScheme::Rfc9421),
        _ => None,
    }
}

fn new_of(federation: &Federation, verified: &VerifiedActivity) -> NewReceived {
    NewReceived {
        id: ReceivedId(federation.app.new_id()),
        ap_id: ApId::new(verified.activity().id.as_str()),
        actor: verified.actor_ap_id().clone(),
        host: verified.host().to_owned(),
        verb: verified.document().kind().unwrap_or_default().to_owned(),
        via: None,
        body: verified.document().raw().to_vec(),
    }
}
