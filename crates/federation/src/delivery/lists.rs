//! The peering lists, for the many questions of delivery.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use guildhall_domain::{
    GroupId, Timestamp,
    peering::{Peering, PeeringAction, PeeringEntry, combine, covering_names, decide_peering},
};
use guildhall_store::{Db, StoreError, peering};
use tokio::sync::Mutex;

/// How old the copy may be.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// A copy of the lists, a few seconds old at most.
#[derive(Default)]
pub(super) struct Lists {
    current: Mutex<Option<(Timestamp, Arc<Snapshot>)>>,
}

impl Lists {
    /// The lists as they are at `now`, or were a few seconds before.
    pub(super) async fn get(&self, db: &Db, now: Timestamp) -> Result<Arc<Snapshot>, StoreError> {
        let mut current = self.current.lock().await;
        if let Some((read_at, snapshot)) = &*current
            && now.since(*read_at) < FRESH_FOR
        {
            return Ok(snapshot.clone());
        }
        let snapshot = Arc::new(Snapshot::read(db).await?);
        *current = Some((now, snapshot.clone()));
        Ok(snapshot)
    }
}

/// The lists at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    actions: HashMap<(Option<GroupId>, String), PeeringAction>,
}

impl Snapshot {
    async fn read(db: &Db) -> Result<Self, StoreError> {
        let listed = peering::list_all(db).await?;
        let actions = listed
            .into_iter()
            .map(|listed| ((listed.group, listed.entry.host), listed.entry.action))
            .collect();
        Ok(Self { actions })
    }

    /// Whether nothing of `group` (`None`: of nobody's) may go to `host`.
    pub(super) fn is_blocked(&self, group: Option<GroupId>, host: &str, allow_list_only: bool) -> bool {
        let of_instance = decide_peering(&self.covering(None, host), host, allow_list_only);
        let of_group = match group {
            Some(_) => decide_peering(&self.covering(group, host), host, false),
            None => Peering::Open,
        };
        combine(of_instance, of_group) == Peering::Blocked
    }

    fn covering(&self, list: Option<GroupId>, host: &str) -> Vec<PeeringEntry> {
        covering_names(host)
            .filter_map(|name| {
                let action = self.actions.get(&(list, name.to_owned()))?;
                Some(PeeringEntry { host: name.to_owned(), action: *action })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_the_instance_holds_for_all_and_one_of_a_group_for_its_own() {
        let mut lists = Snapshot::default();
        lists.actions.insert((None, "bad.example".into()), PeeringAction::Block);
        lists.actions.insert((Some(GroupId(7)), "rude.example".into()), PeeringAction::Block);
        assert!(lists.is_blocked(None, "a.bad.example", false));
        assert!(lists.is_blocked(Some(GroupId(7)), "rude.example", false));
        assert!(!lists.is_blocked(Some(GroupId(8)), "rude.example", false));
        assert!(!lists.is_blocked(None, "rude.example", false));
        assert!(lists.is_blocked(None, "other.example", true));
    }
}
