//! An entry of a list, whole and as its rule needs it.

use guildhall_domain::{
    ActorId, BlockListId, GroupId, Timestamp,
    peering::{PeeringAction, PeeringEntry},
};

use crate::{StoreError, convert};

/// An entry with all that an admin wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedHost {
    /// The group whose list it is on; `None` for the instance's.
    pub group: Option<GroupId>,
    /// The block list that wants it; `None`: somebody here decided it.
    pub list: Option<BlockListId>,
    /// Host and action.
    pub entry: PeeringEntry,
    /// Why, for the record.
    pub reason: Option<String>,
    /// What everybody may read about it.
    pub public_comment: Option<String>,
    /// What only those who keep the list read.
    pub private_comment: Option<String>,
    /// Who decided it; `None` where nobody here did.
    pub by: Option<ActorId>,
    /// Since when.
    pub created_at: Timestamp,
}

impl ListedHost {
    /// An entry made here without further words.
    pub fn new(group: Option<GroupId>, host: &str, action: PeeringAction, now: Timestamp) -> Self {
        Self {
            group,
            list: None,
            entry: PeeringEntry::new(host, action),
            reason: None,
            public_comment: None,
            private_comment: None,
            by: None,
            created_at: now,
        }
    }
}

/// How the whole instance is written where a group may be.
pub(super) fn scope(group: Option<GroupId>) -> i64 {
    group.map_or(0, |group| group.0)
}

fn group_of(scope: i64) -> Option<GroupId> {
    (scope != 0).then_some(GroupId(scope))
}

macro_rules! select {
    () => {
        "SELECT group_id, host, list_id, action, mute_media, until, reason, public_comment, private_comment,
            by_actor_id, created_at FROM peering"
    };
}
pub(super) use select;

crate::record! {
    pub(super) struct RuleRow {
        group_id: i64,
        host: String,
        list_id: i64,
        action: String,
        mute_media: bool,
        until: Option<i64>,
    }
}

impl RuleRow {
    /// The group whose list it is on, and the entry.
    pub(super) fn read(self) -> Result<(Option<GroupId>, PeeringEntry), StoreError> {
        let entry = PeeringEntry {
            action: convert::word("peering entry", &self.host, &self.action)?,
            host: self.host,
            mute_media: self.mute_media,
            until: convert::time(self.until),
            is_from_list: self.list_id != 0,
        };
        Ok((group_of(self.group_id), entry))
    }
}

crate::record! {
    pub(super) struct Row {
        group_id: i64,
        host: String,
        list_id: i64,
        action: String,
        mute_media: bool,
        until: Option<i64>,
        reason: Option<String>,
        public_comment: Option<String>,
        private_comment: Option<String>,
        by_actor_id: Option<i64>,
        created_at: i64,
    }
}

impl TryFrom<Row> for ListedHost {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let Row { group_id, host, list_id, action, mute_media, until, .. } = row;
        let (group, entry) = RuleRow { group_id, host, list_id, action, mute_media, until }.read()?;
        Ok(Self {
            group,
            list: (list_id != 0).then_some(BlockListId(list_id)),
            entry,
            reason: row.reason,
            public_comment: row.public_comment,
            private_comment: row.private_comment,
            by: row.by_actor_id.map(ActorId),
            created_at: Timestamp(row.created_at),
        })
    }
}
