//! Who looks after a group: owners, moderators and helpers, here and elsewhere; they need not be members.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    staff::{Office, Permission, PowersFacts, decide_powers},
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

/// Somebody on the staff of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub actor: ActorId,
    /// What they are.
    pub office: Office,
    /// Since when they have been on the staff.
    pub since: Timestamp,
    /// Who made them what they are; `None`: not known, or nobody.
    pub by: Option<ActorId>,
    /// Why, where that was said.
    pub reason: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT actor_id, role, granted, withdrawn, appointed_at, appointed_by, reason FROM staff ",
            $rest
        )
    };
}

/// What somebody is on the staff of a group.
pub async fn find(db: &Db, group: GroupId, actor: ActorId) -> Result<Option<Staff>, StoreError> {
    let query = db.query(select!("WHERE group_id = $1 AND actor_id = $2"));
    let row: Option<Row> = query.bind(group.0).bind(actor.0).optional().await?;
    row.map(Row::read).transpose()
}

/// The same in a transaction that has the group locked.
pub async fn find_in(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<Option<Staff>, StoreError> {
    let query = tx.query(select!("WHERE group_id = $1 AND actor_id = $2"));
    let row: Option<Row> = query.bind(group.0).bind(actor.0).optional().await?;
    row.map(Row::read).transpose()
}

/// The staff of a group, longest in office first.
pub async fn list(db: &Db, group: GroupId) -> Result<Vec<Staff>, StoreError> {
    let rows: Vec<Row> =
        db.query(select!("WHERE group_id = $1 ORDER BY appointed_at, actor_id")).bind(group.0).all().await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many groups hosted here somebody owns. Whoever asks for the same person waits until `tx` ends.
pub async fn lock_owned(tx: &mut Tx, owner: ActorId) -> Result<i64, StoreError> {
    const LOCK: Sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT id FROM actors WHERE id = $1",
        postgres: "SELECT id FROM actors WHERE id = $1 FOR NO KEY UPDATE",
    };
    tx.query(LOCK).bind(owner.0).optional::<(i64,)>().await?;
    let (count,): (i64,) = tx
        .query(
            "SELECT count(*) FROM staff s JOIN groups g ON g.id = s.group_id
             WHERE s.actor_id = $1 AND s.role = 'owner' AND g.is_local",
        )
        .bind(owner.0)
        .one()
        .await?;
    Ok(count)
}

/// Makes somebody what they are from now on. How long they have been on the staff stays as it was.
pub async fn set(tx: &mut Tx, group: GroupId, staff: &Staff) -> Result<(), StoreError> {
    let Staff { actor, office, since, by, reason } = staff;
    tx.query(
        "INSERT INTO staff (group_id, actor_id, role, granted, withdrawn, appointed_at, appointed_by, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (group_id, actor_id) DO UPDATE SET role = excluded.role, granted = excluded.granted,
            withdrawn = excluded.withdrawn, appointed_by = excluded.appointed_by, reason = excluded.reason",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(office.role.as_str())
    .bind(office.granted.to_string())
    .bind(office.withdrawn.to_string())
    .bind(since.0)
    .bind(by.map(|by| by.0))
    .bind(reason.clone())
    .execute()
    .await?;
    Ok(())
}

/// Takes somebody off the staff. `false`: they were not on it.
pub async fn delete(tx: &mut Tx, group: GroupId, actor: ActorId) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM staff WHERE group_id = $1 AND actor_id = $2");
    Ok(query.bind(group.0).bind(actor.0).execute().await? == 1)
}

macro_rules! powers {
    ($rest:literal) => {
        concat!(
            "SELECT s.actor_id, a.is_local AS lives_here, s.role, s.granted, s.withdrawn, g.is_local, a.deleted_at,
                    c.is_admin, i.banned_until AS i_ban, t.banned_until AS g_ban
             FROM staff s
             JOIN groups g ON g.id = s.group_id
             JOIN actors a ON a.id = s.actor_id
             LEFT JOIN accounts c ON c.actor_id = s.actor_id
             LEFT JOIN standings i ON i.group_id = 0 AND i.actor_id = s.actor_id
             LEFT JOIN standings t ON t.group_id = s.group_id AND t.actor_id = s.actor_id
             WHERE s.group_id = $1 ",
            $rest
        )
    };
}

/// What decides what somebody may do in a group. `None`: they are not on its staff.
pub async fn find_powers(
    db: &Db,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<Option<PowersFacts>, StoreError> {
    let query = db.query(powers!("AND s.actor_id = $2"));
    let row: Option<PowersRow> = query.bind(group.0).bind(actor.0).optional().await?;
    row.map(|row| row.read(now)).transpose()
}

/// The same in the transaction in which it must hold.
pub async fn find_powers_in(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<Option<PowersFacts>, StoreError> {
    let query = tx.query(powers!("AND s.actor_id = $2"));
    let row: Option<PowersRow> = query.bind(group.0).bind(actor.0).optional().await?;
    row.map(|row| row.read(now)).transpose()
}

/// Those of the staff of a group who may do something in it at `now`, and whether they live here, by id.
pub async fn list_permitted(
    tx: &mut Tx,
    group: GroupId,
    permission: Permission,
    now: Timestamp,
) -> Result<Vec<(ActorId, bool)>, StoreError> {
    let rows: Vec<PowersRow> = tx.query(powers!("ORDER BY s.actor_id")).bind(group.0).all().await?;
    let mut permitted = Vec::new();
    for row in rows {
        let one = (ActorId(row.actor_id), row.lives_here);
        if decide_powers(&row.read(now)?).may(permission) {
            permitted.push(one);
        }
    }
    Ok(permitted)
}

/// Reads an office from its columns.
pub(crate) fn office(
    group: impl ToString + Copy,
    role: &str,
    granted: &str,
    withdrawn: &str,
) -> Result<Office, StoreError> {
    Ok(Office {
        role: convert::word("staff", group, role)?,
        granted: convert::word("staff", group, granted)?,
        withdrawn: convert::word("staff", group, withdrawn)?,
    })
}

crate::record! {
    struct Row {
        actor_id: i64,
        role: String,
        granted: String,
        withdrawn: String,
        appointed_at: i64,
        appointed_by: Option<i64>,
        reason: Option<String>,
    }
}

impl Row {
    fn read(self) -> Result<Staff, StoreError> {
        Ok(Staff {
            actor: ActorId(self.actor_id),
            office: office(self.actor_id, &self.role, &self.granted, &self.withdrawn)?,
            since: Timestamp(self.appointed_at),
            by: self.appointed_by.map(ActorId),
            reason: self.reason,
        })
    }
}

crate::record! {
    struct PowersRow {
        actor_id: i64,
        lives_here: bool,
        role: String,
        granted: String,
        withdrawn: String,
        is_local: bool,
        deleted_at: Option<i64>,
        is_admin: Option<bool>,
        i_ban: Option<i64>,
        g_ban: Option<i64>,
    }
}

impl PowersRow {
    fn read(self, now: Timestamp) -> Result<PowersFacts, StoreError> {
        let is_banned = [self.i_ban, self.g_ban].into_iter().flatten().any(|until| until > now.0);
        Ok(PowersFacts {
            office: Some(office(self.actor_id, &self.role, &self.granted, &self.withdrawn)?),
            group_is_local: self.is_local,
            is_admin: self.is_admin.unwrap_or_default(),
            is_out: is_banned || self.deleted_at.is_some(),
        })
    }
}
