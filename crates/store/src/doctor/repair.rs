//! Setting wrong numbers right while others go on counting.
//!
//! Each transaction first locks the rows with the numbers and then counts: whoever changes what is counted changes the
//! number in the same transaction, and so is either counted here or adds to the number afterwards.

use std::collections::BTreeMap;

use guildhall_domain::{GroupId, Timestamp};

use super::counters::{Counter, list_wrong};
use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
    delivery::subscription,
    group,
};

/// Rows set right in one transaction, so that others do not wait long.
const CHUNK: u32 = 200;
/// Attempts at a transaction that others are in the way of.
const ATTEMPTS: u32 = 5;

// `NO KEY`, as everywhere: those who write rows that refer to these are not waited for.
const LOCK_GROUPS: Sql = Sql {
    // One writer at a time: nothing to lock.
    sqlite: "SELECT id FROM groups WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    postgres: "SELECT id FROM groups WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
};
const LOCK_ENTRIES: Sql = Sql {
    sqlite: "SELECT id FROM entries WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    postgres: "SELECT id FROM entries WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
};

macro_rules! recount_groups {
    () => {
        "UPDATE groups SET
            member_count = (SELECT count(*) FROM memberships m WHERE m.group_id = groups.id AND m.state = 'member'),
            post_count = (SELECT count(*) FROM entries e
                          WHERE e.group_id = groups.id AND e.kind = 'post' AND e.state = 'published'),
            comment_count = (SELECT count(*) FROM entries e
                             WHERE e.group_id = groups.id AND e.kind = 'comment' AND e.state = 'published')
         WHERE id "
    };
}
macro_rules! recount_entries {
    () => {
        "UPDATE entries SET
            up = (SELECT count(*) FROM votes v WHERE v.entry_id = entries.id AND v.value > 0),
            down = (SELECT count(*) FROM votes v WHERE v.entry_id = entries.id AND v.value < 0),
            score = (SELECT count(CASE WHEN v.value > 0 THEN 1 END) - count(CASE WHEN v.value < 0 THEN 1 END)
                     FROM votes v WHERE v.entry_id = entries.id),
            comment_count = CASE kind
                WHEN 'post' THEN (SELECT count(*) FROM entries c WHERE c.thread_id = entries.id
                                  AND c.kind = 'comment' AND c.state = 'published')
                ELSE (SELECT count(*) FROM entries c WHERE c.parent_id = entries.id
                      AND c.kind = 'comment' AND c.state = 'published' AND c.parent_id <> c.thread_id) END
         WHERE id "
    };
}
const RECOUNT_GROUPS: Sql = Sql {
    sqlite: concat!(recount_groups!(), "IN (SELECT value FROM json_each($1))"),
    postgres: concat!(recount_groups!(), "= ANY($1)"),
};
const RECOUNT_ENTRIES: Sql = Sql {
    sqlite: concat!(recount_entries!(), "IN (SELECT value FROM json_each($1))"),
    postgres: concat!(recount_entries!(), "= ANY($1)"),
};

/// Counts again where a number is wrong. Gives how many rows were.
pub async fn repair_counters(db: &Db, counter: Counter, now: Timestamp) -> Result<u64, StoreError> {
    let (mut after, mut repaired) = (0, 0);
    loop {
        let wrong = list_wrong(db, counter, after, CHUNK).await?;
        let Some(last) = wrong.ids.last() else { return Ok(repaired) };
        after = *last;
        repaired += wrong.ids.len() as u64;
        repair_chunk(db, counter, &wrong.ids, now).await?;
    }
}

async fn repair_chunk(db: &Db, counter: Counter, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
    let mut attempt = 1;
    loop {
        match try_chunk(db, counter, ids, now).await {
            Err(error) if error.is_retryable() && attempt < ATTEMPTS => attempt += 1,
            done => return done,
        }
    }
}

async fn try_chunk(db: &Db, counter: Counter, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    match counter {
        Counter::Members | Counter::GroupEntries => {
            recount(&mut tx, LOCK_GROUPS, RECOUNT_GROUPS, ids).await?;
        }
        Counter::Votes | Counter::Comments => {
            recount(&mut tx, LOCK_ENTRIES, RECOUNT_ENTRIES, ids).await?;
        }
        Counter::Followers => {
            for id in ids {
                recount_followers(&mut tx, GroupId(*id), now).await?;
            }
        }
    }
    tx.commit().await
}

async fn recount(tx: &mut Tx, lock: Sql, recount: Sql, ids: &[i64]) -> Result<(), StoreError> {
    tx.query(lock).bind(List(ids.to_vec())).all::<(i64,)>().await?;
    tx.query(recount).bind(List(ids.to_vec())).slow().execute().await?;
    Ok(())
}

async fn recount_followers(tx: &mut Tx, group: GroupId, now: Timestamp) -> Result<(), StoreError> {
    group::lock(tx, group).await?;
    let kept: Vec<(String, i64)> = tx
        .query("SELECT inbox, followers FROM delivery_subscriptions WHERE group_id = $1")
        .bind(group.0)
        .all()
        .await?;
    let mut kept: BTreeMap<String, i64> = kept.into_iter().collect();
    for (inbox, followers) in count_followers(tx, group).await? {
        match kept.remove(&inbox) {
            Some(known) if known == followers => {}
            Some(_) => set_followers(tx, group, &inbox, followers).await?,
            None => add_inbox(tx, group, &inbox, followers, now).await?,
        }
    }
    for inbox in kept.keys() {
        // Nobody is behind it.
        tx.query("DELETE FROM delivery_subscriptions WHERE group_id = $1 AND inbox = $2")
            .bind(group.0)
            .bind(inbox.as_str())
            .execute()
            .await?;
    }
    Ok(())
}

async fn count_followers(tx: &mut Tx, group: GroupId) -> Result<Vec<(String, i64)>, StoreError> {
    tx.query(
        "SELECT coalesce(a.shared_inbox, a.inbox) AS inbox, count(*) FROM memberships m
         JOIN actors a ON a.id = m.actor_id JOIN groups g ON g.id = m.group_id
         WHERE m.group_id = $1 AND m.state = 'member' AND g.is_local AND NOT a.is_local
         GROUP BY coalesce(a.shared_inbox, a.inbox)",
    )
    .bind(group.0)
    .slow()
    .all()
    .await
}

/// An inbox that was missing. Where it stands for another of its host it takes over from where that one began; the
/// host's cursor keeps it from getting anything twice.
async fn add_inbox(
    tx: &mut Tx,
    group: GroupId,
    inbox: &str,
    followers: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    subscription::add(tx, group, inbox, now).await?;
    tx.query(
        "UPDATE delivery_subscriptions SET since_seq =
            (SELECT min(s.since_seq) FROM delivery_subscriptions s
             WHERE s.group_id = delivery_subscriptions.group_id AND s.host = delivery_subscriptions.host)
         WHERE group_id = $1 AND inbox = $2",
    )
    .bind(group.0)
    .bind(inbox)
    .execute()
    .await?;
    set_followers(tx, group, inbox, followers).await
}

async fn set_followers(tx: &mut Tx, group: GroupId, inbox: &str, followers: i64) -> Result<(), StoreError> {
    tx.query("UPDATE delivery_subscriptions SET followers = $3 WHERE group_id = $1 AND inbox = $2")
        .bind(group.0)
        .bind(inbox)
        .bind(followers)
        .execute()
        .await?;
    Ok(())
}
