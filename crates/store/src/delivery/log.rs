//! The log of what is to be delivered: one row an activity, however many hosts it goes to.
//!
//! `seq` grows in the order in which rows are committed, so that a cursor that has passed one has seen all before it.

use std::collections::HashMap;

use guildhall_domain::{ActorId, EventId, GroupId, Timestamp, audience::Profile};

pub use super::page::{Page, Piece, Position, Wish, read, read_all};
use super::{audience::EVERYBODY, host};
use crate::{
    StoreError,
    db::{Composed, Db, List, Sql, Tx},
};

/// Rows written in one statement: 3 parameters each, well below the limit of both engines.
const CHUNK: usize = 1000;

/// What order keys of actors begin with.
const OF_ACTOR: &str = "actor:";

/// An activity to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id; derives from the event, so that publishing again changes nothing.
    pub activity_ap_id: String,
    /// What it tells of.
    pub event_id: EventId,
    /// The local actor that signs.
    pub sender: ActorId,
    /// Goes to the followers of this group, besides `targets`.
    pub group: Option<GroupId>,
    /// What is to stay in order: mostly the id of the object it is about.
    pub order_key: String,
    /// For group-aware hosts; `None`: nothing for them.
    pub body_group: Option<Vec<u8>>,
    /// For microblogs; `None`: nothing for them.
    pub body_microblog: Option<Vec<u8>>,
    /// Inboxes named one by one.
    pub targets: Vec<Target>,
}

/// The order key of what an actor says of itself. Until a server has been sent it, it gets nothing that the actor signs
/// later.
pub fn order_key_of(actor: ActorId) -> String {
    format!("{OF_ACTOR}{actor}")
}

/// Whether something with that order key is what the actor says of itself.
pub fn is_order_key_of(order_key: &str, actor: ActorId) -> bool {
    order_key.strip_prefix(OF_ACTOR).is_some_and(|id| id.parse() == Ok(actor.0))
}

impl NewDelivery {
    /// Which followers it has anything for, as [`heard_by`](super::audience::heard_by) asks it.
    fn audience(&self) -> &'static str {
        match (&self.body_group, &self.body_microblog) {
            (Some(_), None) => Profile::Group.as_str(),
            (None, Some(_)) => Profile::Microblog.as_str(),
            (Some(_), Some(_)) | (None, None) => EVERYBODY,
        }
    }
}

/// An inbox elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its URL.
    pub inbox: String,
    /// The authority of that URL.
    pub host: String,
}

crate::record! {
    /// An activity of the log.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Item {
        /// Its place.
        pub seq: i64,
        /// The local actor that signs.
        pub sender_id: i64,
        /// The group to whose followers it goes.
        pub group_id: Option<i64>,
        /// What is to stay in order.
        pub order_key: String,
        /// For group-aware hosts.
        pub body_group: Option<Vec<u8>>,
        /// For microblogs.
        pub body_microblog: Option<Vec<u8>>,
    }
}

/// Puts activities on the log, in their order, and gives the place of each. One that is there already stays as it is.
///
/// Only the holder of the publisher's lease appends, so that places are given in the order of commits; a second one
/// would wait here for the first.
pub async fn append_all(tx: &mut Tx, new: &[&NewDelivery], now: Timestamp) -> Result<Vec<i64>, StoreError> {
    // Readers are not held up by this mode; it conflicts with itself and with other writers.
    tx.query(Sql { sqlite: "SELECT 1", postgres: "LOCK TABLE delivery_log IN SHARE ROW EXCLUSIVE MODE" })
        .execute()
        .await?;
    let mut known = find_places(tx, new).await?;
    let (mut last,): (i64,) = tx.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    let (mut places, mut rows) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
    for new in new {
        let place = known.entry(&new.activity_ap_id).or_insert_with(|| {
            // The event's key where that is later than all before: it tells the time, and its order is the log's.
            last = new.event_id.0.max(last + 1);
            rows.push((last, *new));
            last
        });
        places.push(*place);
    }
    insert_all(tx, &rows, now).await?;
    insert_targets(tx, &rows).await?;
    Ok(places)
}

/// The places of those that are on the log.
async fn find_places<'n>(tx: &mut Tx, new: &[&'n NewDelivery]) -> Result<HashMap<&'n str, i64>, StoreError> {
    const PLACES: Sql = Sql {
        sqlite: "SELECT activity_ap_id, seq FROM delivery_log
                 WHERE activity_ap_id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT activity_ap_id, seq FROM delivery_log WHERE activity_ap_id = ANY($1)",
    };
    let ids: List<String> = new.iter().map(|new| new.activity_ap_id.clone()).collect();
    let found: Vec<(String, i64)> = tx.query(PLACES).bind(ids).all().await?;
    let found: HashMap<String, i64> = found.into_iter().collect();
    let place = |new: &&'n NewDelivery| Some((new.activity_ap_id.as_str(), *found.get(&new.activity_ap_id)?));
    Ok(new.iter().filter_map(place).collect())
}

/// With the place of each.
async fn insert_all(tx: &mut Tx, rows: &[(i64, &NewDelivery)], now: Timestamp) -> Result<(), StoreError> {
    if !tx.pays_per_statement() || rows.len() < 2 {
        for (seq, new) in rows {
            insert(tx, *seq, new, now).await?;
        }
        return Ok(());
    }
    tx.query(
        "INSERT INTO delivery_log
            (seq, activity_ap_id, event_id, sender_id, group_id, order_key, body_group, body_microblog, audience,
             created_at)
         SELECT l.*, $10
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            AS l (seq, activity_ap_id, event_id, sender_id, group_id, order_key, body_group, body_microblog, audience)",
    )
    .bind(rows.iter().map(|(seq, _)| *seq).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.activity_ap_id.clone()).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.event_id.0).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.sender.0).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.group.map(|group| group.0)).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.order_key.clone()).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.body_group.clone()).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.body_microblog.clone()).collect::<List<_>>())
    .bind(rows.iter().map(|(_, new)| new.audience().to_owned()).collect::<List<_>>())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

async fn insert(tx: &mut Tx, seq: i64, new: &NewDelivery, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO delivery_log
            (seq, activity_ap_id, event_id, sender_id, group_id, order_key, body_group, body_microblog, audience,
             created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(seq)
    .bind(new.activity_ap_id.as_str())
    .bind(new.event_id.0)
    .bind(new.sender.0)
    .bind(new.group.map(|group| group.0))
    .bind(new.order_key.as_str())
    .bind(new.body_group.clone())
    .bind(new.body_microblog.clone())
    .bind(new.audience())
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

async fn insert_targets(tx: &mut Tx, rows: &[(i64, &NewDelivery)]) -> Result<(), StoreError> {
    let of_row = |(seq, new): &(i64, &'_ NewDelivery)| -> Vec<(i64, Target)> {
        new.targets.iter().map(|target| (*seq, target.clone())).collect()
    };
    let targets: Vec<(i64, Target)> = rows.iter().flat_map(of_row).collect();
    for chunk in targets.chunks(CHUNK) {
        let sql = Composed::new("INSERT INTO delivery_targets (seq, inbox, host) VALUES ")
            .values(chunk.len(), 3, 1)
            .text(" ON CONFLICT DO NOTHING");
        let mut query = tx.query(sql);
        for (seq, target) in chunk {
            query = query.bind(*seq).bind(target.inbox.as_str()).bind(target.host.as_str());
        }
        query.execute().await?;
    }
    let mut hosts: Vec<&str> = targets.iter().map(|(_, target)| target.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let before = targets.first().map_or(0, |(seq, _)| seq - 1);
    host::ensure(tx, &hosts, before).await
}

/// The last place taken; 0 on an empty log.
pub async fn last_seq(db: &Db) -> Result<i64, StoreError> {
    let (seq,): (i64,) = db.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    Ok(seq)
}

/// The items at `seqs`; those that have been pruned are missing.
pub async fn list_items(db: &Db, seqs: Vec<i64>) -> Result<Vec<Item>, StoreError> {
    db.query(Sql {
        sqlite: "SELECT seq, sender_id, group_id, order_key, body_group, body_microblog FROM delivery_log
                 WHERE seq IN (SELECT value FROM json_each($1)) ORDER BY seq",
        postgres: "SELECT seq, sender_id, group_id, order_key, body_group, body_microblog FROM delivery_log
                   WHERE seq = ANY($1) ORDER BY seq",
    })
    .bind(List(seqs))
    .all()
    .await
}

/// Drops rows older than `before` that every host that is not dead has passed, and any older than `give_up_before`.
///
/// Up to `limit` rows; gives their number. The last row always stays: the next place is counted from it.
pub async fn prune(
    tx: &mut Tx,
    before: Timestamp,
    give_up_before: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    // No row: nothing is delivered to anybody.
    let (passed,): (Option<i64>,) =
        tx.query("SELECT min(cursor) FROM delivery_hosts WHERE state <> 'dead'").one().await?;
    let rows: Vec<(i64,)> = tx
        .query(
            "SELECT seq FROM delivery_log
             WHERE created_at < $1 AND (seq <= $2 OR created_at < $3)
               AND seq < (SELECT max(seq) FROM delivery_log)
             ORDER BY seq LIMIT $4",
        )
        .bind(before.0)
        .bind(passed.unwrap_or(i64::MAX))
        .bind(give_up_before.0)
        .bind(i64::from(limit))
        .slow()
        .all()
        .await?;
    let seqs: Vec<i64> = rows.into_iter().map(|(seq,)| seq).collect();
    tx.query(Sql {
        sqlite: "DELETE FROM delivery_targets WHERE seq IN (SELECT value FROM json_each($1))",
        postgres: "DELETE FROM delivery_targets WHERE seq = ANY($1)",
    })
    .bind(List(seqs.clone()))
    .slow()
    .execute()
    .await?;
    tx.query(Sql {
        sqlite: "DELETE FROM delivery_log WHERE seq IN (SELECT value FROM json_each($1))",
        postgres: "DELETE FROM delivery_log WHERE seq = ANY($1)",
    })
    .bind(List(seqs))
    .slow()
    .execute()
    .await
}
