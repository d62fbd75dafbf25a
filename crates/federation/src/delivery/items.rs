//! Items of the log, read once for all the hosts they go to.

use std::sync::Arc;

use bytes::Bytes;
use guildhall_domain::{ActorId, GroupId, audience::Profile};
use guildhall_store::{
    Db, StoreError,
    delivery::log::{self, Item},
};
use moka::sync::Cache;

/// Bodies held in memory, in bytes.
const CAPACITY_BYTES: u64 = 32 * 1024 * 1024;
/// What an item takes besides its bodies, roughly.
const OVERHEAD_BYTES: usize = 256;

/// An item of the log, ready to be sent.
#[derive(Debug)]
pub(super) struct LogItem {
    pub(super) seq: i64,
    pub(super) sender: ActorId,
    pub(super) group: Option<GroupId>,
    pub(super) order_key: Arc<str>,
    for_groups: Option<Bytes>,
    for_microblogs: Option<Bytes>,
}

impl LogItem {
    /// Whether it matters what the host understands.
    pub(super) fn depends_on_profile(&self) -> bool {
        self.for_groups != self.for_microblogs
    }

    /// What a host of that profile is sent; `None`: nothing.
    pub(super) fn body_for(&self, profile: Profile) -> Option<&Bytes> {
        match profile {
            Profile::Group => self.for_groups.as_ref(),
            Profile::Microblog => self.for_microblogs.as_ref(),
        }
    }

    fn weight(&self) -> u32 {
        let bytes = |body: &Option<Bytes>| body.as_ref().map_or(0, Bytes::len);
        let weight = OVERHEAD_BYTES + bytes(&self.for_groups) + bytes(&self.for_microblogs);
        u32::try_from(weight).unwrap_or(u32::MAX)
    }
}

impl From<Item> for LogItem {
    fn from(item: Item) -> Self {
        Self {
            seq: item.seq,
            sender: ActorId(item.sender_id),
            group: item.group_id.map(GroupId),
            order_key: item.order_key.into(),
            for_groups: item.body_group.map(Bytes::from),
            for_microblogs: item.body_microblog.map(Bytes::from),
        }
    }
}

/// The items that were read lately.
pub(super) struct Items {
    cache: Cache<i64, Arc<LogItem>>,
}

impl Default for Items {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(CAPACITY_BYTES)
            .weigher(|_, item: &Arc<LogItem>| item.weight())
            .build();
        Self { cache }
    }
}

impl Items {
    /// The items at `seqs`, in the order of the log, without those that are no longer on it.
    pub(super) async fn list(&self, db: &Db, seqs: &[i64]) -> Result<Vec<Arc<LogItem>>, StoreError> {
        let (mut found, mut missing) = (Vec::with_capacity(seqs.len()), Vec::new());
        for &seq in seqs {
            match self.cache.get(&seq) {
                Some(item) => found.push(item),
                None => missing.push(seq),
            }
        }
        if !missing.is_empty() {
            for item in log::list_items(db, missing).await? {
                let item = Arc::new(LogItem::from(item));
                self.cache.insert(item.seq, item.clone());
                found.push(item);
            }
            found.sort_by_key(|item| item.seq);
        }
        Ok(found)
    }
}
