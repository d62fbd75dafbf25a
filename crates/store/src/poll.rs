//! Polls: the options of a question, and who chose which.

use std::collections::HashMap;

use guildhall_domain::{ActorId, EntryId, Timestamp};

use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
};

/// A poll as its author's server tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Options in order, with votes as counted by the author's server: of a poll made here, those that we have.
    pub options: Vec<(String, i64)>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
}

/// The poll of an entry.
pub async fn find(db: &Db, entry: EntryId) -> Result<Option<Poll>, StoreError> {
    Ok(list_of_entries(db, &[entry]).await?.pop().map(|(_, poll)| poll))
}

/// The polls among some entries. Of an entry that was written here we count the votes ourselves.
pub async fn list_of_entries(db: &Db, entries: &[EntryId]) -> Result<Vec<(EntryId, Poll)>, StoreError> {
    const HEADS: Sql = Sql {
        sqlite: "SELECT entry_id, multiple, closes_at FROM polls
                 WHERE entry_id IN (SELECT value FROM json_each($1)) ORDER BY entry_id",
        postgres: "SELECT entry_id, multiple, closes_at FROM polls WHERE entry_id = ANY($1) ORDER BY entry_id",
    };
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let ids: List<i64> = entries.iter().map(|id| id.0).collect();
    let heads: Vec<(i64, bool, Option<i64>)> = db.query(HEADS).bind(ids).all().await?;
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let mut options = options(db, heads.iter().map(|(entry, ..)| *entry).collect()).await?;
    let poll = |(entry, multiple, closes_at): (i64, bool, Option<i64>)| {
        let options = options.remove(&entry).unwrap_or_default();
        (EntryId(entry), Poll { options, multiple, closes_at: closes_at.map(Timestamp) })
    };
    Ok(heads.into_iter().map(poll).collect())
}

/// Name and votes of an option.
type PollOption = (String, i64);

/// The options of several polls, of each in order.
async fn options(db: &Db, entries: List<i64>) -> Result<HashMap<i64, Vec<PollOption>>, StoreError> {
    macro_rules! of_entries {
        ($chosen:literal) => {
            concat!(
                "SELECT o.entry_id, o.name, CASE WHEN e.is_local THEN
                    (SELECT count(*) FROM poll_votes v WHERE v.entry_id = o.entry_id AND v.position = o.position)
                 ELSE o.votes END
                 FROM poll_options o JOIN entries e ON e.id = o.entry_id
                 WHERE o.entry_id ",
                $chosen,
                " ORDER BY o.entry_id, o.position"
            )
        };
    }
    const OPTIONS: Sql = Sql {
        sqlite: of_entries!("IN (SELECT value FROM json_each($1))"),
        postgres: of_entries!("= ANY($1)"),
    };
    let rows: Vec<(i64, String, i64)> = db.query(OPTIONS).bind(entries).all().await?;
    let mut options: HashMap<i64, Vec<PollOption>> = HashMap::new();
    for (entry, name, votes) in rows {
        options.entry(entry).or_default().push((name, votes));
    }
    Ok(options)
}

/// Writes a poll, or its new counts. Options that are no longer named go.
pub async fn set(tx: &mut Tx, entry: EntryId, poll: &Poll) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO polls (entry_id, multiple, closes_at) VALUES ($1, $2, $3)
         ON CONFLICT (entry_id) DO UPDATE SET multiple = excluded.multiple, closes_at = excluded.closes_at",
    )
    .bind(entry.0)
    .bind(poll.multiple)
    .bind(poll.closes_at.map(|at| at.0))
    .execute()
    .await?;
    tx.query("DELETE FROM poll_options WHERE entry_id = $1 AND position >= $2")
        .bind(entry.0)
        .bind(i64::try_from(poll.options.len()).unwrap_or(i64::MAX))
        .execute()
        .await?;
    for (position, (name, votes)) in (0_i64..).zip(&poll.options) {
        tx.query(
            "INSERT INTO poll_options (entry_id, position, name, votes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (entry_id, position) DO UPDATE SET name = excluded.name, votes = excluded.votes",
        )
        .bind(entry.0)
        .bind(position)
        .bind(name.as_str())
        .bind(*votes)
        .execute()
        .await?;
    }
    Ok(())
}

/// Records a choice by the exact name of an option. `false`: no such option, closed, or chosen before.
pub async fn insert_vote(
    tx: &mut Tx,
    entry: EntryId,
    actor: ActorId,
    option: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO poll_votes (entry_id, actor_id, position, created_at)
             SELECT o.entry_id, $2, o.position, $4 FROM poll_options o JOIN polls p ON p.entry_id = o.entry_id
             WHERE o.entry_id = $1 AND o.name = $3 AND (p.closes_at IS NULL OR p.closes_at > $4)
               AND (p.multiple OR NOT EXISTS
                    (SELECT 1 FROM poll_votes v WHERE v.entry_id = $1 AND v.actor_id = $2))
             ORDER BY o.position LIMIT 1
             ON CONFLICT DO NOTHING",
        )
        .bind(entry.0)
        .bind(actor.0)
        .bind(option)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}
