//! What every use case is handed.

use std::sync::Arc;

use guildhall_domain::Timestamp;
use guildhall_store::{Db, IdGenerator, StoreError, Tx};
use tokio::sync::Notify;

use crate::entry::Door;
use crate::port::{Clock, KeyMint, RemoteResolver, Rng};

/// The instance, as configured.
#[derive(Debug, Clone)]
pub struct Site {
    /// `https://example.org`, without a slash at the end.
    pub base_url: String,
    /// The authority: `example.org`, or `localhost:8080` where the port is not the default.
    pub host: String,
    /// What people call it.
    pub name: String,
    /// A sentence or two for the home page and `NodeInfo`.
    pub description: String,
    /// Federate only with hosts on the allow list.
    pub allow_list_only: bool,
}

/// Where the tasks of a process meet. Workers are told that there is something to do, which is a hint: they look by
/// themselves as well. Those who want the same at the same time do it together.
#[derive(Debug, Default)]
pub struct Signals {
    /// Something was received.
    pub received: Notify,
    /// An event was written.
    pub event: Notify,
    /// Something was put on the delivery log, or a host was resumed.
    pub delivery: Notify,
    /// Entries on their way into groups.
    pub(crate) door: Door,
}

/// Everything the use cases share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The store.
    pub store: Db,
    /// Makes keys for rows.
    pub ids: Arc<IdGenerator>,
    /// The instance.
    pub site: Arc<Site>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// Keys for new actors.
    pub keys: Arc<dyn KeyMint>,
    /// Other servers.
    pub resolver: Arc<dyn RemoteResolver>,
    /// Wakes workers.
    pub signals: Arc<Signals>,
}

impl App {
    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A key for a new row.
    pub fn new_id(&self) -> i64 {
        self.ids.next(self.now().as_millis())
    }

    /// Opens the one transaction of a use case.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.store.begin().await
    }
}
