//! Whether the store can do its work now.

use crate::{StoreError, db::Db};

/// Reads what serving reads and writes as receiving does, and changes nothing: what another process has locked, a disk
/// without room, a file that is gone and a server that only lets read all show here.
///
/// # Errors
/// The first thing that fails.
pub async fn try_work(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    for sql in [
        "SELECT count(*) FROM (SELECT 1 FROM received_activities LIMIT 1) t",
        "SELECT count(*) FROM (SELECT 1 FROM entries LIMIT 1) t",
        "SELECT count(*) FROM (SELECT 1 FROM delivery_log LIMIT 1) t",
    ] {
        tx.query(sql).one::<(i64,)>().await?;
    }
    tx.query(
        "INSERT INTO leases (name, holder, until, epoch) VALUES ('ready', '', 0, 1)
         ON CONFLICT (name) DO UPDATE SET epoch = leases.epoch + 1",
    )
    .execute()
    .await?;
    tx.commit().await
}
