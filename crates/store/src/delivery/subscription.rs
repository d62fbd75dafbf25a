//! Which inboxes follow a group: one row an inbox, with the number of followers behind it.
//!
//! Written by the membership use cases in the transaction of the membership itself.

use guildhall_domain::{ActorId, GroupId, Timestamp};

use super::host;
use crate::{
    StoreError,
    db::{Db, Tx},
    group_host, instance,
};

/// Counts one more follower of `group` behind `inbox`.
///
/// The first one makes the subscription: from then on what is published for the group goes there. Call it once for
/// each membership that begins, with [`actor::Actor::delivery_inbox`](crate::actor::Actor::delivery_inbox).
///
/// The host is the one in the inbox's URL, which need not be that of the follower's handle.
pub async fn add(tx: &mut Tx, group: GroupId, inbox: &str, now: Timestamp) -> Result<(), StoreError> {
    let host = authority_of(inbox);
    let (last,): (i64,) = tx.query("SELECT COALESCE(max(seq), 0) FROM delivery_log").one().await?;
    tx.query(
        "INSERT INTO delivery_subscriptions (group_id, inbox, host, followers, since_seq)
         VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (group_id, inbox) DO UPDATE SET followers = delivery_subscriptions.followers + 1",
    )
    .bind(group.0)
    .bind(inbox)
    .bind(host)
    .bind(last)
    .execute()
    .await?;
    group_host::set_present(tx, group, host, now).await?;
    instance::insert(tx, host, now).await?;
    host::ensure(tx, &[host], last).await
}

/// `example.org` of `https://example.org/inbox`. Inboxes are normalised, so there are no credentials or default ports.
fn authority_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split_once(['/', '?', '#']).map_or(rest, |(authority, _)| authority)
}

/// Counts one follower less. With the last one the subscription ends, also for what still waits to be delivered.
pub async fn remove(tx: &mut Tx, group: GroupId, inbox: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "UPDATE delivery_subscriptions SET followers = followers - 1 WHERE group_id = $1 AND inbox = $2",
    )
    .bind(group.0)
    .bind(inbox)
    .execute()
    .await?;
    tx.query("DELETE FROM delivery_subscriptions WHERE group_id = $1 AND inbox = $2 AND followers <= 0")
        .bind(group.0)
        .bind(inbox)
        .execute()
        .await?;
    group_host::set_absent(tx, group, authority_of(inbox), now).await
}

/// The hosts with followers of a group, in the order of their bytes.
pub async fn list_hosts(db: &Db, group: GroupId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .query("SELECT DISTINCT host FROM delivery_subscriptions WHERE group_id = $1")
        .bind(group.0)
        .all()
        .await?;
    let mut hosts: Vec<String> = rows.into_iter().map(|(host,)| host).collect();
    // Here rather than by the database, whose order depends on its locale.
    hosts.sort_unstable();
    Ok(hosts)
}

/// Brings a follower's subscriptions to another inbox, when its server moved it.
///
/// For one actor: of an inbox that others share, only this follower's part moves.
pub async fn move_follower(
    tx: &mut Tx,
    actor: ActorId,
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let groups: Vec<(i64,)> = tx
        .query(
            "SELECT m.group_id FROM memberships m JOIN groups g ON g.id = m.group_id
             WHERE m.actor_id = $1 AND m.state = 'member' AND g.is_local ORDER BY m.group_id",
        )
        .bind(actor.0)
        .all()
        .await?;
    for (group,) in groups {
        add(tx, GroupId(group), to, now).await?;
        remove(tx, GroupId(group), from, now).await?;
    }
    Ok(())
}
