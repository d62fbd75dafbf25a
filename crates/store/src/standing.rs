//! Bans, mutes and probation, of a group or of the whole instance.

use guildhall_domain::{
    ActorId, GroupId, Timestamp,
    admission::{End, Sanction, Sanctions},
};

use crate::{
    StoreError,
    db::{Db, Keyed, Sql, Tx},
};

/// Stands for "without end" in the database.
const OPEN: i64 = i64::MAX;

macro_rules! set {
    ($column:literal) => {
        concat!(
            "INSERT INTO standings (group_id, actor_id, ",
            $column,
            ") VALUES ($1, $2, $3)
             ON CONFLICT (group_id, actor_id) DO UPDATE SET ",
            $column,
            " = excluded.",
            $column
        )
    };
}

macro_rules! lift {
    ($column:literal) => {
        concat!(
            "UPDATE standings SET ",
            $column,
            " = NULL
             WHERE group_id = $1 AND actor_id = $2 AND ",
            $column,
            " IS NOT NULL"
        )
    };
}

/// Writes a sanction; a new one replaces the old one of its kind. `group`: `None` for the whole instance.
pub async fn set(
    tx: &mut Tx,
    group: Option<GroupId>,
    actor: ActorId,
    sanction: Sanction,
    end: End,
) -> Result<(), StoreError> {
    let sql = match sanction {
        Sanction::Ban => set!("banned_until"),
        Sanction::Mute => set!("muted_until"),
        Sanction::Probation => set!("watched_until"),
    };
    tx.query(sql).bind(scope(group)).bind(actor.0).bind(to_column(end)).execute().await?;
    Ok(())
}

/// Lifts a sanction. `false` when there was none.
pub async fn lift(
    tx: &mut Tx,
    group: Option<GroupId>,
    actor: ActorId,
    sanction: Sanction,
) -> Result<bool, StoreError> {
    let sql = match sanction {
        Sanction::Ban => lift!("banned_until"),
        Sanction::Mute => lift!("muted_until"),
        Sanction::Probation => lift!("watched_until"),
    };
    Ok(tx.query(sql).bind(scope(group)).bind(actor.0).execute().await? == 1)
}

/// What a group, or the instance, decided about somebody; what is over is still named.
pub async fn find(db: &Db, group: Option<GroupId>, actor: ActorId) -> Result<Sanctions, StoreError> {
    let row: Option<Columns> = db
        .query("SELECT banned_until, muted_until, watched_until FROM standings WHERE group_id = $1 AND actor_id = $2")
        .bind(scope(group))
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.map_or_else(Sanctions::default, from_columns))
}

/// The same inside a transaction.
pub async fn find_in(tx: &mut Tx, group: Option<GroupId>, actor: ActorId) -> Result<Sanctions, StoreError> {
    let row: Option<Columns> = tx
        .query("SELECT banned_until, muted_until, watched_until FROM standings WHERE group_id = $1 AND actor_id = $2")
        .bind(scope(group))
        .bind(actor.0)
        .optional()
        .await?;
    Ok(row.map_or_else(Sanctions::default, from_columns))
}

/// Whether somebody is banned at `now`, from a group or from the whole instance.
pub async fn is_banned(
    tx: &mut Tx,
    group: Option<GroupId>,
    actor: ActorId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT actor_id FROM standings
             WHERE actor_id = $2 AND group_id IN (0, $1) AND banned_until > $3 LIMIT 1",
        )
        .bind(scope(group))
        .bind(actor.0)
        .bind(now.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Keeps what stands in the book about somebody from changing until `tx` ends, where it is not the lock of the group that
/// does so. Who has nothing there yet is not locked.
pub async fn lock(tx: &mut Tx, group: Option<GroupId>, actor: ActorId) -> Result<(), StoreError> {
    let sql = Sql {
        // One writer at a time: nothing to lock.
        sqlite: "SELECT actor_id FROM standings WHERE group_id = $1 AND actor_id = $2",
        postgres: "SELECT actor_id FROM standings WHERE group_id = $1 AND actor_id = $2 FOR NO KEY UPDATE",
    };
    tx.query(sql).bind(scope(group)).bind(actor.0).optional::<(i64,)>().await?;
    Ok(())
}

/// Whether an actor is banned from the whole instance at `now`.
pub async fn is_suspended(db: &Db, actor: ActorId, now: Timestamp) -> Result<bool, StoreError> {
    const OF_INSTANCE: Keyed = Keyed {
        sqlite: "SELECT actor_id, banned_until FROM standings WHERE group_id = 0 AND actor_id = $1",
        postgres: "SELECT actor_id, banned_until FROM standings WHERE group_id = 0 AND actor_id = ANY($1)",
        column: "actor_id",
    };
    let ban: Option<(i64, Option<i64>)> = db.optional_by(OF_INSTANCE, actor.0).await?;
    Ok(ban.and_then(|(_, until)| until).is_some_and(|until| until == OPEN || until > now.0))
}

/// `banned_until, muted_until, watched_until`.
pub(crate) type Columns = (Option<i64>, Option<i64>, Option<i64>);

pub(crate) fn from_columns((ban, mute, probation): Columns) -> Sanctions {
    let end = |until: i64| if until == OPEN { End::Open } else { End::At(Timestamp(until)) };
    Sanctions { ban: ban.map(end), mute: mute.map(end), probation: probation.map(end) }
}

fn to_column(end: End) -> i64 {
    end.moment().map_or(OPEN, |moment| moment.0)
}

fn scope(group: Option<GroupId>) -> i64 {
    group.map_or(0, |group| group.0)
}
