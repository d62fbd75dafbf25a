//! The engine as a whole: what it is made of, how it is run.

use std::sync::Arc;

use guildhall_app::App;
use guildhall_store::StoreError;

use super::chores;
use super::common::Common;
use super::context::{Context, Memory};
use super::dispatcher::Dispatcher;
use super::followers::Followers;
use super::items::Items;
use super::port::{ProfileSource, RequestSigner, Timer, Transport};

/// How much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryLimits {
    /// Hosts.
    pub hosts: usize,
    /// Hosts among them that failed last time: they may take until the time-out to answer.
    pub failing_hosts: usize,
    /// Requests to one host.
    pub per_host: usize,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self { hosts: 512, failing_hosts: 128, per_host: 8 }
    }
}

/// What delivery is made of.
#[derive(Clone)]
pub struct DeliveryParts {
    /// Carries requests.
    pub transport: Arc<dyn Transport>,
    /// Signs them.
    pub signer: Arc<dyn RequestSigner>,
    /// Finds out what hosts understand.
    pub profiles: Arc<dyn ProfileSource>,
    /// Waits, by the app's clock: [`ClockTimer`](super::ClockTimer).
    pub timer: Arc<dyn Timer>,
    /// How much is done at once.
    pub limits: DeliveryLimits,
}

/// Delivers what is on the log. Clones are one engine.
#[derive(Clone)]
pub struct Delivery {
    context: Arc<Context>,
}

impl Delivery {
    /// An engine for one process; it does nothing until it is run.
    pub fn new(app: App, parts: DeliveryParts) -> Self {
        let mut name = [0; 8];
        app.rng.fill(&mut name);
        Self::named(app, parts, format!("{:016x}", u64::from_be_bytes(name)))
    }

    /// The same under a name that no other process has.
    pub fn named(app: App, parts: DeliveryParts, holder: String) -> Self {
        let context = Context {
            holder,
            transport: parts.transport,
            signer: parts.signer,
            profiles: parts.profiles,
            timer: parts.timer,
            limits: parts.limits,
            items: Items::default(),
            memory: Memory::default(),
            common: Common::default(),
            followers: Followers::default(),
            app,
        };
        Self { context: Arc::new(context) }
    }

    /// Delivers until `stop` is ready; then takes nothing new, waits up to 7 s for answers under way, writes the cursors
    /// down and returns.
    ///
    /// Dropping the future instead is like a crash: nothing is lost, something may be sent again, and the hosts are
    /// free for others after 10 s.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        let dispatcher = Dispatcher::new(self.context.clone());
        tokio::select! {
            () = dispatcher.run(stop) => {}
            () = chores::run(self.context.clone()) => {}
        }
    }

    /// Delivers all that can be delivered now and returns; what has to wait for its time is left. For tests and one-off
    /// commands, beside no [`run`](Self::run).
    pub async fn run_until_idle(&self) {
        Dispatcher::new(self.context.clone()).run_until_idle().await;
    }

    /// Does once what [`run`](Self::run) does every minute: moves idle cursors on, prunes, deletes old keys, counts.
    ///
    /// # Errors
    ///
    /// When the database does not answer; what was done until then stays done.
    pub async fn do_chores(&self) -> Result<(), StoreError> {
        chores::once(&self.context).await
    }
}
