//! Partner groups, and which of their posts are shown in ours.

mod mirror;
mod posts;
mod promise;

pub use mirror::{
    Mirror, delete_mirror, find_mirror, has_unsettled, list_mirrors, list_new, list_told_again, lock_leaving,
    lock_mirror, lock_mirrors_of, set_mirror,
};
pub use posts::list_posts;
pub use promise::{
    end_mirrors, look_again, look_again_at_gone_with, promise, promise_all, rehouse, revive, set_gone_with,
    withdraw,
};

use guildhall_domain::{
    ActorId, GroupId, Timestamp, actor::ActorKind, membership::MembershipState, partner::PartnerPolicy,
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

/// A link from a group hosted here to another group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Our group.
    pub group: GroupId,
    /// The other one.
    pub partner: GroupId,
    /// What for.
    pub policy: PartnerPolicy,
    /// Why, for the record.
    pub reason: Option<String>,
    /// What everybody may read about it.
    pub public_comment: Option<String>,
    /// Who decided it.
    pub by: Option<ActorId>,
    /// Since when.
    pub created_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT group_id, partner_id, policy, reason, public_comment, by_actor_id, created_at FROM group_partners"
    };
}

crate::record! {
    struct Row {
        group_id: i64,
        partner_id: i64,
        policy: String,
        reason: Option<String>,
        public_comment: Option<String>,
        by_actor_id: Option<i64>,
        created_at: i64,
    }
}

impl TryFrom<Row> for Partner {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            group: GroupId(row.group_id),
            partner: GroupId(row.partner_id),
            policy: convert::word("partner", row.partner_id, &row.policy)?,
            reason: row.reason,
            public_comment: row.public_comment,
            by: row.by_actor_id.map(ActorId),
            created_at: Timestamp(row.created_at),
        })
    }
}

/// Writes a link; one between the same two is replaced, and keeps its beginning.
pub async fn put(tx: &mut Tx, link: &Partner) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO group_partners (group_id, partner_id, policy, reason, public_comment, by_actor_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (group_id, partner_id) DO UPDATE SET policy = excluded.policy, reason = excluded.reason,
            public_comment = excluded.public_comment, by_actor_id = excluded.by_actor_id",
    )
    .bind(link.group.0)
    .bind(link.partner.0)
    .bind(link.policy.as_str())
    .bind(link.reason.clone())
    .bind(link.public_comment.clone())
    .bind(link.by.map(|by| by.0))
    .bind(link.created_at.0)
    .execute()
    .await?;
    Ok(())
}

/// Ends a link. `false` when there was none.
pub async fn delete(tx: &mut Tx, group: GroupId, partner: GroupId) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM group_partners WHERE group_id = $1 AND partner_id = $2")
        .bind(group.0)
        .bind(partner.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Reads a link and keeps it from changing until `tx` ends.
pub async fn lock(tx: &mut Tx, group: GroupId, partner: GroupId) -> Result<Option<Partner>, StoreError> {
    const LOCK: Sql = Sql {
        sqlite: concat!(select!(), " WHERE group_id = $1 AND partner_id = $2"),
        postgres: concat!(select!(), " WHERE group_id = $1 AND partner_id = $2 FOR UPDATE"),
    };
    let row: Option<Row> = tx.query(LOCK).bind(group.0).bind(partner.0).optional().await?;
    row.map(Partner::try_from).transpose()
}

/// The same without keeping it.
pub async fn find(db: &Db, group: GroupId, partner: GroupId) -> Result<Option<Partner>, StoreError> {
    let row: Option<Row> = db
        .query(concat!(select!(), " WHERE group_id = $1 AND partner_id = $2"))
        .bind(group.0)
        .bind(partner.0)
        .optional()
        .await?;
    row.map(Partner::try_from).transpose()
}

/// The partners of a group, each with what became of our asking to follow it; oldest first.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<(Partner, Option<MembershipState>)>, StoreError> {
    let links: Vec<Row> = db
        .query(concat!(select!(), " WHERE group_id = $1 ORDER BY created_at, partner_id"))
        .bind(group.0)
        .all()
        .await?;
    let asked: Vec<(i64, String)> = db
        .query(
            "SELECT m.group_id, m.state FROM memberships m
             JOIN group_partners p ON p.group_id = m.actor_id AND p.partner_id = m.group_id
             WHERE m.actor_id = $1",
        )
        .bind(group.0)
        .all()
        .await?;
    let state_of = |partner: i64| asked.iter().find(|(of, _)| *of == partner).map(|(_, state)| state);
    let read = |row: Row| {
        let state = state_of(row.partner_id).map(|state| convert::word("membership", group, state));
        Ok((Partner::try_from(row)?, state.transpose()?))
    };
    links.into_iter().map(read).collect()
}

/// The partners of a group whose posts it wants, in the order of their keys, inside a transaction.
pub async fn list_wanted(tx: &mut Tx, group: GroupId) -> Result<Vec<GroupId>, StoreError> {
    let rows: Vec<(i64,)> = tx
        .query("SELECT partner_id FROM group_partners WHERE group_id = $1 AND policy <> 'list' ORDER BY partner_id")
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| GroupId(id)).collect())
}

/// How many partners a group has.
pub async fn count(tx: &mut Tx, group: GroupId) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        tx.query("SELECT count(*) FROM group_partners WHERE group_id = $1").bind(group.0).one().await?;
    Ok(count)
}

/// Groups elsewhere that follow a group, `limit` at most, in the order in which they were first seen.
pub async fn list_followers(db: &Db, group: GroupId, limit: usize) -> Result<Vec<GroupId>, StoreError> {
    let rows: Vec<(i64,)> = db
        .query(
            "SELECT a.id FROM memberships m JOIN actors a ON a.id = m.actor_id JOIN groups g ON g.id = a.id
             WHERE m.group_id = $1 AND m.state = 'member' AND a.kind = $2 AND NOT a.is_local
             ORDER BY a.id LIMIT $3",
        )
        .bind(group.0)
        .bind(ActorKind::Group.as_str())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| GroupId(id)).collect())
}
