//! Checking what this instance sends, as another server would.

use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::signature::{Limits, ParsedSignature, RequestParts};
use guildhall_activitypub::{ACTIVITY_JSON, Iri, digest};
use http::request::Parts;
use serde_json::Value;

use super::FakePeer;

/// Digest, signature, time and key of a delivery; gives the actor whose key it was.
pub(super) async fn check(peer: &FakePeer, request: &Parts, body: &[u8]) -> Result<Iri, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    digest::check(&request.headers, body).map_err(|error| text(&error))?;
    let signature = ParsedSignature::from_headers(&request.headers).map_err(|error| text(&error))?;
    let parts = RequestParts {
        method: &request.method,
        path_and_query: request.uri.path_and_query().ok_or("no path")?.as_str(),
        scheme: "http",
        authority: &peer.host,
        headers: &request.headers,
    };
    signature.check_covers(&parts, true).map_err(|error| text(&error))?;
    let now = peer.clock.time().as_millis();
    signature.check_time(now, &Limits::default()).map_err(|error| text(&error))?;
    let key = fetch_key(peer, &signature.key_id().map_err(|error| text(&error))?).await?;
    signature.verify(&parts, &key.key).map_err(|error| text(&error))?;
    key.owner.ok_or_else(|| "a key without an owner".to_owned())
}

async fn fetch_key(peer: &FakePeer, key_id: &Iri) -> Result<ActorKey, String> {
    let page = key_id.without_fragment();
    let request = peer.client.get(page.as_str()).header("accept", ACTIVITY_JSON);
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let body = answer.bytes().await.map_err(|error| error.to_string())?;
    let document: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    ActorKey::read_document(&document, key_id).ok_or_else(|| format!("{key_id} is not served"))
}
