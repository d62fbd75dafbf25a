//! Which servers hold copies of what is said in a group here: those that had members, for as long as they had and after.

use guildhall_domain::{GroupId, Timestamp};

use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
};

/// A server that was sent what is said in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHost {
    /// Its authority, with a port where that is none of the usual.
    pub host: String,
    /// Its members in the group.
    pub members: i64,
    /// When its first one became a member.
    pub since: Timestamp,
    /// When its last one left; `None`: it has some.
    pub until: Option<Timestamp>,
}

/// Notes that a server has a member in a group.
pub async fn set_present(tx: &mut Tx, group: GroupId, host: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO group_hosts (group_id, host, since) VALUES ($1, $2, $3)
         ON CONFLICT (group_id, host) DO UPDATE SET until = NULL WHERE group_hosts.until IS NOT NULL",
    )
    .bind(group.0)
    .bind(host)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes that a server has no member in a group any more, where it is so.
pub async fn set_absent(tx: &mut Tx, group: GroupId, host: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_hosts SET until = $3 WHERE group_id = $1 AND host = $2 AND until IS NULL
            AND NOT EXISTS (SELECT 1 FROM delivery_subscriptions s WHERE s.group_id = $1 AND s.host = $2)",
    )
    .bind(group.0)
    .bind(host)
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// The servers of a group by their names, from the one after `after` on.
pub async fn list(db: &Db, group: GroupId, after: &str, limit: usize) -> Result<Vec<GroupHost>, StoreError> {
    let rows: Vec<(String, i64, i64, Option<i64>)> = db
        .query(
            "SELECT h.host, CAST(coalesce((SELECT sum(s.followers) FROM delivery_subscriptions s
                        WHERE s.group_id = h.group_id AND s.host = h.host), 0) AS BIGINT) AS members,
                    h.since, h.until
             FROM group_hosts h WHERE h.group_id = $1 AND h.host > $2 ORDER BY h.host LIMIT $3",
        )
        .bind(group.0)
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let host = |(host, members, since, until): (String, i64, i64, Option<i64>)| GroupHost {
        host,
        members,
        since: Timestamp(since),
        until: until.map(Timestamp),
    };
    Ok(rows.into_iter().map(host).collect())
}

/// Members of a group that have their account here.
pub async fn count_members_here(db: &Db, group: GroupId) -> Result<i64, StoreError> {
    let row: (i64,) = db
        .query(
            "SELECT count(*) FROM memberships m JOIN actors a ON a.id = m.actor_id
             WHERE m.group_id = $1 AND m.state = 'member' AND a.is_local",
        )
        .bind(group.0)
        .one()
        .await?;
    Ok(row.0)
}

/// When the first of the blocks was set that are about one of these names, for the instance or the group.
pub async fn find_blocked_since(
    db: &Db,
    group: GroupId,
    names: Vec<String>,
) -> Result<Option<Timestamp>, StoreError> {
    const BLOCKS: Sql = Sql {
        sqlite: "SELECT min(created_at) FROM peering WHERE group_id IN (0, $1) AND action = 'block'
                    AND host IN (SELECT value FROM json_each($2))",
        postgres: "SELECT min(created_at) FROM peering WHERE group_id IN (0, $1) AND action = 'block'
                    AND host = ANY($2)",
    };
    let names: List<String> = names.into_iter().collect();
    let row: (Option<i64>,) = db.query(BLOCKS).bind(group.0).bind(names).one().await?;
    Ok(row.0.map(Timestamp))
}
