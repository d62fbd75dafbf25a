//! Named leases: what only one process may do at a time, such as publishing.
//!
//! A lease ends by itself, so that a killed process holds nothing up. Each holder gets a higher epoch: a write that must
//! not come from a holder who overslept goes through [`lock_held`] in the same transaction.

use std::time::Duration;

use guildhall_domain::Timestamp;

use crate::{
    StoreError,
    db::{Db, Sql, Tx},
};

/// How long a lease lasts when it is not renewed.
pub const LASTS: Duration = Duration::from_secs(15);
/// How often to renew a lease.
pub const RENEW_EVERY: Duration = Duration::from_secs(5);

/// A lease that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Grows with each holder.
    pub epoch: i64,
    /// When it ends, unless renewed.
    pub until: Timestamp,
}

/// Takes a lease for `holder`, a name no other process has. `None`: somebody else holds it.
///
/// Taking a lease that one holds already gives it again, with a new epoch.
pub async fn acquire(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now: Timestamp,
) -> Result<Option<Lease>, StoreError> {
    let until = now.plus(LASTS);
    let row: Option<(i64,)> = tx
        .query(
            "INSERT INTO leases (name, holder, until, epoch) VALUES ($1, $2, $3, 1)
             ON CONFLICT (name) DO UPDATE SET
                holder = excluded.holder, until = excluded.until, epoch = leases.epoch + 1
             WHERE leases.until <= $4 OR leases.holder = excluded.holder
             RETURNING epoch",
        )
        .bind(name)
        .bind(holder)
        .bind(until.0)
        .bind(now.0)
        .optional()
        .await?;
    Ok(row.map(|(epoch,)| Lease { name: name.to_owned(), epoch, until }))
}

/// Holds a lease for longer. `false`: it is somebody else's by now, and `lease` is as it was.
pub async fn renew(tx: &mut Tx, lease: &mut Lease, now: Timestamp) -> Result<bool, StoreError> {
    let until = now.plus(LASTS);
    let rows = tx
        .query("UPDATE leases SET until = $3 WHERE name = $1 AND epoch = $2")
        .bind(lease.name.as_str())
        .bind(lease.epoch)
        .bind(until.0)
        .execute()
        .await?;
    if rows == 1 {
        lease.until = until;
    }
    Ok(rows == 1)
}

/// Gives a lease back before its end. Somebody else's is left alone.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<(), StoreError> {
    tx.query("UPDATE leases SET until = 0 WHERE name = $1 AND epoch = $2")
        .bind(lease.name.as_str())
        .bind(lease.epoch)
        .execute()
        .await?;
    Ok(())
}

/// Whether `lease` is still the newest, and keeps it so until `tx` ends.
pub async fn lock_held(tx: &mut Tx, lease: &Lease) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .query(Sql {
            // One writer at a time: nothing to lock.
            sqlite: "SELECT epoch FROM leases WHERE name = $1 AND epoch = $2",
            postgres: "SELECT epoch FROM leases WHERE name = $1 AND epoch = $2 FOR NO KEY UPDATE",
        })
        .bind(lease.name.as_str())
        .bind(lease.epoch)
        .optional()
        .await?;
    Ok(row.is_some())
}

/// Who holds a lease at `now`, for status pages.
pub async fn find_holder(db: &Db, name: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = db
        .query("SELECT holder FROM leases WHERE name = $1 AND until > $2")
        .bind(name)
        .bind(now.0)
        .optional()
        .await?;
    Ok(row.map(|(holder,)| holder))
}

/// Takes the lowest free number below `count` of a family of leases: `node/0`, `node/1` … for `family` `node`.
///
/// `None`: all are taken.
pub async fn acquire_number(
    tx: &mut Tx,
    family: &str,
    count: u16,
    holder: &str,
    now: Timestamp,
) -> Result<Option<(u16, Lease)>, StoreError> {
    for number in 0..count {
        if let Some(lease) = acquire(tx, &format!("{family}/{number}"), holder, now).await? {
            return Ok(Some((number, lease)));
        }
    }
    Ok(None)
}
