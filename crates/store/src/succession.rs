//! Which groups hosted here somebody leads, and who could follow.

use guildhall_domain::{ActorId, GroupId, Timestamp, staff::Candidate};

use crate::{
    StoreError, convert,
    db::{Db, IdGenerator, Tx},
};

/// A group with its staff, longest in office first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The group.
    pub group: GroupId,
    /// Whether those who run the instance look after it.
    pub is_in_care: bool,
    /// Who is on its staff.
    pub staff: Vec<Candidate>,
}

// Present is who wrote, voted or decided anything on this instance, or was appointed, since `$2`; keys made since then begin
// with `$3`. Each is read off an index, the one that may be long last: nobody's texts are read to see that they are away.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT s.group_id, s.actor_id, s.role, g.care_since, a.deleted_at,
                i.banned_until AS i_ban, t.banned_until AS g_ban,
                CAST(CASE WHEN s.appointed_at > $2
                    OR EXISTS (SELECT 1 FROM decisions d WHERE d.by_actor_id = s.actor_id AND d.id >= $3)
                    OR EXISTS (SELECT 1 FROM votes v WHERE v.actor_id = s.actor_id AND v.created_at > $2)
                    OR EXISTS (SELECT 1 FROM entries e WHERE e.author_id = s.actor_id AND e.id >= $3)
                    THEN 1 ELSE 0 END AS BIGINT) AS present
             FROM staff s
             JOIN groups g ON g.id = s.group_id
             JOIN actors a ON a.id = s.actor_id
             LEFT JOIN standings i ON i.group_id = 0 AND i.actor_id = s.actor_id
             LEFT JOIN standings t ON t.group_id = s.group_id AND t.actor_id = s.actor_id ",
            $rest,
            " ORDER BY s.group_id, s.appointed_at, s.actor_id"
        )
    };
}

const OF_ONE: &str = select!("WHERE s.group_id = $1");
const OF_MANY: &str =
    select!("WHERE s.group_id IN (SELECT id FROM groups WHERE is_local AND id > $1 ORDER BY id LIMIT $4)");

/// The least key of what was made after a moment.
fn first_id(since: Timestamp) -> i64 {
    IdGenerator::first_at(since.0.saturating_add(1))
}

/// Who leads a group, in a transaction that has it locked. `since`: who was not seen after that is absent.
pub async fn find(tx: &mut Tx, group: GroupId, since: Timestamp, now: Timestamp) -> Result<Lead, StoreError> {
    let query = tx.query(OF_ONE).bind(group.0).bind(since.0).bind(first_id(since));
    let rows: Vec<Row> = query.all().await?;
    let (care,): (Option<i64>,) =
        tx.query("SELECT care_since FROM groups WHERE id = $1").bind(group.0).one().await?;
    let staff = rows.into_iter().map(|row| row.read(now)).collect::<Result<_, _>>()?;
    Ok(Lead { group, is_in_care: care.is_some(), staff })
}

/// Those groups hosted here that have a staff, by their ids: of the `limit` next groups after `after`.
pub async fn list(
    db: &Db,
    (after, limit): (GroupId, i64),
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Lead>, StoreError> {
    let rows: Vec<Row> =
        db.query(OF_MANY).bind(after.0).bind(since.0).bind(first_id(since)).bind(limit).slow().all().await?;
    let mut found: Vec<Lead> = Vec::new();
    for row in rows {
        let (group, is_in_care) = (GroupId(row.group_id), row.care_since.is_some());
        if found.last().is_none_or(|last| last.group != group) {
            found.push(Lead { group, is_in_care, staff: Vec::new() });
        }
        if let Some(last) = found.last_mut() {
            last.staff.push(row.read(now)?);
        }
    }
    Ok(found)
}

/// The last of the `limit` next groups hosted here after `after`; `None`: there are no more.
pub async fn find_end(db: &Db, after: GroupId, limit: i64) -> Result<Option<GroupId>, StoreError> {
    let (last,): (Option<i64>,) = db
        .query(
            "SELECT max(p.id) FROM (SELECT id FROM groups WHERE is_local AND id > $1 ORDER BY id LIMIT $2) p",
        )
        .bind(after.0)
        .bind(limit)
        .one()
        .await?;
    Ok(last.map(GroupId))
}

/// Whether those who run the instance look after a group: nobody of its own does.
pub async fn is_in_care(tx: &mut Tx, group: GroupId) -> Result<bool, StoreError> {
    let row: Option<(Option<i64>,)> =
        tx.query("SELECT care_since FROM groups WHERE id = $1").bind(group.0).optional().await?;
    Ok(row.is_some_and(|(since,)| since.is_some()))
}

/// Gives a group into the care of those who run the instance, or takes it out. `false`: it was so already.
pub async fn set_care(tx: &mut Tx, group: GroupId, since: Option<Timestamp>) -> Result<bool, StoreError> {
    let sql = match since {
        Some(_) => "UPDATE groups SET care_since = $2 WHERE id = $1 AND care_since IS NULL",
        None => "UPDATE groups SET care_since = $2 WHERE id = $1 AND care_since IS NOT NULL",
    };
    Ok(tx.query(sql).bind(group.0).bind(since.map(|since| since.0)).execute().await? == 1)
}

/// Since when those who run the instance have looked after a group; `None`: it has people of its own, or never had any.
pub async fn find_care(db: &Db, group: GroupId) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(Option<i64>,)> =
        db.query("SELECT care_since FROM groups WHERE id = $1").bind(group.0).optional().await?;
    Ok(row.and_then(|(since,)| since).map(Timestamp))
}

/// The names of the groups that those who run the instance look after, longest first.
pub async fn list_in_care(db: &Db) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let rows: Vec<(String, i64)> = db
        .query(
            "SELECT a.username, g.care_since FROM groups g JOIN actors a ON a.id = g.id
             WHERE g.care_since IS NOT NULL AND a.deleted_at IS NULL ORDER BY g.care_since, g.id",
        )
        .all()
        .await?;
    Ok(rows.into_iter().map(|(name, since)| (name, Timestamp(since))).collect())
}

/// The people here whom a group has seen most of, for those who look for somebody to lead it: nobody who is banned from it,
/// or about whom reports were found right.
pub async fn list_proposed(
    tx: &mut Tx,
    group: GroupId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = tx.query(PROPOSED).bind(group.0).bind(now.0).bind(limit).all().await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

/// The same outside of a transaction, for showing it.
pub async fn list_proposed_now(
    db: &Db,
    group: GroupId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<ActorId>, StoreError> {
    let rows: Vec<(i64,)> = db.query(PROPOSED).bind(group.0).bind(now.0).bind(limit).all().await?;
    Ok(rows.into_iter().map(|(id,)| ActorId(id)).collect())
}

const PROPOSED: &str = "SELECT q.actor_id FROM acquaintances q
    JOIN actors a ON a.id = q.actor_id
    JOIN memberships m ON m.group_id = q.group_id AND m.actor_id = q.actor_id AND m.state = 'member'
    WHERE q.group_id = $1 AND a.is_local AND a.deleted_at IS NULL AND q.accepted > 0 AND q.upheld = 0
        AND NOT EXISTS (SELECT 1 FROM standings t
            WHERE t.actor_id = q.actor_id AND t.group_id IN (0, $1) AND t.banned_until > $2)
        AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.group_id = q.group_id AND s.actor_id = q.actor_id)
    ORDER BY q.days DESC, q.accepted DESC, q.actor_id LIMIT $3";

crate::record! {
    struct Row {
        group_id: i64,
        actor_id: i64,
        role: String,
        care_since: Option<i64>,
        deleted_at: Option<i64>,
        i_ban: Option<i64>,
        g_ban: Option<i64>,
        present: i64,
    }
}

impl Row {
    fn read(self, now: Timestamp) -> Result<Candidate, StoreError> {
        let is_banned = [self.i_ban, self.g_ban].into_iter().flatten().any(|until| until > now.0);
        Ok(Candidate {
            actor: ActorId(self.actor_id),
            role: convert::word("staff", self.group_id, &self.role)?,
            is_able: self.present == 1 && !is_banned && self.deleted_at.is_none(),
            is_gone: self.deleted_at.is_some(),
        })
    }
}
