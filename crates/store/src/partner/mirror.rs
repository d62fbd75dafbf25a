//! Posts of partners in our groups: one entry, shown in a second place.

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    content::Sort,
    partner::{MirrorReason, MirrorState},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
    entry::Entry,
};

/// A post of a partner's in one of our groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// Our group.
    pub group: GroupId,
    /// The post.
    pub entry: EntryId,
    /// Whose it is.
    pub partner: GroupId,
    /// Where it stands.
    pub state: MirrorState,
    /// Why it is not shown.
    pub reason: Option<MirrorReason>,
    /// Since when it has been known.
    pub created_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT group_id, entry_id, partner_id, state, reason, created_at FROM group_mirrors"
    };
}

crate::record! {
    struct Row {
        group_id: i64,
        entry_id: i64,
        partner_id: i64,
        state: String,
        reason: Option<String>,
        created_at: i64,
    }
}

impl TryFrom<Row> for Mirror {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let reason = row.reason.map(|reason| convert::word("mirror", row.entry_id, &reason));
        Ok(Self {
            group: GroupId(row.group_id),
            entry: EntryId(row.entry_id),
            partner: GroupId(row.partner_id),
            state: convert::word("mirror", row.entry_id, &row.state)?,
            reason: reason.transpose()?,
            created_at: Timestamp(row.created_at),
        })
    }
}

/// Notes that a post of `partner` that is out now is to be looked at by those who are linked to it. Gives how
/// many there are.
pub async fn promise(
    tx: &mut Tx,
    entry: EntryId,
    partner: GroupId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.query(
        "INSERT INTO group_mirrors (group_id, entry_id, partner_id, state, created_at)
         SELECT p.group_id, $1, p.partner_id, 'new', $2 FROM group_partners p
         WHERE p.partner_id = $3 AND p.policy <> 'list'
         ON CONFLICT (group_id, entry_id) DO NOTHING",
    )
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

/// Notes that an entry is gone at its source: where it was shown, followers are still to hear of it.
pub async fn withdraw(tx: &mut Tx, entry: EntryId) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_mirrors SET state = CASE state WHEN 'shown' THEN 'leaving' ELSE 'gone' END, reason = NULL
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

/// What is still to be decided or told, oldest post first.
pub async fn list_unsettled(db: &Db, limit: usize) -> Result<Vec<Mirror>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(select!(), " WHERE state IN ('new', 'leaving') ORDER BY entry_id, group_id LIMIT $1"))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// The mirror of an entry in a group, inside a transaction.
pub async fn find_mirror_in(
    tx: &mut Tx,
    group: GroupId,
    entry: EntryId,
) -> Result<Option<Mirror>, StoreError> {
    let row: Option<Row> = tx
        .query(concat!(select!(), " WHERE group_id = $1 AND entry_id = $2"))
        .bind(group.0)
        .bind(entry.0)
        .optional()
        .await?;
    row.map(Mirror::try_from).transpose()
}

/// Where the mirror of an entry in a group stands.
pub async fn find_mirror_state(
    db: &Db,
    group: GroupId,
    entry: EntryId,
) -> Result<Option<MirrorState>, StoreError> {
    let row: Option<(String,)> = db
        .query("SELECT state FROM group_mirrors WHERE group_id = $1 AND entry_id = $2")
        .bind(group.0)
        .bind(entry.0)
        .optional()
        .await?;
    row.map(|(state,)| convert::word("mirror", entry, &state)).transpose()
}

/// Moves a mirror on from a state. `false`: it is in another one by now.
pub async fn set_mirror_state(
    tx: &mut Tx,
    mirror: &Mirror,
    state: MirrorState,
    reason: Option<MirrorReason>,
) -> Result<bool, StoreError> {
    let rows = tx
        .query("UPDATE group_mirrors SET state = $4, reason = $5 WHERE group_id = $1 AND entry_id = $2 AND state = $3")
        .bind(mirror.group.0)
        .bind(mirror.entry.0)
        .bind(mirror.state.as_str())
        .bind(state.as_str())
        .bind(reason.map(MirrorReason::as_str))
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Forgets one mirror.
pub async fn delete_mirror(tx: &mut Tx, group: GroupId, entry: EntryId) -> Result<(), StoreError> {
    tx.query("DELETE FROM group_mirrors WHERE group_id = $1 AND entry_id = $2")
        .bind(group.0)
        .bind(entry.0)
        .execute()
        .await?;
    Ok(())
}

/// Forgets all that a group mirrors of a partner.
pub async fn delete_mirrors(tx: &mut Tx, group: GroupId, partner: GroupId) -> Result<(), StoreError> {
    tx.query("DELETE FROM group_mirrors WHERE group_id = $1 AND partner_id = $2")
        .bind(group.0)
        .bind(partner.0)
        .execute()
        .await?;
    Ok(())
}

/// What of partners stands in some state in a group, latest post first.
pub async fn list_mirrors(
    db: &Db,
    group: GroupId,
    state: MirrorState,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Mirror>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE group_id = $1 AND state = $2 AND entry_id < $3 ORDER BY entry_id DESC LIMIT $4"
        ))
        .bind(group.0)
        .bind(state.as_str())
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Published posts of partners that are shown in a group, as [`crate::entry::list_posts`] lists the group's own. What went
/// to another group meanwhile is left out.
pub async fn list_posts(
    db: &Db,
    group: GroupId,
    sort: Sort,
    after: Option<(i64, EntryId)>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    crate::entry::list_mirrored(db, group, sort, after, limit).await
}
