//! What every use case is handed.

use std::{sync::Arc, time::Duration};

use guildhall_domain::Timestamp;
use guildhall_store::{Db, IdGenerator, StoreError, Tx};

use crate::Signals;
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
    /// After how long without a sign of them somebody who leads a group is taken for absent; zero: never.
    pub absence: Duration,
    /// How many groups a person who is no admin may own; 0: only admins make groups.
    pub groups_per_person: u32,
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
