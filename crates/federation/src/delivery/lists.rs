//! The peering lists, as far as they are about one host.

use std::sync::Arc;

use guildhall_domain::{
    GroupId, Timestamp,
    peering::{Peering, PeeringEntry, combine, decide_peering},
};

use super::common::Listed;

/// What the instance and its groups have decided about a host, at the moment it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lists {
    entries: Arc<[Listed]>,
}

impl Lists {
    /// What `entries` say.
    pub(super) fn of_entries(entries: Arc<[Listed]>) -> Self {
        Self { entries }
    }

    /// Whether nothing of `group` (`None`: of nobody's) may go to `host`, the one that was read for.
    pub(super) fn is_blocked(
        &self,
        group: Option<GroupId>,
        host: &str,
        allow_list_only: bool,
        now: Timestamp,
    ) -> bool {
        let of_instance = decide_peering(&self.of(None), host, allow_list_only, now);
        let of_group = match group {
            Some(_) => decide_peering(&self.of(group), host, false, now),
            None => Peering::Open,
        };
        combine(of_instance, of_group) == Peering::Blocked
    }

    fn of(&self, list: Option<GroupId>) -> Vec<PeeringEntry> {
        self.entries.iter().filter(|(of, _)| *of == list).map(|(_, entry)| entry.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use guildhall_domain::peering::PeeringAction;

    use super::*;

    const NOW: Timestamp = Timestamp(1);

    #[test]
    fn a_block_of_the_instance_holds_for_all_and_one_of_a_group_for_its_own() {
        let block = |group, host: &str| {
            let entry = PeeringEntry::new(host, PeeringAction::Block);
            Lists { entries: vec![(group, entry)].into() }
        };
        let of_instance = block(None, "bad.example");
        assert!(of_instance.is_blocked(None, "a.bad.example", false, NOW));
        assert!(of_instance.is_blocked(Some(GroupId(7)), "bad.example:8443", false, NOW));
        let of_group = block(Some(GroupId(7)), "rude.example");
        assert!(of_group.is_blocked(Some(GroupId(7)), "rude.example", false, NOW));
        assert!(!of_group.is_blocked(Some(GroupId(8)), "rude.example", false, NOW));
        assert!(!of_group.is_blocked(None, "rude.example", false, NOW));
        assert!(Lists::default().is_blocked(None, "other.example", true, NOW));
    }
}
