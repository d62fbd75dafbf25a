//! The lists of hosts: blocked, limited, allowed, muted; of the instance and of each group.

mod effects;
mod entry;
mod write;

use std::collections::HashSet;

use guildhall_domain::{BlockListId, GroupId, Timestamp, peering::PeeringEntry, peering::covering_names};

pub use effects::{Effects, effects_of};
pub use entry::ListedHost;
use entry::{Row, RuleRow, scope, select};
pub use write::{delete, delete_of_list, delete_over, put, put_all, set};

use crate::{
    StoreError, convert,
    db::{Db, List, Source, Sql, Tx},
};

/// The entries that may concern one authority: `(instance's, group's)`.
pub async fn list_covering(
    db: &Db,
    group: Option<GroupId>,
    authority: &str,
) -> Result<(Vec<PeeringEntry>, Vec<PeeringEntry>), StoreError> {
    const COVERING: Sql = Sql {
        sqlite: "SELECT group_id, host, list_id, action, mute_media, until FROM peering
                 WHERE group_id IN (0, $1) AND host IN (SELECT value FROM json_each($2))",
        postgres: "SELECT group_id, host, list_id, action, mute_media, until FROM peering
                   WHERE group_id IN (0, $1) AND host = ANY($2)",
    };
    let names: List<String> = covering_names(authority).map(str::to_owned).collect();
    let rows: Vec<RuleRow> = db.query(COVERING).bind(scope(group)).bind(names).all().await?;
    let (mut of_instance, mut of_group) = (Vec::new(), Vec::new());
    for row in rows {
        let (of, entry) = row.read()?;
        let list = if of.is_none() { &mut of_instance } else { &mut of_group };
        list.push(entry);
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
        sqlite: "SELECT group_id, host, list_id, action, mute_media, until FROM peering
                 WHERE host IN (SELECT value FROM json_each($1)) ORDER BY group_id, host, list_id",
        postgres: "SELECT group_id, host, list_id, action, mute_media, until FROM peering
                   WHERE host = ANY($1) ORDER BY group_id, host, list_id",
    };
    let names: HashSet<&str> = authorities.iter().copied().flat_map(covering_names).collect();
    let names: List<String> = names.into_iter().map(str::to_owned).collect();
    let rows: Vec<RuleRow> = db.query(COVERING).bind(names).all().await?;
    rows.into_iter().map(RuleRow::read).collect()
}

/// Every entry of the instance's own list, as its rule needs it.
pub async fn list_of_instance(db: &Db) -> Result<Vec<PeeringEntry>, StoreError> {
    let rows: Vec<RuleRow> = db
        .query("SELECT group_id, host, list_id, action, mute_media, until FROM peering WHERE group_id = 0")
        .all()
        .await?;
    rows.into_iter().map(|row| row.read().map(|(_, entry)| entry)).collect()
}

/// Every entry of every list, the instance's first.
pub async fn list_all(db: &Db) -> Result<Vec<ListedHost>, StoreError> {
    convert::all::<Row, _>(db.query(concat!(select!(), " ORDER BY group_id, host, list_id")).all().await?)
}

/// Every entry of one list, by host.
pub async fn list_of(db: &Db, group: Option<GroupId>) -> Result<Vec<ListedHost>, StoreError> {
    let sql = concat!(select!(), " WHERE group_id = $1 ORDER BY host, list_id");
    convert::all::<Row, _>(db.query(sql).bind(scope(group)).all().await?)
}

/// Entries of one list by host, from the one after `after` on: its host and its block list, 0 where there is none.
pub async fn list_page(
    db: &Db,
    group: Option<GroupId>,
    after: Option<(&str, i64)>,
    limit: usize,
) -> Result<Vec<ListedHost>, StoreError> {
    let (host, list) = after.unwrap_or(("", 0));
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE group_id = $1 AND (host, list_id) > ($2, $3) ORDER BY host, list_id LIMIT $4"
        ))
        .bind(scope(group))
        .bind(host)
        .bind(list)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// What one list says about exactly this name: what was decided here first, then what block lists want.
pub async fn list_named(
    tx: &mut Tx,
    group: Option<GroupId>,
    host: &str,
) -> Result<Vec<ListedHost>, StoreError> {
    let sql = concat!(select!(), " WHERE group_id = $1 AND host = $2 ORDER BY list_id");
    convert::all::<Row, _>(tx.query(sql).bind(scope(group)).bind(host).all().await?)
}

/// What was decided here about exactly these names, on one list.
pub async fn list_made_here(
    tx: &mut Tx,
    group: Option<GroupId>,
    hosts: &[&str],
) -> Result<Vec<ListedHost>, StoreError> {
    const NAMED: Sql = Sql {
        sqlite: concat!(
            select!(),
            " WHERE group_id = $1 AND list_id = 0 AND host IN (SELECT value FROM json_each($2)) ORDER BY host"
        ),
        postgres: concat!(select!(), " WHERE group_id = $1 AND list_id = 0 AND host = ANY($2) ORDER BY host"),
    };
    let hosts: List<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    convert::all::<Row, _>(tx.query(NAMED).bind(scope(group)).bind(hosts).all().await?)
}

/// What is there because a block list wants it, by host.
pub async fn list_of_list<'a>(
    from: impl Into<Source<'a>>,
    list: BlockListId,
) -> Result<Vec<ListedHost>, StoreError> {
    let sql = concat!(select!(), " WHERE list_id = $1 ORDER BY host");
    convert::all::<Row, _>(from.into().query(sql).bind(list.0).all().await?)
}

/// Whether an entry on any list has an end that is past.
pub async fn has_over(db: &Db, now: Timestamp) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = db
        .query("SELECT group_id FROM peering WHERE until IS NOT NULL AND until <= $1 LIMIT 1")
        .bind(now.0)
        .optional()
        .await?;
    Ok(found.is_some())
}
