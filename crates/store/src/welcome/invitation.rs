//! Invitations to groups hosted here. Of a code only its hash is kept.

use guildhall_domain::{ActorId, GroupId, InvitationId, Timestamp};

use crate::{
    StoreError, convert,
    db::{Db, Sql, Tx},
};

macro_rules! select {
    () => {
        "SELECT id, group_id, by_actor_id, max_uses, uses, until, note, for_actor_id, revoked_at, created_at
         FROM invitations"
    };
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Our key.
    pub id: InvitationId,
    /// The group.
    pub group: GroupId,
    /// Who made it out: a moderator, a member, or the group itself.
    pub by: ActorId,
    /// How often it can be used; `None` without limit.
    pub max_uses: Option<i64>,
    /// How often it was used.
    pub uses: i64,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What is said to whom it reaches, possibly nothing.
    pub note: String,
    /// The one person whom it is for.
    pub only_for: Option<ActorId>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was made out.
    pub created_at: Timestamp,
}

/// Adds an invitation under the SHA-256 of its code.
pub async fn insert(tx: &mut Tx, invitation: &Invitation, code_hash: &[u8]) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO invitations (id, group_id, by_actor_id, code_hash, max_uses, uses, until, note, for_actor_id,
            created_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)",
    )
    .bind(invitation.id.0)
    .bind(invitation.group.0)
    .bind(invitation.by.0)
    .bind(code_hash.to_vec())
    .bind(invitation.max_uses)
    .bind(invitation.until.map(|until| until.0))
    .bind(invitation.note.as_str())
    .bind(invitation.only_for.map(|actor| actor.0))
    .bind(invitation.created_at.0)
    .execute()
    .await?;
    Ok(())
}

/// The invitation with a key.
pub async fn find(db: &Db, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> = db.query(concat!(select!(), " WHERE id = $1")).bind(id.0).optional().await?;
    Ok(row.map(Invitation::from))
}

const BY_CODE: &str = concat!(select!(), " WHERE group_id = $1 AND code_hash = $2");

/// The invitation to a group whose code has a hash.
pub async fn find_by_code(
    db: &Db,
    group: GroupId,
    code_hash: &[u8],
) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> = db.query(BY_CODE).bind(group.0).bind(code_hash.to_vec()).optional().await?;
    Ok(row.map(Invitation::from))
}

/// The same inside a transaction that has locked the group, which is what keeps its uses from changing.
pub async fn find_by_code_in(
    tx: &mut Tx,
    group: GroupId,
    code_hash: &[u8],
) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Row> = tx.query(BY_CODE).bind(group.0).bind(code_hash.to_vec()).optional().await?;
    Ok(row.map(Invitation::from))
}

/// Invitations to a group that are made out to somebody and neither taken back, used up nor expired, oldest first.
pub async fn list_open_for(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<Vec<Invitation>, StoreError> {
    let rows: Vec<Row> = tx.query(OPEN_FOR).bind(group.0).bind(actor.0).bind(now.0).all().await?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}

/// As [`list_open_for`], outside of a transaction.
pub async fn list_open_for_now(
    db: &Db,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<Vec<Invitation>, StoreError> {
    let rows: Vec<Row> = db.query(OPEN_FOR).bind(group.0).bind(actor.0).bind(now.0).all().await?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}

const OPEN_FOR: &str = concat!(
    select!(),
    " WHERE for_actor_id = $2 AND group_id = $1 AND revoked_at IS NULL AND (max_uses IS NULL OR uses < max_uses)
        AND (until IS NULL OR until > $3)
      ORDER BY id LIMIT 10"
);

/// Invitations to a group, newest first, from the one before `before` on; `by`: of one person alone.
pub async fn list(
    db: &Db,
    group: GroupId,
    by: Option<ActorId>,
    before: Option<InvitationId>,
    limit: usize,
) -> Result<Vec<Invitation>, StoreError> {
    let sql = Sql {
        sqlite: concat!(
            select!(),
            " WHERE group_id = $1 AND id < $2 AND ($3 IS NULL OR by_actor_id = $3) ORDER BY id DESC LIMIT $4"
        ),
        postgres: concat!(
            select!(),
            " WHERE group_id = $1 AND id < $2 AND (CAST($3 AS BIGINT) IS NULL OR by_actor_id = $3)
              ORDER BY id DESC LIMIT $4"
        ),
    };
    let rows: Vec<Row> = db
        .query(sql)
        .bind(group.0)
        .bind(before.map_or(i64::MAX, |id| id.0))
        .bind(by.map(|actor| actor.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}

/// How many invitations of somebody to a group are open.
pub async fn count_open(tx: &mut Tx, group: GroupId, by: ActorId, now: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx
        .query(
            "SELECT count(*) FROM invitations WHERE group_id = $1 AND by_actor_id = $2 AND revoked_at IS NULL
                AND (max_uses IS NULL OR uses < max_uses) AND (until IS NULL OR until > $3)",
        )
        .bind(group.0)
        .bind(by.0)
        .bind(now.0)
        .one()
        .await?;
    Ok(count)
}

/// Counts a use. `false`: there is none left; nothing is counted then.
pub async fn add_use(tx: &mut Tx, id: InvitationId) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE invitations SET uses = uses + 1
             WHERE id = $1 AND revoked_at IS NULL AND (max_uses IS NULL OR uses < max_uses)",
        )
        .bind(id.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// How many people somebody has invited to a group by name since, those included whose invitation was taken back.
pub async fn count_of_people(
    tx: &mut Tx,
    group: GroupId,
    by: ActorId,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx
        .query(
            "SELECT count(*) FROM invitations
             WHERE group_id = $1 AND by_actor_id = $2 AND created_at > $3 AND for_actor_id IS NOT NULL",
        )
        .bind(group.0)
        .bind(by.0)
        .bind(since.0)
        .one()
        .await?;
    Ok(count)
}

/// Whether an invitation to a group was made out to somebody since, also one that was taken back.
pub async fn was_invited(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query("SELECT id FROM invitations WHERE for_actor_id = $2 AND group_id = $1 AND created_at > $3 LIMIT 1")
        .bind(group.0)
        .bind(actor.0)
        .bind(since.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Takes an invitation back. `false` when it was, or there is none.
pub async fn revoke(tx: &mut Tx, id: InvitationId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query("UPDATE invitations SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id.0)
        .bind(now.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// Takes back what is made out to somebody who does not want it.
pub async fn revoke_for(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    tx.query(
        "UPDATE invitations SET revoked_at = $3 WHERE for_actor_id = $2 AND group_id = $1 AND revoked_at IS NULL",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(now.0)
    .execute()
    .await
}

crate::record! {
    struct Row {
        id: i64,
        group_id: i64,
        by_actor_id: i64,
        max_uses: Option<i64>,
        uses: i64,
        until: Option<i64>,
        note: String,
        for_actor_id: Option<i64>,
        revoked_at: Option<i64>,
        created_at: i64,
    }
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        Self {
            id: InvitationId(row.id),
            group: GroupId(row.group_id),
            by: ActorId(row.by_actor_id),
            max_uses: row.max_uses,
            uses: row.uses,
            until: convert::time(row.until),
            note: row.note,
            only_for: row.for_actor_id.map(ActorId),
            revoked_at: convert::time(row.revoked_at),
            created_at: Timestamp(row.created_at),
        }
    }
}
