//! The instance's peering lists, remembered for a few seconds: they are asked for every request, in and out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use guildhall_app::port::Clock;
use guildhall_domain::peering::{self, Peering, PeeringEntry, covering_names};
use guildhall_store::{StoreError, db::Db, peering as store};
use moka::future::Cache;

/// Entries by the name that they are about: subscriptions bring thousands.
type Entries = HashMap<String, Vec<PeeringEntry>>;

/// What our own lists say about other hosts.
#[derive(Clone)]
pub struct Peers {
    db: Db,
    clock: Arc<dyn Clock>,
    allow_list_only: bool,
    entries: Cache<(), Arc<Entries>>,
}

impl Peers {
    /// Reads the lists from `db` at most once in `ttl`. By `clock` an entry ends at its time all the same.
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, allow_list_only: bool, ttl: Duration) -> Self {
        let entries = Cache::builder().max_capacity(1).time_to_live(ttl).build();
        Self { db, clock, allow_list_only, entries }
    }

    /// What the instance has decided about `authority` (`example.org`, `127.0.0.1:8081`).
    pub async fn of(&self, authority: &str) -> Result<Peering, Arc<StoreError>> {
        self.decide(authority, self.allow_list_only).await
    }

    /// Whether nothing is taken from or asked of `authority`.
    pub async fn is_blocked(&self, authority: &str) -> Result<bool, Arc<StoreError>> {
        Ok(self.of(authority).await? == Peering::Blocked)
    }

    /// Whether an entry says so, rather than the want of one in allow-list mode: for what is no server of the Fediverse.
    pub(super) async fn is_listed_as_blocked(&self, authority: &str) -> Result<bool, Arc<StoreError>> {
        Ok(self.decide(authority, false).await? == Peering::Blocked)
    }

    /// Forgets what was read, so that a change counts at once.
    pub fn forget(&self) {
        self.entries.invalidate_all();
    }

    async fn decide(&self, authority: &str, allow_list_only: bool) -> Result<Peering, Arc<StoreError>> {
        let entries = self.entries.try_get_with((), self.read()).await?;
        let covering: Vec<PeeringEntry> =
            covering_names(authority).filter_map(|name| entries.get(name)).flatten().cloned().collect();
        Ok(peering::decide_peering(&covering, authority, allow_list_only, self.clock.now()))
    }

    async fn read(&self) -> Result<Arc<Entries>, StoreError> {
        let mut entries = Entries::new();
        for entry in store::list_of_instance(&self.db).await? {
            entries.entry(entry.host.clone()).or_default().push(entry);
        }
        Ok(Arc::new(entries))
    }
}
