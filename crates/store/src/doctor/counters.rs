//! Numbers that are kept beside what they count, and whether they are right.

use crate::{StoreError, db::Db};

/// A family of numbers that are changed together with what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// `member_count` of groups.
    Members,
    /// `post_count` and `comment_count` of groups.
    GroupEntries,
    /// `up`, `down` and `score` of posts and comments.
    Votes,
    /// `comment_count` of posts and comments.
    Comments,
    /// The inboxes that follow groups, and how many followers are behind each.
    Followers,
}

/// Rows whose numbers are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wrong {
    /// How many there are behind the one asked for.
    pub rows: u64,
    /// The first of them: groups, or of votes and comments entries.
    pub ids: Vec<i64>,
}

/// The rows that a statement finds, at most `$2`, each with how many there are in all.
///
/// By themselves first: PostgreSQL would else plan for the first few of many rows, and find out that there are none by
/// comparing each entry with each count.
macro_rules! counted {
    ($found:literal) => {
        concat!(
            "WITH wrong AS MATERIALIZED (",
            $found,
            ") SELECT id, (SELECT count(*) FROM wrong) FROM wrong ORDER BY id LIMIT $2"
        )
    };
}

impl Counter {
    /// Every counter.
    pub const ALL: [Self; 5] =
        [Self::Members, Self::GroupEntries, Self::Votes, Self::Comments, Self::Followers];

    /// The rows behind `$1` that are wrong, at most `$2`.
    fn wrong(self) -> &'static str {
        match self {
            Self::Members => {
                counted!(
                    "SELECT g.id FROM groups g
                 LEFT JOIN (SELECT group_id, count(*) AS members FROM memberships WHERE state = 'member'
                            GROUP BY group_id) c ON c.group_id = g.id
                 WHERE g.id > $1 AND g.member_count <> coalesce(c.members, 0)"
                )
            }
            Self::GroupEntries => {
                counted!(
                    "SELECT g.id FROM groups g
                 LEFT JOIN (SELECT group_id, count(CASE WHEN kind = 'post' THEN 1 END) AS posts,
                                   count(CASE WHEN kind = 'comment' THEN 1 END) AS comments
                            FROM entries WHERE state = 'published' GROUP BY group_id) c ON c.group_id = g.id
                 WHERE g.id > $1 AND (g.post_count <> coalesce(c.posts, 0)
                                      OR g.comment_count <> coalesce(c.comments, 0))"
                )
            }
            Self::Votes => {
                counted!(
                    "SELECT e.id FROM entries e
                 LEFT JOIN (SELECT entry_id, count(CASE WHEN value > 0 THEN 1 END) AS up,
                                   count(CASE WHEN value < 0 THEN 1 END) AS down
                            FROM votes GROUP BY entry_id) c ON c.entry_id = e.id
                 WHERE e.id > $1 AND (e.up <> coalesce(c.up, 0) OR e.down <> coalesce(c.down, 0)
                                      OR e.score <> coalesce(c.up - c.down, 0))"
                )
            }
            // Of a post all comments of its thread, of a comment those that answer it.
            Self::Comments => {
                counted!(
                    "SELECT e.id FROM entries e
                 LEFT JOIN (SELECT thread_id AS id, count(*) AS comments FROM entries
                            WHERE kind = 'comment' AND state = 'published' GROUP BY thread_id
                            UNION ALL
                            SELECT parent_id, count(*) FROM entries
                            WHERE kind = 'comment' AND state = 'published' AND parent_id <> thread_id
                            GROUP BY parent_id) c ON c.id = e.id
                 WHERE e.id > $1 AND e.comment_count <> coalesce(c.comments, 0)"
                )
            }
            // One row an inbox on both sides, so that those that agree cancel out.
            Self::Followers => {
                counted!(
                    "SELECT w.group_id AS id FROM (
                    SELECT DISTINCT x.group_id FROM (
                        SELECT s.group_id, s.inbox, s.followers FROM delivery_subscriptions s
                        UNION ALL
                        SELECT m.group_id, coalesce(a.shared_inbox, a.inbox), -count(*) FROM memberships m
                        JOIN actors a ON a.id = m.actor_id JOIN groups g ON g.id = m.group_id
                        WHERE m.state = 'member' AND g.is_local AND NOT a.is_local
                        GROUP BY m.group_id, coalesce(a.shared_inbox, a.inbox)) x
                    GROUP BY x.group_id, x.inbox HAVING sum(x.followers) <> 0) w
                 WHERE w.group_id > $1"
                )
            }
        }
    }
}

/// The rows behind `after` whose numbers do not agree with what they count, by a full count; start with `0`.
///
/// One statement, so that a number that changes meanwhile is not taken for wrong.
pub async fn list_wrong(db: &Db, counter: Counter, after: i64, limit: u32) -> Result<Wrong, StoreError> {
    let rows: Vec<(i64, i64)> =
        db.query(counter.wrong()).bind(after).bind(i64::from(limit)).slow().all().await?;
    Ok(Wrong {
        rows: rows.first().map_or(0, |(_, count)| count.unsigned_abs()),
        ids: rows.into_iter().map(|(id, _)| id).collect(),
    })
}
