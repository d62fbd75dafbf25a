//! Checking what this instance sends, as another server would.

use guildhall_activitypub::actor::ActorKey;
use guildhall_activitypub::proof::{Proof, ProofError};
use guildhall_activitypub::signature::{Limits, ParsedSignature, RequestParts};
use guildhall_activitypub::{ACTIVITY_JSON, Iri, digest};
use http::request::Parts;
use serde_json::Value;

use super::FakePeer;

/// Digest, signature, time, key and proof of a delivery; gives the actor whose key it was.
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
    check_proof(peer, body).await?;
    key.owner.ok_or_else(|| "a key without an owner".to_owned())
}

/// A proof (FEP-8b32) must hold where there is one.
async fn check_proof(peer: &FakePeer, body: &[u8]) -> Result<(), String> {
    let document: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let proof = match Proof::read(&document) {
        Err(ProofError::Missing) => return Ok(()),
        proof => proof.map_err(|error| error.to_string())?,
    };
    let method = proof.verification_method().map_err(|error| error.to_string())?;
    let key = fetch_key(peer, &method).await?;
    if key.owner.as_ref().map(Iri::as_str) != document["actor"].as_str() {
        return Err("the proof is by somebody else than the actor".to_owned());
    }
    let now = peer.clock.time().as_millis();
    proof.verify(&key.key, now).map_err(|error| error.to_string())
}

async fn fetch_key(peer: &FakePeer, key_id: &Iri) -> Result<ActorKey, String> {
    let kept = peer.memory().kept_keys.as_ref().and_then(|kept| kept.get(key_id.as_str()).cloned());
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let page = key_id.without_fragment();
    let request = peer.client.get(page.as_str()).header("accept", ACTIVITY_JSON);
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let body = answer.bytes().await.map_err(|error| error.to_string())?;
    let document: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let key = ActorKey::read_document(&document, key_id).ok_or_else(|| format!("{key_id} is not served"))?;
    if let Some(kept) = &mut peer.memory().kept_keys {
        kept.insert(key_id.as_str().to_owned(), key.clone());
    }
    Ok(key)
}
