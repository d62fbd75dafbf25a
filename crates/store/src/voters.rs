//! Who voted on what: lists for those who may have them, and what patterns are made of.

use guildhall_domain::{ActorId, EntryId, GroupId, Timestamp, content::Vote, moderation::VoterFacts};

use crate::{StoreError, db::Db};

/// A vote with its voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cast {
    /// Who.
    pub actor: ActorId,
    /// What.
    pub vote: Vote,
    /// When.
    pub at: Timestamp,
}

/// What votes are looked at: of a period, on one author's posts and comments in a group, or on one of them.
#[derive(Debug, Clone, Copy)]
pub struct Looked {
    /// The group.
    pub group: GroupId,
    /// The author.
    pub author: ActorId,
    /// One post or comment of theirs.
    pub entry: Option<EntryId>,
    /// The beginning of the period.
    pub since: Timestamp,
}

/// The votes on an entry, in the order of their voters' keys.
pub async fn list(
    db: &Db,
    entry: EntryId,
    after: Option<ActorId>,
    limit: usize,
) -> Result<Vec<Cast>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = db
        .query(
            "SELECT actor_id, value, created_at FROM votes WHERE entry_id = $1 AND actor_id > $2
             ORDER BY actor_id LIMIT $3",
        )
        .bind(entry.0)
        .bind(after.map_or(i64::MIN, |actor| actor.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .slow()
        .all()
        .await?;
    let cast = |(actor, value, at)| {
        let vote = Vote::from_value(value).flatten()?;
        Some(Cast { actor: ActorId(actor), vote, at: Timestamp(at) })
    };
    Ok(rows.into_iter().filter_map(cast).collect())
}

/// What each of the voters voted. Who is first known to the group after `new_since` is new to it.
pub async fn list_facts(
    db: &Db,
    looked: Looked,
    new_since: Timestamp,
) -> Result<Vec<VoterFacts>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "WITH cast_here AS (
                SELECT v.actor_id, sum(CASE WHEN v.value > 0 THEN 1 ELSE 0 END) AS up,
                       sum(CASE WHEN v.value < 0 THEN 1 ELSE 0 END) AS down
                FROM entries e JOIN votes v ON v.entry_id = e.id
                WHERE e.group_id = $1 AND e.author_id = $2 AND ($3 = 0 OR e.id = $3) AND v.created_at >= $4
                GROUP BY v.actor_id),
             cast_in_group AS (
                SELECT c.actor_id, count(*) AS in_group,
                       sum(CASE WHEN e.author_id = $2 THEN 1 ELSE 0 END) AS on_author
                FROM cast_here c JOIN votes v ON v.actor_id = c.actor_id JOIN entries e ON e.id = v.entry_id
                WHERE e.group_id = $1 AND v.created_at >= $4
                GROUP BY c.actor_id)
             SELECT a.host, CAST(c.up AS BIGINT) AS up, CAST(c.down AS BIGINT) AS down,
                    g.in_group, CAST(g.on_author AS BIGINT) AS on_author,
                    CAST(CASE WHEN q.first_at < $5 OR m.joined_at < $5 THEN 0 ELSE 1 END AS BIGINT) AS is_new
             FROM cast_here c
             JOIN cast_in_group g ON g.actor_id = c.actor_id
             JOIN actors a ON a.id = c.actor_id
             LEFT JOIN acquaintances q ON q.group_id = $1 AND q.actor_id = c.actor_id
             LEFT JOIN memberships m ON m.group_id = $1 AND m.actor_id = c.actor_id
             ORDER BY c.actor_id",
        )
        .bind(looked.group.0)
        .bind(looked.author.0)
        .bind(looked.entry.map_or(0, |entry| entry.0))
        .bind(looked.since.0)
        .bind(new_since.0)
        .slow()
        .all()
        .await?;
    Ok(rows.into_iter().map(VoterFacts::from).collect())
}

/// The most votes within one span of `span_ms`, counted from midnight.
pub async fn count_busiest(db: &Db, looked: Looked, span_ms: i64) -> Result<i64, StoreError> {
    let row: (i64,) = db
        .query(
            "SELECT coalesce(max(n), 0) FROM (
                SELECT count(*) AS n FROM entries e JOIN votes v ON v.entry_id = e.id
                WHERE e.group_id = $1 AND e.author_id = $2 AND ($3 = 0 OR e.id = $3) AND v.created_at >= $4
                GROUP BY v.created_at / $5) AS spans",
        )
        .bind(looked.group.0)
        .bind(looked.author.0)
        .bind(looked.entry.map_or(0, |entry| entry.0))
        .bind(looked.since.0)
        .bind(span_ms)
        .one()
        .await?;
    Ok(row.0)
}

crate::record! {
    struct Row {
        host: String,
        up: i64,
        down: i64,
        in_group: i64,
        on_author: i64,
        is_new: i64,
    }
}

impl From<Row> for VoterFacts {
    fn from(row: Row) -> Self {
        Self {
            host: row.host,
            up: row.up,
            down: row.down,
            in_group: row.in_group,
            on_author: row.on_author,
            is_new: row.is_new == 1,
        }
    }
}
