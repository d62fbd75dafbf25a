//! Object integrity proofs (FEP-8b32): who gets our actors' words from somebody else need not ask us whether they are
//! ours.

use guildhall_activitypub::{Iri, KeyPair, proof::prove};
use guildhall_app::App;
use guildhall_domain::{EventId, Timestamp};
use guildhall_store::{
    actor::Actor,
    actor_key::KeyAlgorithm,
    signing_key::{self, SigningKey},
};
use serde_json::Value;

use super::{RenderError, text_iri};

/// The key by which one of our actors vouches for what it says.
pub struct Prover {
    pub(super) method: Iri,
    pub(super) key: KeyPair,
}

impl Prover {
    /// The Ed25519 key of an actor, for what tells of an event: of what comes before the news of other keys, the old one, as
    /// those who get it know no other yet. `None`: it has none, or is not ours.
    pub async fn of(app: &App, actor: &Actor, event: EventId) -> Result<Option<Self>, RenderError> {
        let mut keys = signing_key::list_of(&app.store, actor.id).await?;
        keys.retain(|key| key.algorithm == KeyAlgorithm::Ed25519);
        let is_of_then = |key: &&SigningKey| key.former.is_some_and(|former| event < former.news);
        let found = keys.iter().find(is_of_then).or(keys.iter().find(|key| key.former.is_none()));
        let Some(found) = found else { return Ok(None) };
        let (method, key) = (text_iri(&found.key_id)?, KeyPair::from_pkcs8(&found.private_key)?);
        Ok(Some(Self { method, key }))
    }

    /// Adds a proof. The same document at the same time gets the same proof: Ed25519 leaves nothing to chance.
    pub fn prove(&self, activity: Value, at: Timestamp) -> Result<Value, RenderError> {
        Ok(prove(activity, &self.method, &self.key, at.as_millis())?)
    }
}
