//! The lists of hosts: blocked, limited, allowed; of the instance and of each group.

use std::collections::HashSet;

use guildhall_domain::{
    GroupId, Timestamp,
    peering::{PeeringAction, PeeringEntry, covering_names},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
};

/// An entry with all that an admin wants to see.
#[derive(Debug, Clone)]
pub struct ListedHost {
    /// The group whose list it is on; `None` for the instance's.
    pub group: Option<GroupId>,
    /// Host and action.
    pub entry: PeeringEntry,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// The entries that may concern one authority: `(instance's, group's)`.
pub async fn list_covering(
    db: &Db,
    group: Option<GroupId>,
    authority: &str,
) -> Result<(Vec<PeeringEntry>, Vec<PeeringEntry>), StoreError> {
    const COVERING: Sql = Sql {
        sqlite: "SELECT group_id, host, action FROM peering
                 WHERE group_id IN (0, $1) AND host IN (SELECT value FROM json_each($2))",
        postgres: "SELECT group_id, host, action FROM peering WHERE group_id IN (0, $1) AND host = ANY($2)",
    };
    let names: List<String> = covering_names(authority).map(str::to_owned).collect();
    let rows: Vec<(i64, String, String)> =
        db.query(COVERING).bind(group.map_or(0, |group| group.0)).bind(names).all().await?;
    let (mut of_instance, mut of_group) = (Vec::new(), Vec::new());
    for (scope, host, action) in rows {
        let action = convert::word("peering entry", &host, &action)?;
        let list = if scope == 0 { &mut of_instance } else { &mut of_group };
        list.push(PeeringEntry { host, action });
    }
    Ok((of_instance, of_group))
}

/// The entries of every list that may concern one authority, with the group whose list it is; `None` for the instance's.
pub async fn list_of_host(
    db: &Db,
    authority: &str,
) -> Result<Vec<(Option<GroupId>, PeeringEntry)>, StoreError> {
    list_of_hosts(db, &[authority]).await
}

/// The same for several authorities: what may concern any of them.
pub async fn list_of_hosts(
    db: &Db,
    authorities: &[&str],
) -> Result<Vec<(Option<GroupId>, PeeringEntry)>, StoreError> {
    const COVERING: Sql = Sql {
        sqlite: "SELECT group_id, host, action FROM peering WHERE host IN (SELECT value FROM json_each($1))
                 ORDER BY group_id, host",
        postgres: "SELECT group_id, host, action FROM peering WHERE host = ANY($1) ORDER BY group_id, host",
    };
    let names: HashSet<&str> = authorities.iter().copied().flat_map(covering_names).collect();
    let names: List<String> = names.into_iter().map(str::to_owned).collect();
    let rows: Vec<(i64, String, String)> = db.query(COVERING).bind(names).all().await?;
    rows.into_iter()
        .map(|(group, host, action)| {
            let action = convert::word("peering entry", &host, &action)?;
            Ok(((group != 0).then_some(GroupId(group)), PeeringEntry { host, action }))
        })
        .collect()
}

/// Every entry of every list, the instance's first.
pub async fn list_all(db: &Db) -> Result<Vec<ListedHost>, StoreError> {
    let rows: Vec<(i64, String, String, Option<String>, i64)> = db
        .query("SELECT group_id, host, action, reason, created_at FROM peering ORDER BY group_id, host")
        .all()
        .await?;
    rows.into_iter()
        .map(|(group, host, action, reason, created_at)| {
            Ok(ListedHost {
                group: (group != 0).then_some(GroupId(group)),
                entry: PeeringEntry { action: convert::word("peering entry", &host, &action)?, host },
                reason,
                created_at: Timestamp(created_at),
            })
        })
        .collect()
}

/// Puts a host on a list; a new action replaces the old one.
pub async fn set(
    tx: &mut Tx,
    group: Option<GroupId>,
    host: &str,
    action: PeeringAction,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO peering (group_id, host, action, reason, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (group_id, host) DO UPDATE SET
            action = excluded.action, reason = excluded.reason, created_at = excluded.created_at",
    )
    .bind(group.map_or(0, |group| group.0))
    .bind(host)
    .bind(action.as_str())
    .bind(reason.map(str::to_owned))
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

/// Takes a host off a list. `false` when it was not on it.
pub async fn delete(tx: &mut Tx, group: Option<GroupId>, host: &str) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM peering WHERE group_id = $1 AND host = $2")
        .bind(group.map_or(0, |group| group.0))
        .bind(host)
        .execute()
        .await?;
    Ok(rows == 1)
}
