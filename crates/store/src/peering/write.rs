//! Writing to the lists of hosts.

use guildhall_domain::{BlockListId, GroupId, Timestamp, peering::PeeringAction};

use super::entry::{ListedHost, Row, scope, select};
use crate::{
    StoreError, convert,
    db::{Composed, List, Query, Sql, Tx},
};

/// Rows in one statement: 11 columns each.
const CHUNK: usize = 500;

/// Puts a host on a list; a new action replaces the old one.
pub async fn set(
    tx: &mut Tx,
    group: Option<GroupId>,
    host: &str,
    action: PeeringAction,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let entry = ListedHost { reason: reason.map(str::to_owned), ..ListedHost::new(group, host, action, now) };
    put(tx, &entry).await
}

/// Puts an entry on its list; one about the same name, from the same block list or likewise made here, is replaced.
pub async fn put(tx: &mut Tx, entry: &ListedHost) -> Result<(), StoreError> {
    put_all(tx, std::slice::from_ref(entry)).await
}

/// The same for several. No two of them may be about one name on one list.
pub async fn put_all(tx: &mut Tx, entries: &[ListedHost]) -> Result<(), StoreError> {
    for chunk in entries.chunks(CHUNK) {
        let sql = Composed::new(
            "INSERT INTO peering (group_id, host, list_id, action, mute_media, until, reason, public_comment,
                private_comment, by_actor_id, created_at) VALUES ",
        )
        .values(chunk.len(), 11, 1)
        .text(
            " ON CONFLICT (host, group_id, list_id) DO UPDATE SET
                action = excluded.action, mute_media = excluded.mute_media, until = excluded.until,
                reason = excluded.reason, public_comment = excluded.public_comment,
                private_comment = excluded.private_comment, by_actor_id = excluded.by_actor_id,
                created_at = excluded.created_at",
        );
        chunk.iter().fold(tx.query(sql), bound).execute().await?;
    }
    Ok(())
}

fn bound<'c>(query: Query<'c>, listed: &ListedHost) -> Query<'c> {
    query
        .bind(scope(listed.group))
        .bind(listed.entry.host.clone())
        .bind(listed.list.map_or(0, |list| list.0))
        .bind(listed.entry.action.as_str())
        .bind(listed.entry.mute_media)
        .bind(listed.entry.until.map(|until| until.0))
        .bind(listed.reason.clone())
        .bind(listed.public_comment.clone())
        .bind(listed.private_comment.clone())
        .bind(listed.by.map(|by| by.0))
        .bind(listed.created_at.0)
}

/// Takes off a list what was decided here about a host. `false` when it was not on it.
pub async fn delete(tx: &mut Tx, group: Option<GroupId>, host: &str) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM peering WHERE group_id = $1 AND host = $2 AND list_id = 0")
        .bind(scope(group))
        .bind(host)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Takes away what a block list wanted about these hosts.
pub async fn delete_of_list(tx: &mut Tx, list: BlockListId, hosts: &[&str]) -> Result<(), StoreError> {
    const NAMED: Sql = Sql {
        sqlite: "DELETE FROM peering WHERE list_id = $1 AND host IN (SELECT value FROM json_each($2))",
        postgres: "DELETE FROM peering WHERE list_id = $1 AND host = ANY($2)",
    };
    let hosts: List<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    tx.query(NAMED).bind(list.0).bind(hosts).execute().await?;
    Ok(())
}

/// Deletes entries whose end is past, `limit` at most, and gives them.
pub async fn delete_over(tx: &mut Tx, now: Timestamp, limit: usize) -> Result<Vec<ListedHost>, StoreError> {
    let over: Vec<Row> = tx
        .query(concat!(
            select!(),
            " WHERE until IS NOT NULL AND until <= $1 ORDER BY until, host, group_id, list_id LIMIT $2"
        ))
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let mut deleted = Vec::new();
    for listed in convert::all::<Row, ListedHost>(over)? {
        // Given a new end meanwhile, it stays.
        let rows = tx
            .query("DELETE FROM peering WHERE group_id = $1 AND host = $2 AND list_id = $3 AND until <= $4")
            .bind(scope(listed.group))
            .bind(listed.entry.host.clone())
            .bind(listed.list.map_or(0, |list| list.0))
            .bind(now.0)
            .execute()
            .await?;
        if rows == 1 {
            deleted.push(listed);
        }
    }
    Ok(deleted)
}
