//! Tags that a group's rules gave to an entry: one text in its row, so that showing a page of entries asks for nothing more.

use std::collections::BTreeSet;

use guildhall_domain::EntryId;

use crate::{
    StoreError,
    db::{Sql, Tx},
};

/// The tags in a row; none of them has a space in it.
pub(super) fn read(row: &str) -> Vec<String> {
    row.split_whitespace().map(str::to_owned).collect()
}

/// Gives an entry tags; those it has stay. It is locked until `tx` ends.
pub async fn add_tags(tx: &mut Tx, entry: EntryId, tags: &[String]) -> Result<(), StoreError> {
    if tags.is_empty() {
        return Ok(());
    }
    let locked = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT tags FROM entries WHERE id = $1",
        postgres: "SELECT tags FROM entries WHERE id = $1 FOR NO KEY UPDATE",
    };
    let Some((known,)) = tx.query(locked).bind(entry.0).optional::<(Option<String>,)>().await? else {
        return Ok(());
    };
    let known = known.unwrap_or_default();
    let all: BTreeSet<&str> = known.split_whitespace().chain(tags.iter().map(String::as_str)).collect();
    let all: Vec<&str> = all.into_iter().collect();
    tx.query("UPDATE entries SET tags = $2 WHERE id = $1")
        .bind(entry.0)
        .bind(all.join(" "))
        .execute()
        .await?;
    Ok(())
}
