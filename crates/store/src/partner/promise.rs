//! What is to be looked at, or told, when a post enters, changes, moves or goes: noted in the transaction that does it, and
//! settled after that.

use guildhall_domain::{DecisionId, EntryId, GroupId, Timestamp};

use super::Mirror;
use crate::{
    StoreError,
    db::{List, Sql, Tx},
};

/// What of the links `p` counts: those that want posts, where the partner lives here or has let our group in.
macro_rules! is_fed {
    () => {
        "p.policy <> 'list' AND (EXISTS (SELECT 1 FROM groups g WHERE g.id = p.partner_id AND g.is_local)
            OR EXISTS (SELECT 1 FROM memberships f
                WHERE f.group_id = p.partner_id AND f.actor_id = p.group_id AND f.state = 'member'))"
    };
}

/// Notes that a post of `partner` that is out now is to be looked at by those who are linked to it, and whom it has let in
/// where it lives elsewhere. Gives how many there are.
pub async fn promise(
    tx: &mut Tx,
    entry: EntryId,
    partner: GroupId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.query(concat!(
        "INSERT INTO group_mirrors (group_id, entry_id, partner_id, state, created_at)
         SELECT p.group_id, $1, p.partner_id, 'new', $2 FROM group_partners p
         WHERE p.partner_id = $3 AND ",
        is_fed!(),
        " ON CONFLICT (group_id, entry_id) DO NOTHING"
    ))
    .bind(entry.0)
    .bind(now.0)
    .bind(partner.0)
    .execute()
    .await
}

/// The same for several posts; for groups that nobody is linked to it costs one question for all.
pub async fn promise_all(
    tx: &mut Tx,
    posts: &[(EntryId, GroupId)],
    now: Timestamp,
) -> Result<u64, StoreError> {
    const LINKED: Sql = Sql {
        sqlite: "SELECT DISTINCT partner_id FROM group_partners
                 WHERE policy <> 'list' AND partner_id IN (SELECT value FROM json_each($1))",
        postgres: "SELECT DISTINCT partner_id FROM group_partners
                   WHERE policy <> 'list' AND partner_id = ANY($1)",
    };
    if posts.is_empty() {
        return Ok(0);
    }
    let groups: List<i64> = posts.iter().map(|(_, group)| group.0).collect();
    let linked: Vec<(i64,)> = tx.query(LINKED).bind(groups).all().await?;
    let mut promised = 0;
    for (entry, group) in posts.iter().filter(|(_, group)| linked.contains(&(group.0,))) {
        promised += promise(tx, *entry, *group, now).await?;
    }
    Ok(promised)
}

/// Notes that an entry is gone at its source: where followers were told of it, they are still to hear of that.
pub async fn withdraw(tx: &mut Tx, entry: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_mirrors SET state = CASE WHEN told_event_id IS NULL THEN 'gone' ELSE 'leaving' END, reason = NULL
         WHERE entry_id = $1 AND state IN ('new', 'waiting', 'shown')",
    )
    .bind(entry.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes that an entry is back at its source: where it was looked at before, it is so anew.
pub async fn revive(tx: &mut Tx, entry: EntryId) -> Result<(), StoreError> {
    tx.query("UPDATE group_mirrors SET state = 'new' WHERE entry_id = $1 AND state IN ('gone', 'leaving')")
        .bind(entry.0)
        .execute()
        .await?;
    Ok(())
}

/// Notes that an entry says something else from now on: where it is shown, or waits, it is looked at anew. The entry has been
/// written: who looks at what it said before, and locks the mirror after this, finds it changed.
pub async fn look_again(tx: &mut Tx, entry: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_mirrors SET state = 'new', reason = NULL
         WHERE entry_id = $1 AND state IN ('new', 'waiting', 'shown')",
    )
    .bind(entry.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes what a mirror went with. The caller has locked it.
pub async fn set_gone_with(tx: &mut Tx, mirror: &Mirror, ban: DecisionId) -> Result<(), StoreError> {
    tx.query("UPDATE group_mirrors SET ban_id = $3 WHERE group_id = $1 AND entry_id = $2")
        .bind(mirror.group.0)
        .bind(mirror.entry.0)
        .bind(ban.0)
        .execute()
        .await?;
    Ok(())
}

/// Notes that what went with a ban is to be looked at anew in a group. The caller has that locked.
pub async fn look_again_at_gone_with(tx: &mut Tx, group: GroupId, ban: DecisionId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_mirrors SET state = 'new', reason = NULL, ban_id = NULL
         WHERE ban_id = $2 AND group_id = $1 AND state = 'removed' AND reason = 'banned'",
    )
    .bind(group.0)
    .bind(ban.0)
    .execute()
    .await?;
    Ok(())
}

/// Notes that an entry is in another group now: those who are linked to that one look at it, and from the others it goes.
/// `is_out`: whether it can be read there. What moderators took away stays so.
pub async fn rehouse(
    tx: &mut Tx,
    entry: EntryId,
    to: GroupId,
    is_out: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(concat!(
        "UPDATE group_mirrors SET partner_id = $2
         WHERE entry_id = $1 AND group_id <> $2 AND EXISTS (SELECT 1 FROM group_partners p
            WHERE p.group_id = group_mirrors.group_id AND p.partner_id = $2 AND ",
        is_fed!(),
        ")"
    ))
    .bind(entry.0)
    .bind(to.0)
    .execute()
    .await?;
    // From all first: what is linked to its new group comes back by the same way as what was restored.
    withdraw(tx, entry).await?;
    if is_out {
        tx.query(
            "UPDATE group_mirrors SET state = 'new'
             WHERE entry_id = $1 AND partner_id = $2 AND state IN ('gone', 'leaving')",
        )
        .bind(entry.0)
        .bind(to.0)
        .execute()
        .await?;
        promise(tx, entry, to, now).await?;
    }
    Ok(())
}

/// Ends what a group mirrors of a partner: where followers were told of it they are still to hear that it ended, and the
/// rest is forgotten.
pub async fn end_mirrors(tx: &mut Tx, group: GroupId, partner: GroupId) -> Result<(), StoreError> {
    tx.query("DELETE FROM group_mirrors WHERE group_id = $1 AND partner_id = $2 AND told_event_id IS NULL")
        .bind(group.0)
        .bind(partner.0)
        .execute()
        .await?;
    tx.query(
        "UPDATE group_mirrors SET state = 'leaving', reason = NULL WHERE group_id = $1 AND partner_id = $2",
    )
    .bind(group.0)
    .bind(partner.0)
    .execute()
    .await?;
    Ok(())
}
