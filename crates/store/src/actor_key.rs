//! Keys of actors: public ones of everybody, private ones of our own.

use guildhall_domain::{ActorId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Keyed, Tx},
};

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, PKCS#1 v1.5 with SHA-256.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl KeyAlgorithm {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Rsa, Self::Ed25519].into_iter().find(|algorithm| algorithm.as_str() == word)
    }
}

/// A key of an actor.
#[derive(Clone)]
pub struct ActorKey {
    /// Its id on the wire.
    pub key_id: String,
    /// Whose it is.
    pub actor_id: ActorId,
    /// What it is good for.
    pub algorithm: KeyAlgorithm,
    /// SPKI DER for RSA, the raw 32 bytes for Ed25519.
    pub public_key: Vec<u8>,
    /// PKCS#8 DER; only for our own actors.
    pub private_key: Option<Vec<u8>>,
}

/// The keys of an actor, RSA first.
pub async fn list_of(db: &Db, actor: ActorId) -> Result<Vec<ActorKey>, StoreError> {
    const BY_ACTOR: Keyed = Keyed {
        sqlite: "SELECT key_id, actor_id, algorithm, public_key, private_key FROM actor_keys
                 WHERE actor_id = $1 ORDER BY algorithm DESC, key_id",
        postgres: "SELECT key_id, actor_id, algorithm, public_key, private_key FROM actor_keys
                   WHERE actor_id = ANY($1) ORDER BY algorithm DESC, key_id",
        column: "actor_id",
    };
    let rows: Vec<Row> = db.all_by(BY_ACTOR, actor.0).await?;
    rows.into_iter().map(ActorKey::try_from).collect()
}

/// The key with an id on the wire.
pub async fn find(db: &Db, key_id: &str) -> Result<Option<ActorKey>, StoreError> {
    let row: Option<Row> = db
        .query(
            "SELECT key_id, actor_id, algorithm, public_key, private_key FROM actor_keys WHERE key_id = $1",
        )
        .bind(key_id)
        .optional()
        .await?;
    row.map(ActorKey::try_from).transpose()
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, key: &ActorKey, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO actor_keys (key_id, actor_id, algorithm, public_key, private_key, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(key.key_id.as_str())
    .bind(key.actor_id.0)
    .bind(key.algorithm.as_str())
    .bind(key.public_key.clone())
    .bind(key.private_key.clone())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Makes `keys` the only keys of a remote actor: what is no longer listed is no longer trusted.
pub async fn replace_remote(
    tx: &mut Tx,
    actor: ActorId,
    keys: &[ActorKey],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query("DELETE FROM actor_keys WHERE actor_id = $1 AND private_key IS NULL")
        .bind(actor.0)
        .execute()
        .await?;
    for key in keys {
        insert(tx, key, now).await?;
    }
    Ok(())
}

crate::record! {
    struct Row {
        key_id: String,
        actor_id: i64,
        algorithm: String,
        public_key: Vec<u8>,
        private_key: Option<Vec<u8>>,
    }
}

impl TryFrom<Row> for ActorKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let algorithm = KeyAlgorithm::from_word(&row.algorithm)
            .ok_or_else(|| StoreError::corrupt("actor key", &row.key_id))?;
        Ok(Self {
            key_id: row.key_id,
            actor_id: ActorId(row.actor_id),
            algorithm,
            public_key: row.public_key,
            private_key: row.private_key,
        })
    }
}
