//! What groups hosted here have seen of people: what trust is earned by.

use std::collections::BTreeMap;

use guildhall_domain::{
    ActorId, CaseId, DecisionId, GroupId, Timestamp,
    trust::{Seen, Trust},
};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
};

/// What is added to what was seen; may be below zero where something is taken back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct More {
    /// Posts and comments let in; one that is makes the day count.
    pub accepted: i64,
    /// Answers to them by others.
    pub answered: i64,
    /// Refused or removed.
    pub refused: i64,
    /// Reports found right.
    pub upheld: i64,
    /// Reports found wrong.
    pub dismissed: i64,
    /// Whether it costs trust for a while.
    pub is_strike: bool,
}

/// What is seen in one transaction, by group and person.
pub type Sightings = BTreeMap<(GroupId, ActorId), More>;

/// A level that a moderator gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The level.
    pub level: Trust,
    /// Why.
    pub reason: String,
    /// Who gave it.
    pub by: ActorId,
}

macro_rules! add {
    ($rows:literal) => {
        concat!(
            "INSERT INTO acquaintances (group_id, actor_id, accepted, answered, refused, upheld, dismissed, struck_at,
                days, last_day, first_at) ",
            $rows,
            " ON CONFLICT (group_id, actor_id) DO UPDATE SET
                accepted = acquaintances.accepted + excluded.accepted,
                answered = acquaintances.answered + excluded.answered,
                refused = acquaintances.refused + excluded.refused,
                upheld = acquaintances.upheld + excluded.upheld,
                dismissed = acquaintances.dismissed + excluded.dismissed,
                struck_at = coalesce(excluded.struck_at, acquaintances.struck_at),
                days = acquaintances.days + CASE WHEN excluded.last_day > acquaintances.last_day THEN 1 ELSE 0 END,
                last_day = CASE WHEN excluded.last_day > acquaintances.last_day THEN excluded.last_day
                           ELSE acquaintances.last_day END"
        )
    };
}

/// Adds what was seen at `now`.
pub async fn add(tx: &mut Tx, seen: &Sightings, now: Timestamp) -> Result<(), StoreError> {
    let rows = || seen.iter().map(|((group, actor), more)| columns(*group, *actor, more, now));
    if seen.is_empty() {
        return Ok(());
    }
    if tx.pays_per_statement() {
        let column = |at: usize| rows().map(|row| row[at]).collect::<List<i64>>();
        let mut query = tx.query(add!(
            "SELECT g, a, accepted, answered, refused, upheld, dismissed, nullif(struck, 0),
                    CASE WHEN day > 0 THEN 1 ELSE 0 END, day, first
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                AS s (g, a, accepted, answered, refused, upheld, dismissed, struck, day, first)"
        ));
        for at in 0..COLUMNS {
            query = query.bind(column(at));
        }
        query.execute().await?;
        return Ok(());
    }
    for row in rows() {
        let mut query = tx.query(add!(
            "VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0), CASE WHEN $9 > 0 THEN 1 ELSE 0 END, $9, $10)"
        ));
        for value in row {
            query = query.bind(value);
        }
        query.execute().await?;
    }
    Ok(())
}

const COLUMNS: usize = 10;

fn columns(group: GroupId, actor: ActorId, more: &More, now: Timestamp) -> [i64; COLUMNS] {
    let day = if more.accepted > 0 { now.day() } else { 0 };
    let struck = if more.is_strike { now.0 } else { 0 };
    let More { accepted, answered, refused, upheld, dismissed, .. } = *more;
    [group.0, actor.0, accepted, answered, refused, upheld, dismissed, struck, day, now.0]
}

/// Sets the last strike of somebody back to the latest that stands: a removal of what is still removed, or a case that was
/// found right in which not all was taken back on appeal. `reversed`: a decision that is being taken back.
pub async fn settle_strike(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    reversed: Option<DecisionId>,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE acquaintances SET struck_at =
            (SELECT max(s.at) FROM
                (SELECT d.created_at AS at FROM entries e JOIN decisions d ON d.entry_id = e.id
                 WHERE e.author_id = $2 AND e.state = 'removed' AND d.group_id = $1 AND d.action = 'remove'
                    AND d.id <> $3
                 UNION ALL SELECT l.closed_at FROM cases c JOIN case_lanes l ON l.case_id = c.id
                 WHERE c.group_id = $1 AND c.person_id = $2 AND l.lane = 'group' AND l.outcome = 'decided'
                    AND EXISTS (SELECT 1 FROM decisions d LEFT JOIN appeals a ON a.decision_id = d.id
                        WHERE d.case_id = c.id AND d.id <> $3 AND coalesce(a.outcome, '') <> 'reversed')) s)
         WHERE group_id = $1 AND actor_id = $2 AND struck_at IS NOT NULL",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(reversed.map_or(0, |reversed| reversed.0))
    .execute()
    .await?;
    Ok(())
}

/// Whether nothing is left of a case that was found right: all that was decided in it is taken back on appeal, `reversed`
/// as the last of it.
pub async fn is_case_refuted(tx: &mut Tx, case: CaseId, reversed: DecisionId) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(
            "SELECT l.case_id FROM case_lanes l WHERE l.case_id = $1 AND l.lane = 'group' AND l.outcome = 'decided'
                AND NOT EXISTS (SELECT 1 FROM decisions d LEFT JOIN appeals a ON a.decision_id = d.id
                    WHERE d.case_id = $1 AND d.id <> $2 AND coalesce(a.outcome, '') <> 'reversed')",
        )
        .bind(case.0)
        .bind(reversed.0)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Gives somebody a level by hand; `None` takes it back.
pub async fn give(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
    given: Option<&Given>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO acquaintances (group_id, actor_id, given, given_reason, given_by, first_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (group_id, actor_id) DO UPDATE SET
            given = excluded.given, given_reason = excluded.given_reason, given_by = excluded.given_by",
    )
    .bind(group.0)
    .bind(actor.0)
    .bind(given.map(|given| given.level.as_str()))
    .bind(given.map(|given| given.reason.clone()))
    .bind(given.map(|given| given.by.0))
    .bind(now.0)
    .execute()
    .await?;
    Ok(())
}

macro_rules! seen {
    () => {
        "SELECT group_id, actor_id, accepted, answered, days, refused, upheld, dismissed, struck_at, first_at, given,
            given_reason, given_by
         FROM acquaintances"
    };
}

/// What a group has seen of somebody, with the level given by hand. `None`: nothing.
pub async fn find(
    db: &Db,
    group: GroupId,
    actor: ActorId,
) -> Result<Option<(Seen, Option<Given>)>, StoreError> {
    let row: Option<Row> = db.query(ONE).bind(group.0).bind(actor.0).optional().await?;
    row.map(Row::read).transpose()
}

/// The same inside a transaction.
pub async fn find_in(
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
) -> Result<Option<(Seen, Option<Given>)>, StoreError> {
    let row: Option<Row> = tx.query(ONE).bind(group.0).bind(actor.0).optional().await?;
    row.map(Row::read).transpose()
}

const ONE: &str = concat!(seen!(), " WHERE group_id = $1 AND actor_id = $2");

/// What groups have seen of some people, with the levels given by hand: of one group, or of all that are hosted here.
pub async fn list_of_people(
    db: &Db,
    group: Option<GroupId>,
    people: &[ActorId],
) -> Result<Vec<((GroupId, ActorId), (Seen, Option<Given>))>, StoreError> {
    let sql = Sql {
        sqlite: concat!(
            seen!(),
            " WHERE actor_id IN (SELECT value FROM json_each($1)) AND ($2 = 0 OR group_id = $2)"
        ),
        postgres: concat!(seen!(), " WHERE actor_id = ANY($1) AND ($2 = 0 OR group_id = $2)"),
    };
    let people: List<i64> = people.iter().map(|id| id.0).collect();
    let group = group.map_or(0, |group| group.0);
    let rows: Vec<Row> = db.query(sql).bind(people).bind(group).slow().all().await?;
    let read = |row: Row| Ok(((GroupId(row.group_id), ActorId(row.actor_id)), row.read()?));
    rows.into_iter().map(read).collect()
}

crate::record! {
    struct Row {
        group_id: i64,
        actor_id: i64,
        accepted: i64,
        answered: i64,
        days: i64,
        refused: i64,
        upheld: i64,
        dismissed: i64,
        struck_at: Option<i64>,
        first_at: i64,
        given: Option<String>,
        given_reason: Option<String>,
        given_by: Option<i64>,
    }
}

impl Row {
    fn read(self) -> Result<(Seen, Option<Given>), StoreError> {
        let seen = Seen {
            accepted: self.accepted,
            answered: self.answered,
            days: self.days,
            refused: self.refused,
            upheld: self.upheld,
            dismissed: self.dismissed,
            struck_at: convert::time(self.struck_at),
            first_at: Some(Timestamp(self.first_at)),
        };
        let level = self
            .given
            .map(|level| convert::word("acquaintance", GroupId(self.group_id), &level))
            .transpose()?;
        let given = level.zip(self.given_by).map(|(level, by)| Given {
            level,
            reason: self.given_reason.unwrap_or_default(),
            by: ActorId(by),
        });
        Ok((seen, given))
    }
}
