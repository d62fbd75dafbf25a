//! The instance's peering lists, remembered for a few seconds: they are asked for every request, in and out.

use std::sync::Arc;
use std::time::Duration;

use guildhall_domain::peering::{self, Peering, PeeringEntry};
use guildhall_store::{StoreError, db::Db, peering as store};
use moka::future::Cache;

/// What our own lists say about other hosts.
#[derive(Clone)]
pub struct Peers {
    db: Db,
    allow_list_only: bool,
    entries: Cache<(), Arc<Vec<PeeringEntry>>>,
}

impl Peers {
    /// Reads the lists from `db` at most once in `ttl`.
    pub(super) fn new(db: Db, allow_list_only: bool, ttl: Duration) -> Self {
        let entries = Cache::builder().max_capacity(1).time_to_live(ttl).build();
        Self { db, allow_list_only, entries }
    }

    /// What the instance has decided about `authority` (`example.org`, `127.0.0.1:8081`).
    pub async fn of(&self, authority: &str) -> Result<Peering, Arc<StoreError>> {
        let entries = self.entries.try_get_with((), self.read()).await?;
        Ok(peering::decide_peering(&entries, authority, self.allow_list_only))
    }

    /// Whether nothing is taken from or asked of `authority`.
    pub async fn is_blocked(&self, authority: &str) -> Result<bool, Arc<StoreError>> {
        Ok(self.of(authority).await? == Peering::Blocked)
    }

    /// Forgets what was read, so that a change counts at once.
    pub fn forget(&self) {
        self.entries.invalidate_all();
    }

    async fn read(&self) -> Result<Arc<Vec<PeeringEntry>>, StoreError> {
        let listed = store::list_all(&self.db).await?;
        Ok(Arc::new(listed.into_iter().filter(|host| host.group.is_none()).map(|host| host.entry).collect()))
    }
}
