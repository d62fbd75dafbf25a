//! What came by another's hand: believed for its own proof, or because its own server says the same; never on the word of
//! who passed it on.

use std::net::Ipv6Addr;
use std::time::Duration;

use guildhall_activitypub::proof::{Proof, ProofError};
use guildhall_activitypub::{Activity, Document, Iri, Verb};
use guildhall_domain::{ApId, Timestamp};
use guildhall_store::actor::{self, Actor};

use super::claim::{Claim, Way};
use super::refetch::refetch;
use super::{Authentication, Rejection, VerifiedActivity, authority, signer, standing};
use crate::Federation;
use crate::fetch::{Budget, FetchError, KeyAge, KnownKey};
use crate::net::ClientIp;

/// How old what others pass on may be: less than ids are remembered for, see the server's housekeeping.
const PASSED_ON_FOR: Duration = Duration::from_hours(30 * 24);

/// Step 14 for a request whose signer, verified, is of another origin than the actor.
pub(super) async fn verify_forwarded(
    federation: &Federation,
    client: ClientIp,
    claim: Claim,
) -> Result<VerifiedActivity, Rejection> {
    if let Some(verified) = by_proof(federation, client, &claim).await? {
        return Ok(verified);
    }
    // The forwarder is known, but it may name whatever it likes.
    signer::permit(federation, client, &claim.activity.id)?;
    by_origin(federation, &claim, &mut federation.fetcher.budget()).await
}

/// Verifies the activity inside an `Announce` of `group`: it is of the group's own origin, or carries a proof, or its own
/// server confirms it. Blocks and suspensions count for its actor too.
///
/// Fetches on the account of `budget`; not to be called inside a transaction.
///
/// # Errors
/// As for one that was sent here; [`Rejection::OwnActor`] for an echo of our own.
///
/// Source: FEP-1b12, FEP-fe34; SECURITY-CASES step 16.
pub async fn verify_announced(
    federation: &Federation,
    document: Document,
    group: &Iri,
    budget: &mut Budget,
) -> Result<VerifiedActivity, Rejection> {
    let activity = Activity::read(&document)?;
    let claim = Claim { document, activity };
    if matches!(claim.activity.verb, Verb::Unknown(_)) {
        return Err(Rejection::UnknownType);
    }
    let way = claim.way(group)?;
    if federation.fetcher.is_own(&claim.activity.actor) {
        return Err(Rejection::OwnActor);
    }
    standing::not_blocked(federation, &claim.activity.actor).await?;
    let verified = match way {
        Way::Direct => {
            let actor = actor_of(federation, &claim.activity.actor).await?;
            VerifiedActivity::new(claim.activity, claim.document, &actor, Authentication::SameOrigin)
        }
        Way::Forwarded => {
            let nobody = ClientIp(Ipv6Addr::UNSPECIFIED.into());
            match by_proof(federation, nobody, &claim).await? {
                Some(verified) => verified,
                None => by_origin(federation, &claim, budget).await?,
            }
        }
    };
    authority::check(verified.activity())?;
    Ok(verified)
}

/// By the proof in the document, if there is one that holds.
async fn by_proof(
    federation: &Federation,
    client: ClientIp,
    claim: &Claim,
) -> Result<Option<VerifiedActivity>, Rejection> {
    let Ok(proof) = Proof::read(claim.document.value()) else { return Ok(None) };
    let Some(key) = key_of_proof(federation, client, &proof, &claim.activity.actor).await else {
        return Ok(None);
    };
    // Older ones may have been here before, and been forgotten: passed on again they could bring back what was undone.
    if !proof.created().is_some_and(|at| is_recent(federation, at)) {
        return Ok(None);
    }
    let Some(actor) = actor::find(&federation.app.store, key.owner).await? else { return Ok(None) };
    standing::of_actor(federation, &actor).await?;
    let (activity, document) = (claim.activity.clone(), claim.document.clone());
    Ok(Some(VerifiedActivity::new(activity, document, &actor, Authentication::Proof)))
}

/// The key with which a proof holds, if that is the actor's.
async fn key_of_proof(
    federation: &Federation,
    client: ClientIp,
    proof: &Proof,
    actor: &Iri,
) -> Option<KnownKey> {
    let method = proof.verification_method().ok().filter(|method| method.same_origin(actor))?;
    let permit = || signer::permit(federation, client, &method);
    let known = federation.fetcher.key(&method, KeyAge::Recent, permit).await.ok()?;
    let now = federation.app.now().as_millis();
    let key = match proof.verify(&known.key, now) {
        Ok(()) => known,
        Err(ProofError::Mismatch | ProofError::WrongKeyKind) => {
            let fresh = federation.fetcher.key_after_failure(&method, &known).await?;
            proof.verify(&fresh.key, now).ok().map(|()| fresh)?
        }
        Err(_) => return None,
    };
    Some(key).filter(|key| key.owner_ap_id.as_str() == actor.as_str())
}

/// By asking the server of its actor.
async fn by_origin(
    federation: &Federation,
    claim: &Claim,
    budget: &mut Budget,
) -> Result<VerifiedActivity, Rejection> {
    let is_about_content = matches!(claim.activity.verb, Verb::Create(_) | Verb::Update(_) | Verb::Delete(_));
    let is_old = claim.activity.published.is_some_and(|at| !is_recent(federation, at));
    if is_old && !is_about_content {
        return Err(Rejection::NotConfirmed);
    }
    let (activity, document) = refetch(&federation.fetcher, claim, budget).await?;
    let actor = actor_of(federation, &activity.actor).await?;
    Ok(VerifiedActivity::new(activity, document, &actor, Authentication::Origin))
}

/// Whether an activity of this time would still be known if it had been here before.
fn is_recent(federation: &Federation, at_ms: i64) -> bool {
    federation.app.now().since(Timestamp(at_ms)) < PASSED_ON_FOR
}

/// The actor, known or fetched, unless it is suspended here.
async fn actor_of(federation: &Federation, id: &Iri) -> Result<Actor, Rejection> {
    let id = ApId::new(id.as_str());
    let actor = match federation.fetcher.actor(&id).await {
        Ok(actor) => actor,
        Err(FetchError::Store(error)) => return Err(Rejection::Store(error)),
        Err(FetchError::Blocked) => return Err(Rejection::BlockedHost),
        Err(FetchError::Gone | FetchError::NotFound) => {
            // Its farewell is still of interest, if it was ever known.
            let known = actor::find_by_ap_id(&federation.app.store, &id).await?;
            known.ok_or(Rejection::GoneActor)?
        }
        Err(error) if error.is_retryable() => return Err(Rejection::OriginUnreachable(error)),
        Err(_) => return Err(Rejection::NotConfirmed),
    };
    standing::of_actor(federation, &actor).await?;
    Ok(actor)
}
