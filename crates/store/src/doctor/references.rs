//! References that the schema does not enforce.

use crate::{StoreError, db::Db};

/// Rows that lack what they cannot do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// In the reader's words: "local actors have no key".
    pub what: &'static str,
    /// How many.
    pub rows: u64,
}

const CHECKS: &[(&str, &str)] = &[
    (
        "posts and comments belong to a thread that is not there",
        "SELECT count(*) FROM entries e WHERE NOT EXISTS (SELECT 1 FROM entries t WHERE t.id = e.thread_id)",
    ),
    (
        "actors of this instance have no private key",
        "SELECT count(*) FROM actors a WHERE a.is_local AND a.deleted_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM actor_keys k WHERE k.actor_id = a.id AND k.private_key IS NOT NULL)",
    ),
    (
        "inboxes wait for deliveries to a server that is not on the list",
        "SELECT count(*) FROM (SELECT host FROM delivery_subscriptions UNION SELECT host FROM delivery_targets) t
         WHERE NOT EXISTS (SELECT 1 FROM delivery_hosts h WHERE h.host = t.host)",
    ),
    // What a copy lacks of which some tables were read earlier than others.
    (
        "servers have been sent more than the delivery log holds",
        "SELECT count(*) FROM delivery_hosts WHERE cursor > (SELECT coalesce(max(seq), 0) FROM delivery_log)",
    ),
    (
        "events are about posts or comments that are not there",
        "SELECT count(*) FROM events v
         WHERE v.entry_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = v.entry_id)",
    ),
    // Events are kept for 7 days, what caused them for 35.
    (
        "events were caused by activities that are not there",
        "SELECT count(*) FROM events v WHERE v.received_id IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM received_activities r WHERE r.id = v.received_id)",
    ),
    (
        "decisions are about posts or comments that are not there",
        "SELECT count(*) FROM decisions d
         WHERE d.entry_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = d.entry_id)",
    ),
    (
        "activities wait for posts or comments that are not there",
        "SELECT count(*) FROM received_activities r
         WHERE r.waits_for IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = r.waits_for)",
    ),
];

/// What is broken; empty: nothing.
pub async fn list_broken(db: &Db) -> Result<Vec<Broken>, StoreError> {
    let mut found = Vec::new();
    for (what, sql) in CHECKS {
        let (rows,): (i64,) = db.query(*sql).slow().one().await?;
        if rows > 0 {
            found.push(Broken { what, rows: rows.unsigned_abs() });
        }
    }
    Ok(found)
}
