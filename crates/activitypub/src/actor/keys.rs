//! Keys that an actor lists: `publicKey` (PEM) and `assertionMethod` (Multikey, FEP-521a).

use serde_json::Value;

use crate::{Iri, PublicKey, read};

/// How many keys are read of one actor.
const MAX_KEYS: usize = 16;

/// A key listed by an actor.
#[derive(Debug, Clone, PartialEq)]
pub struct ActorKey {
    /// The key's id, as in `keyId` and `verificationMethod`.
    pub id: Iri,
    /// Whose key it says to be (`owner`, `controller`).
    pub owner: Option<Iri>,
    /// The key.
    pub key: PublicKey,
}

impl ActorKey {
    /// Reads both fields; a key of an unknown kind, or too short, is passed over.
    pub(super) fn read_all(actor: &Value) -> Vec<Self> {
        let signing = read::items(actor, "publicKey").take(MAX_KEYS).filter_map(Self::read_pem);
        let proving = read::items(actor, "assertionMethod").take(MAX_KEYS).filter_map(Self::read_multikey);
        let mut found: Vec<Self> = Vec::new();
        for key in signing.chain(proving) {
            // Mitra lists its RSA key in both places under one id.
            if !found.iter().any(|known| known.id == key.id) {
                found.push(key);
            }
        }
        found
    }

    /// Reads a key document, as some serve it under the key's own id: the key itself, or an actor around it.
    pub fn read_document(document: &Value, key_id: &Iri) -> Option<Self> {
        let alone = Self::read_pem(document).or_else(|| Self::read_multikey(document));
        alone.into_iter().chain(Self::read_all(document)).find(|key| key.id == *key_id)
    }

    fn read_pem(value: &Value) -> Option<Self> {
        let key = PublicKey::from_pem(&read::string(value, "publicKeyPem")?).ok()?;
        Some(Self { id: read::own_id(value)?, owner: read::one_id(value, "owner"), key })
    }

    fn read_multikey(value: &Value) -> Option<Self> {
        let key = PublicKey::from_multikey(&read::string(value, "publicKeyMultibase")?).ok()?;
        Some(Self { id: read::own_id(value)?, owner: read::one_id(value, "controller"), key })
    }
}
