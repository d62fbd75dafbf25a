//! What an operator wants to know of deliveries.

use std::time::Duration;

use guildhall_domain::Timestamp;

use super::HostState;
use crate::{StoreError, convert, db::Db, delivery::audience::heard_by};

/// How things stand with a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostStatus {
    /// The host.
    pub host: String,
    /// Active, failing, dead or paused.
    pub state: HostState,
    /// Deliveries that wait for it.
    pub waiting: u64,
    /// How long the oldest of them has waited; zero when none does.
    pub lag: Duration,
    /// Rounds that failed one after another.
    pub failures: u32,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// The next attempt, where it is put off.
    pub next_attempt_at: Option<Timestamp>,
    /// The last good answer.
    pub last_success_at: Option<Timestamp>,
    /// The last trouble.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// Deliveries it refused for good and that are still on record.
    pub refused: u64,
}

/// The hosts after one in the order of their names; start with `""`.
pub async fn list_status(
    db: &Db,
    after: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<HostStatus>, StoreError> {
    let rows: Vec<Row> = db
        .query(concat!(
            "SELECT h.host, h.state, h.failures, h.failing_since, h.next_attempt_at, h.last_success_at,
                h.last_error, h.last_error_at,
                (SELECT count(*) FROM delivery_subscriptions s
                 JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq
                 WHERE s.host = h.host AND l.seq > h.cursor AND ",
            heard_by!(),
            ") AS for_groups,
                (SELECT min(l.created_at) FROM delivery_subscriptions s
                 JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq
                 WHERE s.host = h.host AND l.seq > h.cursor AND ",
            heard_by!(),
            ") AS groups_since,
                (SELECT count(*) FROM delivery_targets t WHERE t.host = h.host AND t.seq > h.cursor) AS for_targets,
                (SELECT min(l.created_at) FROM delivery_targets t JOIN delivery_log l ON l.seq = t.seq
                 WHERE t.host = h.host AND t.seq > h.cursor) AS targets_since,
                (SELECT count(*) FROM delivery_failures f WHERE f.host = h.host) AS refused
             FROM delivery_hosts h LEFT JOIN instances i ON i.host = h.host
             WHERE h.host > $1 ORDER BY h.host LIMIT $2",
        ))
        .bind(after)
        .bind(i64::from(limit))
        .slow()
        .all()
        .await?;
    rows.into_iter().map(|row| row.status(now)).collect()
}

/// One host; `None`: nothing was ever to be delivered there.
pub async fn find_status(db: &Db, host: &str, now: Timestamp) -> Result<Option<HostStatus>, StoreError> {
    let before: Option<(String,)> = db
        .query("SELECT COALESCE((SELECT max(host) FROM delivery_hosts WHERE host < $1), '') FROM delivery_hosts WHERE host = $1")
        .bind(host)
        .optional()
        .await?;
    let Some((before,)) = before else { return Ok(None) };
    Ok(list_status(db, &before, 1, now).await?.into_iter().next())
}

/// What people who want to write to a host are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownState {
    /// Active, failing, dead or paused.
    pub state: HostState,
    /// Whether it has forbidden (HTTP 403) several deliveries since it last took one: it may have blocked this instance.
    pub is_refusing_us: bool,
}

/// How things stand with a host; `None`: nothing was ever to be delivered there.
pub async fn find_state(db: &Db, host: &str) -> Result<Option<KnownState>, StoreError> {
    let row: Option<(String, i64)> = db
        .query(
            "SELECT h.state, (SELECT count(*) FROM delivery_failures f
                WHERE f.host = h.host AND f.error LIKE 'HTTP 403%' AND f.failed_at > COALESCE(h.last_success_at, 0))
             FROM delivery_hosts h WHERE h.host = $1",
        )
        .bind(host)
        .optional()
        .await?;
    row.map(|(state, refused)| {
        let state = convert::word("delivery host", host, &state)?;
        Ok(KnownState { state, is_refusing_us: refused >= FORBIDDEN })
    })
    .transpose()
}

/// As many deliveries one after another are not forbidden for what is in them.
const FORBIDDEN: i64 = 3;

/// How many hosts are in each state that any is in.
pub async fn count_by_state(db: &Db) -> Result<Vec<(HostState, u64)>, StoreError> {
    let rows: Vec<(String, i64)> =
        db.query("SELECT state, count(*) FROM delivery_hosts GROUP BY state ORDER BY state").all().await?;
    rows.into_iter()
        .map(|(state, count)| Ok((convert::word("delivery host", &state, &state)?, count.unsigned_abs())))
        .collect()
}

/// How many hosts each process delivers to at `now`.
pub async fn count_by_holder(db: &Db, now: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
    db.query(
        "SELECT lease_holder, count(*) FROM delivery_hosts
         WHERE lease_until > $1 AND lease_holder IS NOT NULL GROUP BY lease_holder ORDER BY lease_holder",
    )
    .bind(now.0)
    .all()
    .await
}

/// How many deliveries wait for hosts that are active or failing.
pub async fn queue_depth(db: &Db) -> Result<u64, StoreError> {
    let (for_groups, for_targets): (i64, i64) = db
        .query(concat!(
            "SELECT
                (SELECT count(*) FROM delivery_hosts h
                 JOIN delivery_subscriptions s ON s.host = h.host
                 JOIN delivery_log l ON l.group_id = s.group_id AND l.seq > s.since_seq AND l.seq > h.cursor
                 LEFT JOIN instances i ON i.host = h.host
                 WHERE h.state IN ('active', 'failing') AND ",
            heard_by!(),
            "),
                (SELECT count(*) FROM delivery_hosts h
                 JOIN delivery_targets t ON t.host = h.host AND t.seq > h.cursor
                 WHERE h.state IN ('active', 'failing'))",
        ))
        .slow()
        .one()
        .await?;
    Ok((for_groups + for_targets).unsigned_abs())
}

crate::record! {
    struct Row {
        host: String,
        state: String,
        failures: i64,
        failing_since: Option<i64>,
        next_attempt_at: i64,
        last_success_at: Option<i64>,
        last_error: Option<String>,
        last_error_at: Option<i64>,
        for_groups: i64,
        groups_since: Option<i64>,
        for_targets: i64,
        targets_since: Option<i64>,
        refused: i64,
    }
}

impl Row {
    fn status(self, now: Timestamp) -> Result<HostStatus, StoreError> {
        let oldest = self.groups_since.into_iter().chain(self.targets_since).min();
        Ok(HostStatus {
            state: convert::word("delivery host", &self.host, &self.state)?,
            waiting: (self.for_groups + self.for_targets).unsigned_abs(),
            lag: oldest.map_or(Duration::ZERO, |since| now.since(Timestamp(since))),
            failures: u32::try_from(self.failures).unwrap_or(u32::MAX),
            failing_since: convert::time(self.failing_since),
            next_attempt_at: Some(Timestamp(self.next_attempt_at)).filter(|at| at.is_after(now)),
            last_success_at: convert::time(self.last_success_at),
            last_error: self.last_error,
            last_error_at: convert::time(self.last_error_at),
            refused: self.refused.unsigned_abs(),
            host: self.host,
        })
    }
}
