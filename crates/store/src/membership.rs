//! Members of groups, and requests to become one.

use guildhall_domain::{
    ActorId, ApId, GroupId, ReceivedId, Timestamp, admission::Standing, membership::MembershipState,
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
    standing,
};

/// A membership, or a request for one.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The group.
    pub group_id: GroupId,
    /// Who.
    pub actor_id: ActorId,
    /// How far it has come.
    pub state: MembershipState,
    /// The Follow or Join that asked.
    pub follow: Option<ApId>,
}

type Row = (i64, i64, String, Option<String>);

fn from_row((group, actor, state, follow): Row) -> Result<Membership, StoreError> {
    Ok(Membership {
        group_id: GroupId(group),
        actor_id: ActorId(actor),
        state: convert::word("membership", format!("{group}/{actor}"), &state)?,
        follow: follow.map(ApId::new),
    })
}

/// The membership of an actor in a group.
pub async fn find(db: &Db, group: GroupId, actor: ActorId) -> Result<Option<Membership>, StoreError> {
    let row: Option<Row> = db
        .query("SELECT group_id, actor_id, state, follow_ap_id FROM memberships WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    row.map(from_row).transpose()
}

/// The same inside a transaction that has locked the group.
pub async fn find_locked(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
) -> Result<Option<Membership>, StoreError> {
    let row: Option<Row> = tx
        .query("SELECT group_id, actor_id, state, follow_ap_id FROM memberships WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    row.map(from_row).transpose()
}

/// Whether somebody is a member of a group, and has been since `latest` or before: in a transaction that has it locked.
pub async fn is_member_since(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    latest: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT actor_id FROM memberships
             WHERE group_id = $1 AND actor_id = $2 AND state = 'member' AND coalesce(joined_at, 0) <= $3",
        )
        .bind(group.0)
        .bind(actor.0)
        .bind(latest.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Their membership, or request for one.
    pub membership: Option<MembershipState>,
    /// Whether they moderate the group.
    pub is_moderator: bool,
    /// What was decided about them.
    pub standing: Standing,
}

/// What an actor is in a group. `None`: no such group.
pub async fn find_place(db: &Db, group: GroupId, actor: ActorId) -> Result<Option<Place>, StoreError> {
    let row: Option<PlaceRow> = db
        .query(
            "SELECT m.state AS membership, o.actor_id AS moderator,
                    i.banned_until AS i_ban, i.muted_until AS i_mute, i.watched_until AS i_probation,
                    s.banned_until AS g_ban, s.muted_until AS g_mute, s.watched_until AS g_probation
             FROM groups g
             LEFT JOIN memberships m ON m.group_id = g.id AND m.actor_id = $2
             LEFT JOIN staff o ON o.group_id = g.id AND o.actor_id = $2 AND o.role <> 'helper'
             LEFT JOIN standings i ON i.group_id = 0 AND i.actor_id = $2
             LEFT JOIN standings s ON s.group_id = g.id AND s.actor_id = $2
             WHERE g.id = $1",
        )
        .bind(group.0)
        .bind(actor.0)
        .optional()
        .await?;
    row.map(|row| row.into_place(group)).transpose()
}

crate::record! {
    struct PlaceRow {
        membership: Option<String>,
        moderator: Option<i64>,
        i_ban: Option<i64>,
        i_mute: Option<i64>,
        i_probation: Option<i64>,
        g_ban: Option<i64>,
        g_mute: Option<i64>,
        g_probation: Option<i64>,
    }
}

impl PlaceRow {
    fn into_place(self, group: GroupId) -> Result<Place, StoreError> {
        let state = self.membership.map(|state| convert::word("membership", group, &state));
        Ok(Place {
            membership: state.transpose()?,
            is_moderator: self.moderator.is_some(),
            standing: Standing {
                instance: standing::from_columns((self.i_ban, self.i_mute, self.i_probation)),
                group: standing::from_columns((self.g_ban, self.g_mute, self.g_probation)),
            },
        })
    }
}

/// The membership that a Follow or Join asked for.
pub async fn find_by_follow(db: &Db, follow: &ApId) -> Result<Option<Membership>, StoreError> {
    let row: Option<Row> = db
        .query("SELECT group_id, actor_id, state, follow_ap_id FROM memberships WHERE follow_ap_id = $1")
        .bind(follow.as_str())
        .optional()
        .await?;
    row.map(from_row).transpose()
}

/// Which of some people are members, and since when: of one group, or of all.
pub async fn list_of_people(
    db: &Db,
    group: Option<GroupId>,
    people: &[ActorId],
) -> Result<Vec<((GroupId, ActorId), Timestamp)>, StoreError> {
    macro_rules! select {
        ($people:literal) => {
            concat!(
                "SELECT group_id, actor_id, coalesce(joined_at, 0) FROM memberships
                 WHERE state = 'member' AND ($2 = 0 OR group_id = $2) AND actor_id ",
                $people
            )
        };
    }
    let sql = Sql { sqlite: select!("IN (SELECT value FROM json_each($1))"), postgres: select!("= ANY($1)") };
    let people: List<i64> = people.iter().map(|id| id.0).collect();
    let group = group.map_or(0, |group| group.0);
    let rows: Vec<(i64, i64, i64)> = db.query(sql).bind(people).bind(group).slow().all().await?;
    Ok(rows.into_iter().map(|(group, actor, at)| ((GroupId(group), ActorId(actor)), Timestamp(at))).collect())
}

/// All memberships of an actor.
pub async fn list_of_actor(db: &Db, actor: ActorId) -> Result<Vec<Membership>, StoreError> {
    let rows: Vec<Row> = db
        .query("SELECT group_id, actor_id, state, follow_ap_id FROM memberships WHERE actor_id = $1 ORDER BY group_id")
        .bind(actor.0)
        .all()
        .await?;
    rows.into_iter().map(from_row).collect()
}

/// The members of a group, and those who ask to become one, with accounts elsewhere: each with the activity that asked,
/// where that is still kept. Inside a transaction that has locked the group.
pub async fn list_dealings_elsewhere(
    tx: &mut Tx,
    group: GroupId,
) -> Result<Vec<(ActorId, Option<ReceivedId>)>, StoreError> {
    let rows: Vec<(i64, Option<i64>)> = tx
        .query(
            "SELECT m.actor_id, r.id FROM memberships m JOIN actors a ON a.id = m.actor_id
             LEFT JOIN received_activities r ON r.ap_id = m.follow_ap_id
             WHERE m.group_id = $1 AND NOT a.is_local ORDER BY m.actor_id",
        )
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(actor, received)| (ActorId(actor), received.map(ReceivedId))).collect())
}

/// Writes a membership, new or changed.
pub async fn set(tx: &mut Tx, membership: &Membership, now: Timestamp) -> Result<(), StoreError> {
    let joined = (membership.state == MembershipState::Member).then_some(now.0);
    tx.query(
        "INSERT INTO memberships (group_id, actor_id, state, follow_ap_id, created_at, joined_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (group_id, actor_id) DO UPDATE SET
            state = excluded.state, joined_at = coalesce(memberships.joined_at, excluded.joined_at),
            follow_ap_id = coalesce(excluded.follow_ap_id, memberships.follow_ap_id)",
    )
    .bind(membership.group_id.0)
    .bind(membership.actor_id.0)
    .bind(membership.state.as_str())
    .bind(membership.follow.as_ref().map(|id| id.as_str().to_owned()))
    .bind(now.0)
    .bind(joined)
    .execute()
    .await?;
    Ok(())
}

/// Ends a membership. `false` when there was none.
pub async fn delete(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let rows = tx
        .query("DELETE FROM memberships WHERE group_id = $1 AND actor_id = $2")
        .bind(group.0)
        .bind(actor.0)
        .execute()
        .await?;
    Ok(rows > 0)
}

/// The ids of a group's members who live elsewhere.
pub async fn list_elsewhere(db: &Db, group: GroupId) -> Result<Vec<ApId>, StoreError> {
    let rows: Vec<(String,)> = db
        .query(
            "SELECT a.ap_id FROM memberships m JOIN actors a ON a.id = m.actor_id
             WHERE m.group_id = $1 AND m.state = 'member' AND NOT a.is_local ORDER BY a.id",
        )
        .bind(group.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| ApId::new(id)).collect())
}

/// The members of a group who live here.
pub async fn list_here(db: &Db, group: GroupId) -> Result<Vec<(ActorId, ApId)>, StoreError> {
    list_here_until(db, group, Timestamp(i64::MAX)).await
}

/// The same without those who became members after `latest`.
pub async fn list_here_until(
    db: &Db,
    group: GroupId,
    latest: Timestamp,
) -> Result<Vec<(ActorId, ApId)>, StoreError> {
    let rows: Vec<(i64, String)> = db
        .query(
            "SELECT a.id, a.ap_id FROM memberships m JOIN actors a ON a.id = m.actor_id
             WHERE m.group_id = $1 AND m.state = 'member' AND a.is_local AND coalesce(m.joined_at, 0) <= $2
             ORDER BY a.id",
        )
        .bind(group.0)
        .bind(latest.0)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id, ap_id)| (ActorId(id), ApId::new(ap_id))).collect())
}

/// Whether a group here has a member on the server with this authority: one that what is said in it is sent to.
pub async fn has_member_of(db: &Db, group: GroupId, authority: &str) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query(
            "SELECT followers FROM delivery_subscriptions WHERE group_id = $1 AND host = $2 AND followers > 0 LIMIT 1",
        )
        .bind(group.0)
        .bind(authority)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Whether somebody here is a member of a group, and does not only wait to become one.
pub async fn has_member_here(db: &Db, group: GroupId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query(
            "SELECT m.actor_id FROM memberships m JOIN actors a ON a.id = m.actor_id
             WHERE m.group_id = $1 AND m.state = 'member' AND a.is_local LIMIT 1",
        )
        .bind(group.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Whether anybody here is a member of a group; of a group elsewhere, whether its announces were asked for.
pub async fn has_local_member(db: &Db, group: GroupId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query(
            "SELECT m.actor_id FROM memberships m JOIN actors a ON a.id = m.actor_id
             WHERE m.group_id = $1 AND a.is_local LIMIT 1",
        )
        .bind(group.0)
        .optional()
        .await?;
    Ok(row.is_some())
}
