//! What ends by itself: bans, mutes, probation and locks with an end. At that end they cease to have an effect, whoever
//! looks; here is found what nobody has been told of yet.

use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId, Timestamp,
    admission::Sanction,
    moderation::{DecisionAction, Target},
};

use crate::{
    StoreError,
    db::{Db, Tx},
};

/// A sanction that is over and still stands in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// The group; `None` for the whole instance.
    pub group: Option<GroupId>,
    /// Whom it was about.
    pub actor: ActorId,
    /// What it was.
    pub sanction: Sanction,
    /// When it ended.
    pub at: Timestamp,
}

/// Sanctions that ended at `now` or before, earliest first.
pub async fn list_sanctions(db: &Db, now: Timestamp, limit: usize) -> Result<Vec<Ended>, StoreError> {
    let rows: Vec<(i64, i64, i64, i64)> = db
        .query(
            "SELECT group_id, actor_id, CAST(0 AS BIGINT), banned_until FROM standings
                WHERE banned_until <= $1 AND banned_until < 9223372036854775807
             UNION ALL SELECT group_id, actor_id, CAST(1 AS BIGINT), muted_until FROM standings
                WHERE muted_until <= $1 AND muted_until < 9223372036854775807
             UNION ALL SELECT group_id, actor_id, CAST(2 AS BIGINT), watched_until FROM standings
                WHERE watched_until <= $1 AND watched_until < 9223372036854775807
             ORDER BY 4, 2 LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    let ended = |(group, actor, sanction, at): (i64, i64, i64, i64)| Ended {
        group: (group != 0).then_some(GroupId(group)),
        actor: ActorId(actor),
        sanction: match sanction {
            0 => Sanction::Ban,
            1 => Sanction::Mute,
            _ => Sanction::Probation,
        },
        at: Timestamp(at),
    };
    Ok(rows.into_iter().map(ended).collect())
}

/// Takes a sanction out of the book, if it is the one that ended then: a newer one stays. `false`: it is not there any more.
pub async fn close_sanction(tx: &mut Tx, ended: &Ended) -> Result<bool, StoreError> {
    let sql = match ended.sanction {
        Sanction::Ban => {
            "UPDATE standings SET banned_until = NULL
             WHERE group_id = $1 AND actor_id = $2 AND banned_until = $3"
        }
        Sanction::Mute => {
            "UPDATE standings SET muted_until = NULL
             WHERE group_id = $1 AND actor_id = $2 AND muted_until = $3"
        }
        Sanction::Probation => {
            "UPDATE standings SET watched_until = NULL
             WHERE group_id = $1 AND actor_id = $2 AND watched_until = $3"
        }
    };
    let group = ended.group.map_or(0, |group| group.0);
    let rows = tx.query(sql).bind(group).bind(ended.actor.0).bind(ended.at.0).execute().await?;
    Ok(rows == 1)
}

/// Locked threads whose lock ended at `now` or before, with that moment.
pub async fn list_locks(
    db: &Db,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(EntryId, Timestamp)>, StoreError> {
    let rows: Vec<(i64, i64)> = db
        .query(
            "SELECT id, locked_until FROM entries WHERE locked_until <= $1 AND locked_until IS NOT NULL
             ORDER BY locked_until, id LIMIT $2",
        )
        .bind(now.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id, at)| (EntryId(id), Timestamp(at))).collect())
}

/// Opens a thread whose lock ended then. `false`: it was opened, or locked anew.
pub async fn close_lock(tx: &mut Tx, entry: EntryId, at: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .query(
            "UPDATE entries SET locked = false, locked_until = NULL
             WHERE id = $1 AND locked AND locked_until = $2",
        )
        .bind(entry.0)
        .bind(at.0)
        .execute()
        .await?;
    Ok(rows == 1)
}

/// When the next of these ends; `None`: none has an end.
pub async fn find_next(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let (next,): (Option<i64>,) = db
        .query(
            "SELECT min(e.at) FROM
                (SELECT min(banned_until) AS at FROM standings WHERE banned_until < 9223372036854775807
                 UNION ALL SELECT min(muted_until) FROM standings WHERE muted_until < 9223372036854775807
                 UNION ALL SELECT min(watched_until) FROM standings WHERE watched_until < 9223372036854775807
                 UNION ALL SELECT min(locked_until) FROM entries WHERE locked_until IS NOT NULL) e",
        )
        .one()
        .await?;
    Ok(next.map(Timestamp))
}

/// The latest decision of a kind, which an ending takes back: about a person by this group, about an entry by whichever it
/// was in.
pub async fn find_decision(
    tx: &mut Tx,
    group: Option<GroupId>,
    target: &Target,
    action: DecisionAction,
) -> Result<Option<DecisionId>, StoreError> {
    let query = match target {
        Target::Entry(entry) => tx
            .query("SELECT id FROM decisions WHERE entry_id = $1 AND action = $2 ORDER BY id DESC LIMIT 1")
            .bind(entry.0)
            .bind(action.as_str()),
        Target::Actor(actor) => tx
            .query(
                "SELECT id FROM decisions WHERE actor_id = $1 AND action = $2
                    AND group_id IS NOT DISTINCT FROM $3 ORDER BY id DESC LIMIT 1",
            )
            .bind(actor.0)
            .bind(action.as_str())
            .bind(group.map(|group| group.0)),
        Target::Host(_) => return Ok(None),
    };
    let row: Option<(i64,)> = query.optional().await?;
    Ok(row.map(|(id,)| DecisionId(id)))
}
