//! This process among those that share a database: its name, its number, its clock.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use guildhall_app::App;
use guildhall_app::port::{Clock, Rng as _};
use guildhall_domain::Timestamp;
use guildhall_federation::inbound::{SERVING, shard_in};
use guildhall_federation::outbound::publisher;
use guildhall_store::delivery::host;
use guildhall_store::lease::{self, Lease};
use guildhall_store::{Db, IdGenerator, StoreError};
use metrics::gauge;

use crate::ports::{DatabaseClock, SystemRng};

/// How far this machine's clock may be from the database's before it is worth a word.
pub(crate) const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

/// This process's number, which its row keys carry. To be renewed while it runs.
#[derive(Debug)]
pub struct Node {
    /// The number.
    pub number: u16,
    /// What this process is called in leases.
    pub name: String,
    lease: Lease,
}

/// The number is another process's by now: whatever this one wrote next could collide with what that one writes.
#[derive(Debug, thiserror::Error)]
#[error(
    "this process was held up for so long that another has its node number by now; it must be started anew"
)]
pub struct NumberLost;

impl Node {
    /// Takes a number.
    ///
    /// # Errors
    /// The store failed, or all numbers are taken.
    pub async fn take(store: &Db, clock: &dyn Clock) -> anyhow::Result<Self> {
        let name = name();
        let mut tx = store.begin().await?;
        let taken =
            lease::acquire_number(&mut tx, lease::NUMBERS, IdGenerator::MAX_NODE, &name, clock.now()).await?;
        tx.commit().await?;
        match taken {
            Some((number, lease)) => Ok(Self { number, name, lease }),
            None => bail!("{} processes use this database already", IdGenerator::MAX_NODE),
        }
    }

    /// Renews the number until `stop` ends. It is not given back then, since what is under way goes on making keys: the
    /// next process in this place makes it free, or its time ends.
    ///
    /// # Errors
    /// [`NumberLost`]: no key may be made any more.
    pub async fn keep(mut self, app: App, stop: impl Future<Output = ()> + Send) -> Result<(), NumberLost> {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(lease::RENEW_EVERY) => {}
            }
            match self.renew(&app.store, app.now()).await {
                Ok(true) => {}
                Ok(false) => return Err(NumberLost),
                Err(error) => tracing::warn!(error = %error, "renewing the node number failed"),
            }
        }
        Ok(())
    }

    async fn renew(&mut self, store: &Db, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = store.begin().await?;
        let is_held = lease::renew(&mut tx, &mut self.lease, now).await?;
        tx.commit().await?;
        Ok(is_held)
    }

    /// Gives the number back, so that the next process can have it at once.
    ///
    /// # Errors
    /// The store failed; the number is free when its time is over.
    pub async fn give_back(&self, store: &Db) -> Result<(), StoreError> {
        let mut tx = store.begin().await?;
        lease::release(&mut tx, &self.lease).await?;
        tx.commit().await
    }
}

/// `machine:1234:9f8e7d6c`, from the host name, the process id and chance.
fn name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let mut chance = [0; 4];
    SystemRng::default().fill(&mut chance);
    let machine = Some(machine.trim()).filter(|machine| !machine.is_empty()).unwrap_or("node");
    format!("{machine}:{}:{:08x}", std::process::id(), u32::from_be_bytes(chance))
}

/// Looks at the database's clock every few seconds, and says when this machine's is far from it, until `stop` ends.
pub(crate) async fn keep_time(store: Db, clock: Arc<DatabaseClock>, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    let mut was_off = false;
    loop {
        match clock.set(&store).await {
            Ok(Some(ahead_ms)) => was_off = note_clock(ahead_ms, was_off),
            Ok(None) => {}
            Err(error) => tracing::debug!(error = %error, "the clock of the database could not be read"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(lease::RENEW_EVERY) => {}
        }
    }
}

fn note_clock(ahead_ms: i64, was_off: bool) -> bool {
    let ahead =
        Duration::from_millis(ahead_ms.unsigned_abs()).as_secs_f64() * if ahead_ms < 0 { -1.0 } else { 1.0 };
    gauge!("clock_ahead_of_database_seconds").set(ahead);
    let is_off = ahead.abs() > CLOCK_TOLERANCE.as_secs_f64();
    if is_off && !was_off {
        tracing::warn!(
            ahead_s = ahead,
            "the clock of this machine and that of the database do not agree; the database's is used: set both by NTP"
        );
    }
    is_off
}

/// A node that is serving, as others see it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NodeStatus {
    pub(crate) name: String,
    /// Its parts of the inbox, of 64.
    pub(crate) shards: usize,
    /// Hosts it delivers to at this moment.
    pub(crate) hosts: i64,
    pub(crate) is_publisher: bool,
}

/// The nodes that share a database, by name; none on SQLite, where there is nothing to share.
pub(crate) async fn list(store: &Db, now: Timestamp) -> Result<Vec<NodeStatus>, StoreError> {
    let held = lease::list_held(store, now).await?;
    let hosts = host::count_by_holder(store, now).await?;
    let serving = held
        .iter()
        .filter(|lease| lease.name.strip_prefix(SERVING).is_some_and(|rest| rest.starts_with('/')));
    let status = |name: &str| NodeStatus {
        name: name.to_owned(),
        shards: held.iter().filter(|lease| lease.holder == name && shard_in(&lease.name).is_some()).count(),
        hosts: hosts.iter().find(|(holder, _)| holder == name).map_or(0, |(_, count)| *count),
        is_publisher: held.iter().any(|lease| lease.holder == name && lease.name == publisher::LEASE),
    };
    Ok(serving.map(|lease| status(&lease.holder)).collect())
}
