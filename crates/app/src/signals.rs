//! Where the tasks of a process meet. Who waits for something to do is told here: the workers of this process at once,
//! those of other processes by [`crate::hints`]. Nothing rests on it: everybody looks by themselves as well.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use guildhall_domain::ActorId;
use tokio::sync::{Notify, broadcast};

use crate::entry::Door;
use crate::read::transparency::Reckoned;
use crate::rulebook::Shelf;

/// What is forgotten at a time before those who listen are told to forget everything.
const FORGETS: usize = 256;

/// Tells waiting workers that there is something to do, which is a hint: they look by themselves as well. Those who want
/// the same at the same time do it together.
#[derive(Debug)]
pub struct Signals {
    /// Something was received.
    pub received: Bell,
    /// An event was written.
    pub event: Bell,
    /// Something was put on the delivery log.
    pub delivery: Bell,
    /// An admin let a host go on, or not.
    pub hosts: Bell,
    /// Something is to be settled about posts of partners: told in this process alone, others look by themselves.
    pub promised: Notify,
    /// Entries on their way into groups.
    pub(crate) door: Door,
    /// Rulebooks ready to judge by.
    pub(crate) shelf: Shelf,
    /// Trials of rules, one at a time: each keeps a processor busy.
    pub(crate) trials: tokio::sync::Mutex<()>,
    /// Transparency reports.
    pub(crate) reckoned: Reckoned,
    forgets: broadcast::Sender<Forget>,
    outbox: Arc<Outbox>,
}

/// What is to be read anew where it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forget {
    /// Everything: nobody knows what changed.
    All,
    /// The lists of servers.
    Peering,
    /// An actor and its keys.
    Actor(ActorId),
}

/// Rings for one worker of this process, and for those of others.
#[derive(Debug)]
pub struct Bell {
    here: Notify,
    kind: Kind,
    outbox: Arc<Outbox>,
}

/// What other processes can be told of, besides what is to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Received,
    Event,
    Delivery,
    Hosts,
}

/// What is to be said to other processes, until it is.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    news: Mutex<News>,
    waiting: Notify,
    /// Whether there is anybody to say it to.
    has_others: AtomicBool,
    /// Whether events are told to other servers by this process, so that no other needs to hear of them.
    publishes: AtomicBool,
}

/// What other processes are told at one time.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct News {
    /// The shards in which something was received, one bit each.
    pub(crate) shards: u64,
    pub(crate) is_event: bool,
    pub(crate) is_delivery: bool,
    pub(crate) is_hosts: bool,
    pub(crate) forgets: BTreeSet<Forget>,
}

impl Default for Signals {
    fn default() -> Self {
        let outbox: Arc<Outbox> = Arc::default();
        let bell = |kind| Bell { here: Notify::new(), kind, outbox: outbox.clone() };
        Self {
            received: bell(Kind::Received),
            event: bell(Kind::Event),
            delivery: bell(Kind::Delivery),
            hosts: bell(Kind::Hosts),
            promised: Notify::new(),
            door: Door::default(),
            shelf: Shelf::default(),
            trials: tokio::sync::Mutex::default(),
            reckoned: Reckoned::default(),
            forgets: broadcast::channel(FORGETS).0,
            outbox,
        }
    }
}

impl Signals {
    /// Has what changed read anew, here and in other processes.
    pub fn forget(&self, what: Forget) {
        self.forget_here(what);
        self.forget_elsewhere(what);
    }

    /// The same in other processes alone.
    pub fn forget_elsewhere(&self, what: Forget) {
        self.outbox.add(|news| {
            news.forgets.insert(what);
        });
    }

    pub(crate) fn forget_here(&self, what: Forget) {
        // Nobody may be listening.
        let _ = self.forgets.send(what);
    }

    /// What is to be forgotten, from now on. Who lags behind has to forget everything.
    pub fn forgets(&self) -> broadcast::Receiver<Forget> {
        self.forgets.subscribe()
    }

    /// Tells other processes that something was received in a shard that is not this one's.
    pub fn received_elsewhere(&self, shard: u8) {
        self.outbox.add(|news| news.shards |= 1 << (shard % 64));
    }

    /// Notes whether there are other processes that could be told anything.
    pub fn set_others(&self, has_others: bool) {
        self.outbox.has_others.store(has_others, Ordering::Relaxed);
    }

    /// Notes whether this process publishes.
    pub fn set_publishes(&self, publishes: bool) {
        self.outbox.publishes.store(publishes, Ordering::Relaxed);
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

impl Bell {
    /// Tells one waiting worker of this process, or the next that waits, and other processes.
    pub fn notify_one(&self) {
        self.ring_here();
        self.outbox.add(|news| match self.kind {
            Kind::Received => news.shards = u64::MAX,
            Kind::Event => news.is_event = true,
            Kind::Delivery => news.is_delivery = true,
            Kind::Hosts => news.is_hosts = true,
        });
    }

    /// The same for this process alone.
    pub fn ring_here(&self) {
        self.here.notify_one();
    }

    /// Waits until it rings.
    pub async fn notified(&self) {
        self.here.notified().await;
    }
}

impl Outbox {
    fn add(&self, add: impl FnOnce(&mut News)) {
        let is_first = {
            let mut news = self.lock();
            let was_empty = *news == News::default();
            add(&mut news);
            if self.publishes.load(Ordering::Relaxed) {
                news.is_event = false;
            }
            was_empty && *news != News::default()
        };
        if is_first {
            self.waiting.notify_one();
        }
    }

    /// Waits until there is something to say.
    pub(crate) async fn filled(&self) {
        self.waiting.notified().await;
    }

    /// What there is to say, which is gone then.
    pub(crate) fn take(&self) -> News {
        std::mem::take(&mut self.lock())
    }

    pub(crate) fn has_others(&self) -> bool {
        self.has_others.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
