//! Private keys of our own actors: those they have, and for a while those they had before.
//!
//! A key that was replaced still signs what was put on the delivery log before the news of it, and that news itself:
//! other servers know no other until then.

use guildhall_domain::{ActorId, EventId, Timestamp};

use crate::{
    StoreError,
    actor_key::{self, ActorKey, KeyAlgorithm},
    convert,
    db::{Db, Keyed, Sql, Tx},
};

/// A private key of one of our actors.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id on the wire; the next key of its kind has the same.
    pub key_id: String,
    /// What it is good for.
    pub algorithm: KeyAlgorithm,
    /// PKCS#8 DER.
    pub private_key: Vec<u8>,
    /// Set when the actor has another by now.
    pub former: Option<Former>,
}

/// What is left to do for a key that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    /// The event that is the news of the next key.
    pub news: EventId,
    /// The last place of the delivery log that it signs: that of the news. `None`: the news is not on the log yet.
    pub until: Option<i64>,
    /// When it was replaced.
    pub retired_at: Timestamp,
}

impl Former {
    /// Whether it signs what is at a place of the delivery log.
    pub fn signs(&self, place: i64) -> bool {
        self.until.is_none_or(|until| place <= until)
    }
}

/// The private keys of an actor: those it has, then those it had, in the order in which it had them.
pub async fn list_of(db: &Db, actor: ActorId) -> Result<Vec<SigningKey>, StoreError> {
    const BY_ACTOR: Keyed = Keyed {
        sqlite: "SELECT actor_id, key_id, algorithm, private_key, NULL AS until_seq, NULL AS retired_at,
                        CAST(0 AS BIGINT) AS news
                 FROM actor_keys WHERE actor_id = $1 AND private_key IS NOT NULL
                 UNION ALL
                 SELECT actor_id, key_id, algorithm, private_key, until_seq, retired_at, event_id AS news
                 FROM former_keys WHERE actor_id = $1 ORDER BY news, key_id",
        postgres: "SELECT actor_id, key_id, algorithm, private_key, CAST(NULL AS BIGINT) AS until_seq,
                          CAST(NULL AS BIGINT) AS retired_at, CAST(0 AS BIGINT) AS news
                   FROM actor_keys WHERE actor_id = ANY($1) AND private_key IS NOT NULL
                   UNION ALL
                   SELECT actor_id, key_id, algorithm, private_key, until_seq, retired_at, event_id AS news
                   FROM former_keys WHERE actor_id = ANY($1) ORDER BY news, key_id",
        column: "actor_id",
    };
    convert::all(db.all_by::<Row>(BY_ACTOR, actor.0).await?)
}

/// Gives an actor of ours other keys. Those it had become former ones, whose time ends with the news that `event` is.
pub async fn replace(
    tx: &mut Tx,
    actor: ActorId,
    new: &[ActorKey],
    event: EventId,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Whoever does the same at the same time does it after this.
    tx.query(Sql {
        sqlite: "SELECT id FROM actors WHERE id = $1",
        postgres: "SELECT id FROM actors WHERE id = $1 FOR NO KEY UPDATE",
    })
    .bind(actor.0)
    .one::<(i64,)>()
    .await?;
    tx.query(
        "INSERT INTO former_keys (event_id, actor_id, key_id, algorithm, private_key, retired_at)
         SELECT $2, actor_id, key_id, algorithm, private_key, $3
         FROM actor_keys WHERE actor_id = $1 AND private_key IS NOT NULL",
    )
    .bind(actor.0)
    .bind(event.0)
    .bind(now.0)
    .execute()
    .await?;
    tx.query("DELETE FROM actor_keys WHERE actor_id = $1").bind(actor.0).execute().await?;
    for key in new {
        actor_key::insert(tx, key, now).await?;
    }
    Ok(())
}

/// Notes the place of the news on the delivery log, from which on the new keys sign; `None`: there was nobody to tell, and
/// they do so from now on.
pub async fn set_place(tx: &mut Tx, event: EventId, place: Option<i64>) -> Result<(), StoreError> {
    tx.query(
        "UPDATE former_keys SET until_seq = coalesce($2, (SELECT coalesce(max(seq), 0) FROM delivery_log))
         WHERE event_id = $1",
    )
    .bind(event.0)
    .bind(place)
    .execute()
    .await?;
    Ok(())
}

/// Whether there are keys that were replaced and not deleted yet.
pub async fn has_former(tx: &mut Tx) -> Result<bool, StoreError> {
    Ok(tx.query("SELECT actor_id FROM former_keys LIMIT 1").optional::<(i64,)>().await?.is_some())
}

/// Deletes keys that were replaced before `before` and that no server needs any more, since each has been sent the news
/// or is dead; and any replaced before `at_latest`.
pub async fn delete_former(tx: &mut Tx, before: Timestamp, at_latest: Timestamp) -> Result<u64, StoreError> {
    tx.query(
        "DELETE FROM former_keys
         WHERE retired_at < $2
            OR (retired_at < $1
                AND until_seq <= (SELECT coalesce(min(cursor), $3) FROM delivery_hosts WHERE state <> 'dead'))",
    )
    .bind(before.0)
    .bind(at_latest.0)
    .bind(i64::MAX)
    .execute()
    .await
}

crate::record! {
    struct Row {
        key_id: String,
        algorithm: String,
        private_key: Vec<u8>,
        until_seq: Option<i64>,
        retired_at: Option<i64>,
        news: i64,
    }
}

impl TryFrom<Row> for SigningKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let (until, news) = (row.until_seq, EventId(row.news));
        Ok(Self {
            algorithm: KeyAlgorithm::from_word(&row.algorithm)
                .ok_or_else(|| StoreError::corrupt("signing key", &row.key_id))?,
            key_id: row.key_id,
            private_key: row.private_key,
            former: convert::time(row.retired_at).map(|retired_at| Former { news, until, retired_at }),
        })
    }
}
