//! The hosts that are delivered to: cursor, state and lease of each.

mod admin;
mod due;
mod lease;
mod save;
mod status;

use std::fmt;
use std::str::FromStr;

pub use admin::{pause, resume, retry, skip_all, skip_next};
pub use due::{DueHost, advance_idle, list_due, list_left, list_new};
pub use lease::{HostLease, lease_all, renew_all};
pub use save::{HostSave, OfHost, save, save_all};
pub use status::{
    HostStatus, KnownState, count_by_holder, count_by_state, find_state, find_status, list_status,
    queue_depth,
};

use crate::{
    StoreError,
    db::{Composed, Tx},
};

/// Rows written in one statement: 3 parameters each.
const CHUNK: usize = 1000;

/// How things stand with a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostState {
    /// The last answer was a good one, or there was none yet.
    Active,
    /// It did not take the last delivery; the next attempt is set.
    Failing,
    /// It has been failing for days; asked once a day.
    Dead,
    /// An admin stopped delivery to it.
    Paused,
}

impl HostState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Failing, Self::Dead, Self::Paused];

    /// The fixed spelling, in the database and in the status command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Failing => "failing",
            Self::Dead => "dead",
            Self::Paused => "paused",
        }
    }
}

impl fmt::Display for HostState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HostState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// Makes sure that hosts have a cursor; one that is new starts behind `cursor`.
pub async fn ensure(tx: &mut Tx, hosts: &[&str], cursor: i64) -> Result<(), StoreError> {
    for chunk in hosts.chunks(CHUNK) {
        let sql = Composed::new("INSERT INTO delivery_hosts (host, state, cursor) VALUES ")
            .values(chunk.len(), 3, 1)
            .text(" ON CONFLICT DO NOTHING");
        let mut query = tx.query(sql);
        for host in chunk {
            query = query.bind(*host).bind(HostState::Active.as_str()).bind(cursor);
        }
        query.execute().await?;
    }
    Ok(())
}
