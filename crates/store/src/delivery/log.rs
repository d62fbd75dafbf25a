//! The log of what is to be delivered: one row an activity, however many hosts it goes to.
//!
//! `seq` grows in the order in which rows are committed, so that a cursor that has passed one has seen all before it.

use guildhall_domain::{ActorId, EventId, GroupId, Timestamp};

use super::host;
use crate::{
    StoreError,
    db::{Composed, Db, List, Sql, Tx},
};

/// Rows written in one statement: 3 parameters each, well below the limit of both engines.
const CHUNK: usize = 1000;

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

crate::record! {
    /// One item for one inbox.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Piece {
        /// The item.
        pub seq: i64,
        /// Where it goes.
        pub inbox: String,
    }
}

/// Everything up to here has been read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    seq: i64,
    inbox: String,
}

impl Position {
    /// Behind every inbox of `seq`.
    pub fn after(seq: i64) -> Self {
        Self { seq: seq.saturating_add(1), inbox: String::new() }
    }

    /// The item up to which, and including which, nothing is left to read.
    pub fn passed(&self) -> i64 {
        self.seq - 1
    }
}

/// What one read of the log found for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What to send, in order.
    pub pieces: Vec<Piece>,
    /// Where to read on.
    pub position: Position,
    /// Whether this was the end of the log.
    pub is_end: bool,
}

/// Puts an activity on the log and gives its place. One that is there already stays as it is.
///
/// Only the holder of the publisher's lease appends, so that places are given in the order of commits; a second one
/// would wait here for the first.
pub async fn append(tx: &mut Tx, new: &NewDelivery, now: Timestamp) -> Result<i64, StoreError> {
    // Readers are not held up by this mode; it conflicts with itself and with other writers.
    tx.query(Sql { sqlite: "SELECT 1", postgres: "LOCK TABLE delivery_log IN SHARE ROW EXCLUSIVE MODE" })
        .execute()
        .await?;
    let known: Option<(i64,)> = tx
        .query("SELECT seq FROM delivery_log WHERE activity_ap_id = $1")
        .bind(new.activity_ap_id.as_str())
        .optional()
        .await?;
    if let Some((seq,)) = known {
        return Ok(seq);
    }
    let seq = insert(tx, new, now).await?;
    insert_targets(tx, seq, &new.targets).await?;
    let mut hosts: Vec<&str> = new.targets.iter().map(|target| target.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    host::ensure(tx, &hosts, seq - 1).await?;
    Ok(seq)
}

/// The place is the event's key where that is later than all before: it tells the time, and its order is the log's.
async fn insert(tx: &mut Tx, new: &NewDelivery, now: Timestamp) -> Result<i64, StoreError> {
    let (last,): (i64,) = tx.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    let seq = new.event_id.0.max(last + 1);
    tx.query(
        "INSERT INTO delivery_log
            (seq, activity_ap_id, event_id, sender_id, group_id, order_key, body_group, body_microblog, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(seq)
    .bind(new.activity_ap_id.as_str())
    .bind(new.event_id.0)
    .bind(new.sender.0)
    .bind(new.group.map(|group| group.0))
    .bind(new.order_key.as_str())
    .bind(new.body_group.clone())
    .bind(new.body_microblog.clone())
    .bind(now.0)
    .execute()
    .await?;
    Ok(seq)
}

async fn insert_targets(tx: &mut Tx, seq: i64, targets: &[Target]) -> Result<(), StoreError> {
    for chunk in targets.chunks(CHUNK) {
        let sql = Composed::new("INSERT INTO delivery_targets (seq, inbox, host) VALUES ")
            .values(chunk.len(), 3, 1)
            .text(" ON CONFLICT DO NOTHING");
        let mut query = tx.query(sql);
        for target in chunk {
            query = query.bind(seq).bind(target.inbox.as_str()).bind(target.host.as_str());
        }
        query.execute().await?;
    }
    Ok(())
}

/// The last place taken; 0 on an empty log.
pub async fn last_seq(db: &Db) -> Result<i64, StoreError> {
    let (seq,): (i64,) = db.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    Ok(seq)
}

/// Reads what is to go to `host` after `position`: up to `limit` pieces, looking at up to `span` rows of the log.
///
/// That is what was published for a group after one of the host's inboxes began to follow it, and what names an inbox
/// of the host. An empty page that is not the end is no mistake: read on from its position.
pub async fn read(
    db: &Db,
    host: &str,
    position: &Position,
    span: u32,
    limit: u32,
) -> Result<Page, StoreError> {
    let (end, last): (Option<i64>, i64) = db
        .query(
            "SELECT (SELECT seq FROM delivery_log WHERE seq > $1 ORDER BY seq LIMIT 1 OFFSET $2),
                    (SELECT COALESCE(max(seq), 0) FROM delivery_log)",
        )
        .bind(position.seq)
        .bind(i64::from(span))
        .one()
        .await?;
    let pieces = pieces_between(db, host, position, end.unwrap_or(last), limit).await?;
    // A full page may have stopped in the middle of an item's inboxes.
    let cut = pieces.last().filter(|_| pieces.len() >= limit as usize);
    let next = match cut {
        Some(piece) => Position { seq: piece.seq, inbox: piece.inbox.clone() },
        None => Position::after(end.unwrap_or(last)).max(position.clone()),
    };
    Ok(Page { is_end: cut.is_none() && end.is_none(), pieces, position: next })
}

async fn pieces_between(
    db: &Db,
    host: &str,
    position: &Position,
    end: i64,
    limit: u32,
) -> Result<Vec<Piece>, StoreError> {
    db.query(
        "SELECT seq, inbox FROM (
            SELECT l.seq AS seq, s.inbox AS inbox
            FROM delivery_subscriptions s JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq
            WHERE s.host = $1 AND l.seq >= $2 AND l.seq <= $4
            UNION
            SELECT t.seq, t.inbox FROM delivery_targets t WHERE t.host = $1 AND t.seq >= $2 AND t.seq <= $4
         ) AS due
         WHERE seq > $2 OR inbox > $3
         ORDER BY seq, inbox LIMIT $5",
    )
    .bind(host)
    .bind(position.seq)
    .bind(position.inbox.as_str())
    .bind(end)
    .bind(i64::from(limit))
    .all()
    .await
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
