//! Verified activities, with what became of each. The unique id is what makes processing happen once.

use std::collections::HashMap;

use guildhall_domain::{ApId, EntryId, ReceivedId, Timestamp};

use crate::{
    StoreError,
    db::{Db, Keyed, List, Sql, Tx},
};

/// Into how many parts the inbox is cut, for several nodes to share it.
pub const SHARDS: u8 = 64;

/// The part of the inbox that a lane is in: FNV-1a of 64 bits over its id, modulo [`SHARDS`].
///
/// Stands in the database: another function would need all rows that wait to be written again.
///
/// Source: Fowler, Noll, Vo; draft-eastlake-fnv, section 5 for the numbers.
pub fn shard_of(lane: &ApId) -> u8 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let hash = lane.as_str().bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    // The lowest byte, of which 64 takes six bits.
    hash.to_le_bytes()[0] % SHARDS
}

/// A verified activity to keep.
#[derive(Debug, Clone)]
pub struct NewReceived {
    /// Our key.
    pub id: ReceivedId,
    /// Its global id.
    pub ap_id: ApId,
    /// Whose it is.
    pub actor: ApId,
    /// The authority it came from.
    pub host: String,
    /// Its type, as written.
    pub verb: String,
    /// The group elsewhere that announced it.
    pub via: Option<ApId>,
    /// The exact bytes, which is what we forward.
    pub body: Vec<u8>,
}

impl NewReceived {
    /// The part of the inbox that it is in.
    pub(crate) fn shard(&self) -> u8 {
        shard_of(self.via.as_ref().unwrap_or(&self.actor))
    }
}

/// A verified activity as it is kept.
#[derive(Debug, Clone)]
pub struct Received {
    /// Our key.
    pub id: ReceivedId,
    /// Its global id.
    pub ap_id: ApId,
    /// Whose it is.
    pub actor: ApId,
    /// The authority it came from.
    pub host: String,
    /// Its type.
    pub verb: String,
    /// The group elsewhere that announced it.
    pub via: Option<ApId>,
    /// The exact bytes.
    pub body: Vec<u8>,
    /// How often processing was tried.
    pub attempts: i64,
    /// When it came.
    pub received_at: Timestamp,
}

impl Received {
    /// Whose order it keeps: its actor's, or that of the group that announced it.
    pub fn lane(&self) -> &ApId {
        self.via.as_ref().unwrap_or(&self.actor)
    }

    /// The part of the inbox that its lane is in.
    pub fn shard(&self) -> u8 {
        shard_of(self.lane())
    }

    /// One that has just been kept.
    pub fn from_new(new: NewReceived, now: Timestamp) -> Self {
        let NewReceived { id, ap_id, actor, host, verb, via, body } = new;
        Self { id, ap_id, actor, host, verb, via, body, attempts: 0, received_at: now }
    }
}

/// What became of an activity: a closed list, counted and shown to admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It had its effect.
    Applied,
    /// It waits for a moderator.
    Held,
    /// It needs no effect: a repetition, or nothing of ours.
    Ignored,
    /// The rules said no.
    Refused,
    /// It could not be processed in all attempts.
    Failed,
}

impl Outcome {
    /// The fixed spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Held => "held",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

macro_rules! select {
    () => {
        "SELECT id, ap_id, actor_ap_id, host, verb, via_ap_id, body, attempts, received_at FROM received_activities"
    };
}

/// Keeps an activity to be processed. `false` when its id is known.
pub async fn insert(tx: &mut Tx, new: &NewReceived, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO received_activities (id, ap_id, actor_ap_id, host, verb, via_ap_id, body, state, due_at,
                received_at, shard)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.0)
        .bind(new.ap_id.as_str())
        .bind(new.actor.as_str())
        .bind(new.host.as_str())
        .bind(new.verb.as_str())
        .bind(new.via.as_ref().map(|via| via.as_str().to_owned()))
        .bind(new.body.clone())
        .bind(now.0)
        .bind(i64::from(new.shard()))
        .execute()
        .await?;
    Ok(rows == 1)
}

/// The activity with a key.
pub async fn find(db: &Db, id: ReceivedId) -> Result<Option<Received>, StoreError> {
    const BY_ID: Keyed = Keyed {
        sqlite: concat!(select!(), " WHERE id = $1"),
        postgres: concat!(select!(), " WHERE id = ANY($1)"),
        column: "id",
    };
    Ok(db.optional_by::<Row>(BY_ID, id.0).await?.map(Received::from))
}

/// The activity with a global id.
pub async fn find_by_ap_id(db: &Db, ap_id: &ApId) -> Result<Option<Received>, StoreError> {
    let row: Option<Row> =
        db.query(concat!(select!(), " WHERE ap_id = $1")).bind(ap_id.as_str()).optional().await?;
    Ok(row.map(Received::from))
}

/// Activities that are due: those that were never tried in the order in which they came, then others in that of their
/// time.
pub async fn list_due(db: &Db, now: Timestamp, limit: usize) -> Result<Vec<Received>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE state = 'queued' AND due_at <= $1 ORDER BY due_at, position LIMIT $2"
        ))
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Received::from).collect())
}

/// An activity that is due, without its body.
#[derive(Debug, Clone)]
pub struct DueLane {
    /// Our key.
    pub id: ReceivedId,
    /// Where it stands among all that is due.
    pub place: Place,
    /// As [`Received::lane`].
    pub lane: ApId,
    /// As [`Received::host`].
    pub host: String,
    /// How long its body is.
    pub bytes: usize,
}

/// Where an activity stands among all that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    due_at: i64,
    position: i64,
}

impl Place {
    /// Before all.
    pub const FIRST: Self = Self { due_at: i64::MIN, position: 0 };
}

/// What is due in `shards` after `after`, in the order of [`list_due`].
pub async fn list_due_lanes(
    db: &Db,
    shards: &[u8],
    now: Timestamp,
    after: Place,
    limit: usize,
) -> Result<Vec<DueLane>, StoreError> {
    const DUE: Sql = Sql {
        sqlite: "SELECT id, due_at, position, coalesce(via_ap_id, actor_ap_id), host, CAST(length(body) AS BIGINT)
                 FROM received_activities WHERE state = 'queued' AND due_at <= $1 AND (due_at, position) > ($2, $3)
                   AND shard IN (SELECT value FROM json_each($5))
                 ORDER BY due_at, position LIMIT $4",
        postgres: "SELECT id, due_at, position, coalesce(via_ap_id, actor_ap_id), host, CAST(length(body) AS BIGINT)
                   FROM received_activities WHERE state = 'queued' AND due_at <= $1 AND (due_at, position) > ($2, $3) AND shard = ANY($5)
                   ORDER BY due_at, position LIMIT $4",
    };
    let rows: Vec<(i64, i64, i64, String, String, i64)> = db
        .query(DUE)
        .bind(now.0)
        .bind(after.due_at)
        .bind(after.position)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(shards.iter().map(|shard| i64::from(*shard)).collect::<List<i64>>())
        .all()
        .await?;
    let due = rows.into_iter().map(|(id, due_at, position, lane, host, bytes)| DueLane {
        id: ReceivedId(id),
        place: Place { due_at, position },
        lane: ApId::new(lane),
        host,
        bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
    });
    Ok(due.collect())
}

/// Those of `ids` that still wait, in the order of `ids`.
pub async fn list_queued(db: &Db, ids: &[ReceivedId]) -> Result<Vec<Received>, StoreError> {
    const QUEUED: Sql = Sql {
        sqlite: concat!(select!(), " WHERE id IN (SELECT value FROM json_each($1)) AND state = 'queued'"),
        postgres: concat!(select!(), " WHERE id = ANY($1) AND state = 'queued'"),
    };
    let rows: Vec<Row> =
        db.query(QUEUED).bind(ids.iter().map(|id| id.0).collect::<List<i64>>()).all().await?;
    let mut found: HashMap<i64, Received> =
        rows.into_iter().map(|row| (row.id, Received::from(row))).collect();
    Ok(ids.iter().filter_map(|id| found.remove(&id.0)).collect())
}

/// Whether something of an actor that came before `id` still waits, for what takes it back must not overtake it.
pub async fn has_earlier(db: &Db, actor: &ApId, id: ReceivedId) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = db
        .query(
            "SELECT id FROM received_activities
             WHERE state = 'queued' AND actor_ap_id = $1
               AND position < (SELECT b.position FROM received_activities b WHERE b.id = $2) AND verb IN ('Create', 'Update', 'Follow',
                'Join', 'Like', 'Dislike', 'EmojiReact') LIMIT 1",
        )
        .bind(actor.as_str())
        .bind(id.0)
        .optional()
        .await?;
    Ok(found.is_some())
}

/// The held entry for which something waits that an actor sent before `id`.
pub async fn find_waited_for(db: &Db, actor: &ApId, id: ReceivedId) -> Result<Option<EntryId>, StoreError> {
    let found: Option<(i64,)> = db
        .query(
            "SELECT waits_for FROM received_activities
             WHERE waits_for IS NOT NULL AND actor_ap_id = $1
               AND position < (SELECT b.position FROM received_activities b WHERE b.id = $2)
             ORDER BY position DESC LIMIT 1",
        )
        .bind(actor.as_str())
        .bind(id.0)
        .optional()
        .await?;
    Ok(found.map(|(entry,)| EntryId(entry)))
}

/// Gives an activity that a group's announcement had brought, and that had no effect as such, another chance: its author
/// has sent it here too. `false`: it had one, or is not of this kind.
pub async fn set_direct(tx: &mut Tx, new: &NewReceived) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE received_activities
             SET via_ap_id = NULL, body = $2, state = 'queued', outcome = NULL, reason = NULL, finished_at = NULL,
                 due_at = 0, shard = $3
             WHERE ap_id = $1 AND via_ap_id IS NOT NULL AND outcome = $4",
        )
        .bind(new.ap_id.as_str())
        .bind(new.body.clone())
        .bind(i64::from(shard_of(&new.actor)))
        .bind(Outcome::Ignored.as_str())
        .execute()
        .await?;
    Ok(rows == 1)
}

/// When the next activity is due; `None` when nothing waits.
pub async fn next_due(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let (due,): (Option<i64>,) =
        db.query("SELECT min(due_at) FROM received_activities WHERE state = 'queued'").one().await?;
    Ok(due.map(Timestamp))
}

/// Ends the processing of an activity, in the transaction that carries its effect. `false` when it had ended before:
/// then the transaction must have no effect either.
pub async fn finish(
    tx: &mut Tx,
    id: ReceivedId,
    outcome: Outcome,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE received_activities SET state = 'done', outcome = $2, reason = $3, finished_at = $4
             WHERE id = $1 AND state = 'queued'",
        )
        .bind(id.0)
        .bind(outcome.as_str())
        .bind(reason.map(str::to_owned))
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// A group elsewhere announces an activity that is known: where it came from its author alone and has had no effect, it
/// is due once more, as the group's word. `false` where there is nothing to be done again.
pub async fn set_announced(tx: &mut Tx, ap_id: &ApId, via: &ApId) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE received_activities
             SET via_ap_id = $2, state = 'queued', outcome = NULL, reason = NULL, finished_at = NULL, due_at = 0,
                 shard = $3
             WHERE ap_id = $1 AND via_ap_id IS NULL AND state = 'done' AND outcome NOT IN ('applied', 'held')",
        )
        .bind(ap_id.as_str())
        .bind(via.as_str())
        .bind(i64::from(shard_of(via)))
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Whether an activity that came from its author is still to be processed.
pub async fn is_queued(tx: &mut Tx, ap_id: &ApId) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = tx
        .query(
            "SELECT id FROM received_activities WHERE ap_id = $1 AND via_ap_id IS NULL AND state = 'queued'",
        )
        .bind(ap_id.as_str())
        .optional()
        .await?;
    Ok(found.is_some())
}

/// Puts an activity off.
pub async fn reschedule(
    tx: &mut Tx,
    id: ReceivedId,
    due_at: Timestamp,
    reason: &str,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE received_activities SET attempts = attempts + 1, due_at = $2, reason = $3
         WHERE id = $1 AND state = 'queued'",
    )
    .bind(id.0)
    .bind(due_at.0)
    .bind(reason)
    .execute()
    .await?;
    Ok(())
}

/// The most activities that wait for one entry, and the most of them by one actor: nobody has to see them before they are
/// kept.
const MOST_WAITING: i64 = 500;
const MOST_WAITING_BY_ONE: i64 = 20;

/// Lets an activity wait until a held entry is decided. `false`: it is not queued any more, or too many wait.
pub async fn set_waiting(tx: &mut Tx, id: ReceivedId, entry: EntryId) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE received_activities SET state = 'waiting', waits_for = $2, reason = $3
             WHERE id = $1 AND state = 'queued'
               AND (SELECT count(*) FROM received_activities w WHERE w.waits_for = $2) < $4
               AND (SELECT count(*) FROM received_activities w
                    WHERE w.waits_for = $2 AND w.actor_ap_id = received_activities.actor_ap_id) < $5",
        )
        .bind(id.0)
        .bind(entry.0)
        .bind("what it is about waits for a moderator")
        .bind(MOST_WAITING)
        .bind(MOST_WAITING_BY_ONE)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Makes due what waited for an entry that is held no longer; gives how many.
pub async fn resume_waiting(tx: &mut Tx, entry: EntryId) -> Result<u64, StoreError> {
    tx.query(
        "UPDATE received_activities SET state = 'queued', waits_for = NULL, reason = NULL, due_at = 0
         WHERE waits_for = $1",
    )
    .bind(entry.0)
    .execute()
    .await
}

/// Forgets activities that ended before `before`, and with them the protection against their repetition.
pub async fn delete_finished(tx: &mut Tx, before: Timestamp, limit: usize) -> Result<u64, StoreError> {
    tx.query(
        "DELETE FROM received_activities WHERE id IN
            (SELECT r.id FROM received_activities r
             WHERE r.received_at < $1 AND r.finished_at < $1 AND r.state = 'done'
               AND NOT EXISTS (SELECT 1 FROM queue_items q WHERE q.received_id = r.id AND q.decided_at IS NULL)
             ORDER BY r.received_at LIMIT $2)",
    )
    .bind(before.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .slow()
    .execute()
    .await
}

crate::record! {
    struct Row {
        id: i64,
        ap_id: String,
        actor_ap_id: String,
        host: String,
        verb: String,
        via_ap_id: Option<String>,
        body: Vec<u8>,
        attempts: i64,
        received_at: i64,
    }
}

impl From<Row> for Received {
    fn from(row: Row) -> Self {
        Self {
            id: ReceivedId(row.id),
            ap_id: ApId::new(row.ap_id),
            actor: ApId::new(row.actor_ap_id),
            host: row.host,
            verb: row.verb,
            via: row.via_ap_id.map(ApId::new),
            body: row.body,
            attempts: row.attempts,
            received_at: Timestamp(row.received_at),
        }
    }
}

/// Whether an activity with a global id has been kept, and its author sending it (again) can change nothing.
pub async fn exists(db: &Db, ap_id: &ApId) -> Result<bool, StoreError> {
    const LIVE: Keyed = Keyed {
        sqlite: "SELECT ap_id, id FROM received_activities
                 WHERE ap_id = $1 AND (via_ap_id IS NULL OR outcome IS NULL OR outcome <> 'ignored')",
        postgres: "SELECT ap_id, id FROM received_activities
                   WHERE ap_id = ANY($1) AND (via_ap_id IS NULL OR outcome IS NULL OR outcome <> 'ignored')",
        column: "ap_id",
    };
    Ok(db.optional_by::<(String, i64)>(LIVE, ap_id.as_str()).await?.is_some())
}
