//! Object integrity proofs (FEP-8b32): who gets our actors' words from somebody else need not ask us whether they are
//! ours.

use guildhall_activitypub::{Iri, KeyPair, proof::prove};
use guildhall_app::App;
use guildhall_domain::Timestamp;
use guildhall_store::{
    actor::Actor,
    actor_key::{self, KeyAlgorithm},
};
use serde_json::Value;

use super::{RenderError, text_iri};

/// The key by which one of our actors vouches for what it says.
pub struct Prover {
    pub(super) method: Iri,
    pub(super) key: KeyPair,
}

impl Prover {
    /// The Ed25519 key of an actor. `None`: it has none, or is not ours.
    pub async fn of(app: &App, actor: &Actor) -> Result<Option<Self>, RenderError> {
        let keys = actor_key::list_of(&app.store, actor.id).await?;
        let found = keys.into_iter().find(|key| key.algorithm == KeyAlgorithm::Ed25519);
        let Some((key_id, der)) = found.and_then(|key| Some((key.key_id, key.private_key?))) else {
            return Ok(None);
        };
        Ok(Some(Self { method: text_iri(&key_id)?, key: KeyPair::from_pkcs8(&der)? }))
    }

    /// Adds a proof. The same document at the same time gets the same proof: Ed25519 leaves nothing to chance.
    pub fn prove(&self, activity: Value, at: Timestamp) -> Result<Value, RenderError> {
        Ok(prove(activity, &self.method, &self.key, at.as_millis())?)
    }
}
