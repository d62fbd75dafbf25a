//! Subscriptions to block lists of others: what they say is taken over into the instance's list of hosts, after an admin's
//! yes or by itself, and taken back when the source takes it back.
//!
//! What the source said last is kept as it was said; what is in force because of it stands on the list of hosts under its
//! name, beside what was decided here. So what another list or an admin wants as well stays when one list retracts it.

mod apply;
mod change;
mod preview;
mod refresh;
mod subscribe;
mod view;

pub use change::{Accept, ChangeBlockList, accept, change, unsubscribe};
pub use guildhall_domain::peering::block_list::{ListChange, ListEffect, ListMode, Mapping, Wanted};
pub use guildhall_store::block_list::{BlockList, Terms, Validators};
pub use preview::{Preview, PreviewedChange, waiting};
pub use refresh::{Refreshed, refresh, refresh_due};
pub use subscribe::{Subscribe, Subscribed, subscribe};
pub use view::{BlockListView, find_id, list, show};

use std::time::Duration;

use guildhall_store::StoreError;

use crate::{
    peering::{CsvError, InvalidHost, PeeringError},
    port::ResolveError,
};

/// The shortest time between two looks at a source.
pub const MIN_INTERVAL: Duration = Duration::from_mins(15);
/// The longest.
pub const MAX_INTERVAL: Duration = Duration::from_hours(30 * 24);
/// Where nothing else is said.
pub const USUAL_INTERVAL: Duration = Duration::from_hours(24);
/// The longest URL.
const MAX_URL: usize = 2_000;
/// The most exceptions of one list.
const MAX_EXCEPTIONS: usize = 1_000;

/// Why a subscription was not made, changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum BlockListError {
    /// No such subscription.
    #[error("there is no such subscription")]
    NotFound,
    /// There is one of this URL.
    #[error("this list is subscribed to already")]
    Known,
    /// No URL that can be fetched.
    #[error("write the address of a CSV file, such as https://example.org/list.csv")]
    Url,
    /// Too often, or too rarely.
    #[error("a list is looked at every 15 minutes at the most and every 30 days at the least")]
    Interval,
    /// More exceptions than are kept.
    #[error("a list has at most {MAX_EXCEPTIONS} exceptions")]
    TooManyExceptions,
    /// An exception that is no host.
    #[error(transparent)]
    Host(#[from] InvalidHost),
    /// The source could not be had.
    #[error("fetching the list failed: {0}")]
    Fetch(#[from] ResolveError),
    /// What the source gave is no list.
    #[error("the list cannot be read: {0}")]
    Csv(#[from] CsvError),
    /// The source said something else meanwhile.
    #[error("the list has changed since; look at its changes again")]
    Outdated,
    /// A host that none of the changes is about.
    #[error("no change is about {0}")]
    NoSuchChange(String),
    /// Only admins subscribe.
    #[error("only admins of this instance subscribe to block lists")]
    NotAdmin,
    /// Reading or writing failed.
    #[error("reading or writing the block lists failed")]
    Store(#[from] StoreError),
}

/// What [`crate::peering::authorise`] refuses about the whole instance.
impl From<PeeringError> for BlockListError {
    fn from(error: PeeringError) -> Self {
        match error {
            PeeringError::Store(source) => Self::Store(source),
            PeeringError::Host(invalid) => Self::Host(invalid),
            PeeringError::Csv(error) => Self::Csv(error),
            PeeringError::OwnHost(_)
            | PeeringError::Over
            | PeeringError::TooLong(_)
            | PeeringError::OnBlockList { .. }
            | PeeringError::NoSuchGroup
            | PeeringError::NotPermitted(_)
            | PeeringError::NotAdmin => Self::NotAdmin,
        }
    }
}
