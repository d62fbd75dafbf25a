//! Named leases: what only one process may do at a time, such as publishing.
//!
//! A lease ends by itself, so that a killed process holds nothing up. Each holder gets a higher epoch: a write that must
//! not come from a holder who overslept goes through [`lock_held`] in the same transaction.

use std::collections::HashSet;
use std::time::Duration;

use guildhall_domain::Timestamp;

use crate::{
    StoreError,
    db::{Db, List, Sql, Tx},
};

/// How long a lease lasts when it is not renewed.
pub const LASTS: Duration = Duration::from_secs(10);
/// How often to renew a lease.
pub const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How often to look for leases that others have left.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);
/// For how long a number stays with a process that has been silent: far longer than any pause from which one wakes up
/// and goes on making keys with it.
pub const NUMBER_KEPT: Duration = Duration::from_hours(1);

/// The family of the numbers that keys are made of: `node/0`, `node/1` …
pub const NUMBERS: &str = "node";

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

crate::record! {
    /// Who holds what.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Held {
        /// What it is for.
        pub name: String,
        /// The process that holds it.
        pub holder: String,
    }
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
    acquire_left_before(tx, name, holder, now, now).await
}

/// The same for a lease that ended at `left` or before.
async fn acquire_left_before(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    left: Timestamp,
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
        .bind(left.0)
        .optional()
        .await?;
    Ok(row.map(|(epoch,)| Lease { name: name.to_owned(), epoch, until }))
}

/// Takes those of `names` that are free, and holds those that are `holder`'s for longer; gives the names of all that are
/// `holder`'s now.
pub async fn hold_all(
    tx: &mut Tx,
    names: Vec<String>,
    holder: &str,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    const HOLD: Sql = Sql {
        sqlite: "INSERT INTO leases (name, holder, until, epoch)
                 SELECT value, $2, $3, 1 FROM json_each($1) WHERE true
                 ON CONFLICT (name) DO UPDATE SET
                    holder = excluded.holder, until = excluded.until,
                    epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
                 WHERE leases.until <= $4 OR leases.holder = excluded.holder
                 RETURNING name",
        // In one order, against deadlocks with other nodes that want the same.
        postgres: "INSERT INTO leases (name, holder, until, epoch)
                   SELECT name, $2, $3, 1 FROM unnest($1) AS wanted (name) ORDER BY name
                   ON CONFLICT (name) DO UPDATE SET
                      holder = excluded.holder, until = excluded.until,
                      epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
                   WHERE leases.until <= $4 OR leases.holder = excluded.holder
                   RETURNING name",
    };
    let rows: Vec<(String,)> =
        tx.query(HOLD).bind(List(names)).bind(holder).bind(now.plus(LASTS).0).bind(now.0).all().await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
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

/// Gives several back. Those of somebody else are left alone.
pub async fn release_all(tx: &mut Tx, names: Vec<String>, holder: &str) -> Result<(), StoreError> {
    const RELEASE: Sql = Sql {
        sqlite: "UPDATE leases SET until = 0
                 WHERE name IN (SELECT value FROM json_each($1)) AND holder = $2",
        postgres: "UPDATE leases SET until = 0
                   WHERE name IN (SELECT name FROM leases WHERE name = ANY($1) AND holder = $2
                                  ORDER BY name FOR NO KEY UPDATE)",
    };
    tx.query(RELEASE).bind(List(names)).bind(holder).execute().await?;
    Ok(())
}

/// Makes free what a process left that is known to be dead.
pub async fn release_of(tx: &mut Tx, holder: &str) -> Result<(), StoreError> {
    tx.query("UPDATE leases SET until = 0 WHERE until <> 0 AND holder = $1").bind(holder).execute().await?;
    tx.query("UPDATE delivery_hosts SET lease_until = 0 WHERE lease_until <> 0 AND lease_holder = $1")
        .bind(holder)
        .execute()
        .await?;
    Ok(())
}

/// Forgets leases of a family (`serving` for `serving/…`) that ended before `before`.
pub async fn delete_ended(tx: &mut Tx, family: &str, before: Timestamp) -> Result<(), StoreError> {
    tx.query("DELETE FROM leases WHERE name LIKE $1 AND until < $2")
        .bind(format!("{family}/%"))
        .bind(before.0)
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

/// All leases that somebody holds at `now`, by name.
pub async fn list_held(db: &Db, now: Timestamp) -> Result<Vec<Held>, StoreError> {
    db.query("SELECT name, holder FROM leases WHERE until > $1 ORDER BY name").bind(now.0).all().await
}

/// Takes the lowest free number below `count` of a family of leases: `node/0`, `node/1` … for `family` `node`.
///
/// Free is what was given back, or whose holder has been silent for [`NUMBER_KEPT`]. `None`: all are taken.
pub async fn acquire_number(
    tx: &mut Tx,
    family: &str,
    count: u16,
    holder: &str,
    now: Timestamp,
) -> Result<Option<(u16, Lease)>, StoreError> {
    let left = now.minus(NUMBER_KEPT);
    let taken: Vec<(String,)> = tx
        .query("SELECT name FROM leases WHERE name LIKE $1 AND until > $2")
        .bind(format!("{family}/%"))
        .bind(left.0)
        .all()
        .await?;
    let taken: HashSet<String> = taken.into_iter().map(|(name,)| name).collect();
    for number in 0..count {
        let name = format!("{family}/{number}");
        // Somebody else may be faster.
        if !taken.contains(&name)
            && let Some(lease) = acquire_left_before(tx, &name, holder, left, now).await?
        {
            return Ok(Some((number, lease)));
        }
    }
    Ok(None)
}
