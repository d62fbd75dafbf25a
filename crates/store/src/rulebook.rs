//! Automatic rules, gates and thresholds of groups and of the instance, as JSON, and how often each rule fitted.

use std::collections::BTreeMap;

use guildhall_domain::{GroupId, Timestamp};
use serde_json::Value;

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A rulebook as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRulebook {
    /// Another one for each change.
    pub revision: i64,
    /// What it says.
    pub body: Value,
    /// Since when.
    pub updated_at: Timestamp,
}

const BY_GROUP: &str = "SELECT revision, body, updated_at FROM rulebooks WHERE group_id = $1";

/// The rulebook of a group; of the instance with `None`.
pub async fn find(db: &Db, group: Option<GroupId>) -> Result<Option<StoredRulebook>, StoreError> {
    let row: Option<(i64, Value, i64)> = db.query(BY_GROUP).bind(scope(group)).optional().await?;
    Ok(row.map(from_row))
}

/// The same inside a transaction.
pub async fn find_in(tx: &mut Tx, group: Option<GroupId>) -> Result<Option<StoredRulebook>, StoreError> {
    let row: Option<(i64, Value, i64)> = tx.query(BY_GROUP).bind(scope(group)).optional().await?;
    Ok(row.map(from_row))
}

fn from_row((revision, body, updated_at): (i64, Value, i64)) -> StoredRulebook {
    StoredRulebook { revision, body, updated_at: Timestamp(updated_at) }
}

/// Writes a rulebook in the place of revision `before`, `0` for the first. `false`: somebody else was faster.
pub async fn set(
    tx: &mut Tx,
    group: Option<GroupId>,
    before: i64,
    new: &StoredRulebook,
) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "INSERT INTO rulebooks (group_id, revision, body, updated_at) SELECT $1, $2, $3, $4
             WHERE $5 = coalesce((SELECT revision FROM rulebooks WHERE group_id = $1), 0)
             ON CONFLICT (group_id) DO UPDATE SET revision = excluded.revision, body = excluded.body,
                updated_at = excluded.updated_at WHERE rulebooks.revision = $5",
        )
        .bind(scope(group))
        .bind(new.revision)
        .bind(new.body.clone())
        .bind(new.updated_at.0)
        .bind(before)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// How often rules fitted, by scope (`0` is the instance) and name.
pub type Fitted = BTreeMap<(i64, String), i64>;

/// Adds to the figures of rules, for the day of `now`.
pub async fn add_fitted(tx: &mut Tx, fitted: &Fitted, now: Timestamp) -> Result<(), StoreError> {
    for ((scope, rule), count) in fitted {
        tx.query(
            "INSERT INTO rule_figures (group_id, rule, day, fitted) VALUES ($1, $2, $3, $4)
             ON CONFLICT (group_id, rule, day) DO UPDATE SET fitted = rule_figures.fitted + excluded.fitted",
        )
        .bind(*scope)
        .bind(rule.as_str())
        .bind(now.day())
        .bind(*count)
        .execute()
        .await?;
    }
    Ok(())
}

/// The figures of a rulebook since a day: rule, day, how often it fitted; by day, then by rule.
pub async fn list_fitted(
    db: &Db,
    group: Option<GroupId>,
    since_day: i64,
) -> Result<Vec<(String, i64, i64)>, StoreError> {
    db.query(
        "SELECT rule, day, fitted FROM rule_figures WHERE group_id = $1 AND day >= $2 ORDER BY day, rule",
    )
    .bind(scope(group))
    .bind(since_day)
    .all()
    .await
}

/// Deletes figures of days before `day`.
pub async fn prune_fitted(tx: &mut Tx, day: i64) -> Result<u64, StoreError> {
    tx.query("DELETE FROM rule_figures WHERE day < $1").bind(day).execute().await
}

fn scope(group: Option<GroupId>) -> i64 {
    group.map_or(0, |group| group.0)
}
