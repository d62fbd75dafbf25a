//! Who delivers to a host.

use guildhall_domain::Timestamp;

use super::HostState;
use crate::{
    StoreError, convert,
    db::{List, Sql, Tx},
};

/// A host that was leased, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLease {
    /// The host.
    pub host: String,
    /// Grows with each lease, and with each step of an admin that a holder has to notice.
    pub epoch: i64,
    /// Everything up to and including this is done with.
    pub cursor: i64,
    /// How things stood.
    pub state: HostState,
    /// Rounds that failed one after another.
    pub failures: u32,
    /// Since when it fails.
    pub failing_since: Option<Timestamp>,
    /// How many inboxes of it follow groups, each group counted.
    pub subscriptions: u32,
}

/// Leases those of `hosts` that are free and due at `now` to `holder`, until `until`. One whose cursor stands at the end
/// of the log is left out: another node may have served it meanwhile.
pub async fn lease_all(
    tx: &mut Tx,
    hosts: Vec<String>,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<HostLease>, StoreError> {
    const LEASE: Sql = Sql {
        sqlite: "UPDATE delivery_hosts SET lease_holder = $2, lease_until = $4, epoch = epoch + 1
                 WHERE host IN (SELECT value FROM json_each($1))
                   AND lease_until <= $3 AND next_attempt_at <= $3 AND state <> 'paused'
                   AND cursor < (SELECT max(seq) FROM delivery_log)
                 RETURNING host, epoch, cursor, state, failures, failing_since,
                    (SELECT count(*) FROM delivery_subscriptions s WHERE s.host = delivery_hosts.host) AS subscriptions",
        // What another node is leasing just now is left to it.
        postgres: "UPDATE delivery_hosts SET lease_holder = $2, lease_until = $4, epoch = epoch + 1
                   WHERE host IN (SELECT host FROM delivery_hosts
                                  WHERE host = ANY($1) AND lease_until <= $3 AND next_attempt_at <= $3
                                    AND state <> 'paused' AND cursor < (SELECT max(seq) FROM delivery_log)
                                  FOR NO KEY UPDATE SKIP LOCKED)
                   RETURNING host, epoch, cursor, state, failures, failing_since,
                    (SELECT count(*) FROM delivery_subscriptions s WHERE s.host = delivery_hosts.host) AS subscriptions",
    };
    let rows: Vec<Row> =
        tx.query(LEASE).bind(List(hosts)).bind(holder).bind(now.0).bind(until.0).all().await?;
    convert::all(rows)
}

/// Holds on to `hosts` until `until`; gives host and epoch of those that are still `holder`'s at `now`.
///
/// One that is missing, or has another epoch than at its lease, must be given up at once, unless it was given back.
pub async fn renew_all(
    tx: &mut Tx,
    hosts: Vec<String>,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<(String, i64)>, StoreError> {
    const RENEW: Sql = Sql {
        sqlite: "UPDATE delivery_hosts SET lease_until = $4
                 WHERE host IN (SELECT value FROM json_each($1)) AND lease_holder = $2 AND lease_until > $3
                 RETURNING host, epoch",
        // In one order, against deadlocks with whoever else writes several of these rows.
        postgres: "UPDATE delivery_hosts SET lease_until = $4
                   WHERE host IN (SELECT host FROM delivery_hosts
                                  WHERE host = ANY($1) AND lease_holder = $2 AND lease_until > $3
                                  ORDER BY host FOR NO KEY UPDATE)
                   RETURNING host, epoch",
    };
    tx.query(RENEW).bind(List(hosts)).bind(holder).bind(now.0).bind(until.0).all().await
}

crate::record! {
    struct Row {
        host: String,
        epoch: i64,
        cursor: i64,
        state: String,
        failures: i64,
        failing_since: Option<i64>,
        subscriptions: i64,
    }
}

impl TryFrom<Row> for HostLease {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            state: convert::word("delivery host", &row.host, &row.state)?,
            epoch: row.epoch,
            cursor: row.cursor,
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            failing_since: convert::time(row.failing_since),
            subscriptions: u32::try_from(row.subscriptions).unwrap_or(u32::MAX),
            host: row.host,
        })
    }
}
