//! Posts of partners in our groups: one entry, shown in a second place.

use guildhall_domain::{
    ActorId, EntryId, EventId, GroupId, Timestamp,
    partner::{MirrorReason, MirrorState},
};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

/// A post of a partner's in one of our groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The event that told followers that it is shown. `None`: they heard nothing, or that it ended.
    pub told: Option<EventId>,
    /// Since when it has been known.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "m.group_id, m.entry_id, m.partner_id, m.state, m.reason, m.told_event_id, m.created_at"
    };
}

macro_rules! select {
    () => {
        concat!("SELECT ", columns!(), " FROM group_mirrors m")
    };
}

crate::record! {
    struct Row {
        group_id: i64,
        entry_id: i64,
        partner_id: i64,
        state: String,
        reason: Option<String>,
        told_event_id: Option<i64>,
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
            told: row.told_event_id.map(EventId),
            created_at: Timestamp(row.created_at),
        })
    }
}

/// The mirror of an entry in a group.
pub async fn find_mirror(db: &Db, group: GroupId, entry: EntryId) -> Result<Option<Mirror>, StoreError> {
    let row: Option<Row> = db
        .query(concat!(select!(), " WHERE m.group_id = $1 AND m.entry_id = $2"))
        .bind(group.0)
        .bind(entry.0)
        .optional()
        .await?;
    row.map(Mirror::try_from).transpose()
}

/// The same, which is kept from changing until `tx` ends. After the group or the link, where one of them is locked too.
pub async fn lock_mirror(tx: &mut Tx, group: GroupId, entry: EntryId) -> Result<Option<Mirror>, StoreError> {
    const LOCK: Sql = Sql {
        sqlite: concat!(select!(), " WHERE m.group_id = $1 AND m.entry_id = $2"),
        postgres: concat!(select!(), " WHERE m.group_id = $1 AND m.entry_id = $2 FOR UPDATE"),
    };
    let row: Option<Row> = tx.query(LOCK).bind(group.0).bind(entry.0).optional().await?;
    row.map(Mirror::try_from).transpose()
}

/// Writes where a mirror stands, why, and what followers were told. The caller has locked it.
pub async fn set_mirror(tx: &mut Tx, mirror: &Mirror) -> Result<(), StoreError> {
    tx.query(
        "UPDATE group_mirrors SET state = $3, reason = $4, told_event_id = $5
         WHERE group_id = $1 AND entry_id = $2",
    )
    .bind(mirror.group.0)
    .bind(mirror.entry.0)
    .bind(mirror.state.as_str())
    .bind(mirror.reason.map(MirrorReason::as_str))
    .bind(mirror.told.map(|told| told.0))
    .execute()
    .await?;
    Ok(())
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
            " WHERE m.group_id = $1 AND m.state = $2 AND m.entry_id < $3 ORDER BY m.entry_id DESC LIMIT $4"
        ))
        .bind(group.0)
        .bind(state.as_str())
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Whether anything is still to be decided or told.
pub async fn has_unsettled(db: &Db) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = db
        .query(
            "SELECT CAST(1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM group_mirrors WHERE state = 'new')
                OR EXISTS (SELECT 1 FROM group_mirrors WHERE state = 'leaving')",
        )
        .optional()
        .await?;
    Ok(row.is_some())
}

/// What nobody has looked at yet, oldest post first; `after` the post and group of the last one seen.
pub async fn list_new(
    db: &Db,
    after: Option<(EntryId, GroupId)>,
    limit: usize,
) -> Result<Vec<Mirror>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE m.state = 'new' AND (m.entry_id, m.group_id) > ($1, $2)
              ORDER BY m.entry_id, m.group_id LIMIT $3"
        ))
        .bind(after.map_or(0, |(entry, _)| entry.0))
        .bind(after.map_or(0, |(_, group)| group.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// What followers were told of and is to be looked at again, oldest post first: it was shown until then.
pub async fn list_told_again(db: &Db, limit: usize) -> Result<Vec<Mirror>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            select!(),
            " WHERE m.state = 'new' AND m.told_event_id IS NOT NULL ORDER BY m.entry_id, m.group_id LIMIT $1"
        ))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// What is gone and followers have not heard of, oldest post first; less what another transaction has locked.
pub async fn lock_leaving(tx: &mut Tx, limit: usize) -> Result<Vec<Mirror>, StoreError> {
    const LEAVING: Sql = Sql {
        sqlite: concat!(select!(), " WHERE m.state = 'leaving' ORDER BY m.entry_id, m.group_id LIMIT $1"),
        postgres: concat!(
            select!(),
            " WHERE m.state = 'leaving' ORDER BY m.entry_id, m.group_id LIMIT $1 FOR UPDATE SKIP LOCKED"
        ),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    convert::all(tx.query(LEAVING).bind(limit).all::<Row>().await?)
}

/// What of an author is shown in a group, or may be yet, latest post first: of what has a key below `before`.
pub async fn lock_mirrors_of(
    tx: &mut Tx,
    group: GroupId,
    author: ActorId,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Mirror>, StoreError> {
    macro_rules! of_author {
        () => {
            concat!(
                "SELECT ",
                columns!(),
                " FROM entries e JOIN group_mirrors m ON m.group_id = $1 AND m.entry_id = e.id
                 WHERE e.author_id = $2 AND e.id < $3 AND m.state IN ('new', 'waiting', 'shown')
                 ORDER BY e.id DESC LIMIT $4"
            )
        };
    }
    const OF_AUTHOR: Sql = Sql { sqlite: of_author!(), postgres: concat!(of_author!(), " FOR UPDATE OF m") };
    let rows: Vec<Row> = tx
        .query(OF_AUTHOR)
        .bind(group.0)
        .bind(author.0)
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}
