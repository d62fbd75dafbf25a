//! What every part of delivery is handed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guildhall_app::App;
use guildhall_domain::Timestamp;

use super::common::Common;
use super::engine::DeliveryLimits;
use super::followers::Followers;
use super::items::Items;
use super::port::{ProfileSource, RequestSigner, Timer, Transport};
use super::window::Window;

/// What every part of delivery is handed.
pub(super) struct Context {
    pub(super) app: App,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) signer: Arc<dyn RequestSigner>,
    pub(super) profiles: Arc<dyn ProfileSource>,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) limits: DeliveryLimits,
    /// The name of this process in leases.
    pub(super) holder: String,
    pub(super) items: Items,
    pub(super) memory: Memory,
    pub(super) common: Common,
    pub(super) followers: Followers,
}

/// What was found out about hosts that have to wait, so that nothing is sent twice when their time has come.
///
/// In this process alone; holds good as long as nobody else had the host in between, which the epoch tells.
#[derive(Default)]
pub(super) struct Memory {
    known: Mutex<HashMap<String, Known>>,
}

struct Known {
    epoch: i64,
    /// When the host's time comes.
    due_at: Timestamp,
    window: Window,
}

/// How long after its time a host is remembered that somebody else must be looking after.
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

impl Memory {
    /// Keeps what is known of `host` at the end of the lease `epoch`.
    pub(super) fn keep(&self, host: String, epoch: i64, due_at: Timestamp, window: Window) {
        self.lock().insert(host, Known { epoch, due_at, window });
    }

    /// What is known of `host` at the begin of the lease `epoch`, if that is all there is to know.
    pub(super) fn take(&self, host: &str, epoch: i64) -> Option<Window> {
        let known = self.lock().remove(host)?;
        (known.epoch + 1 == epoch).then_some(known.window)
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// Forgets hosts that did not come back when their time had come.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.lock().retain(|_, known| now.since(known.due_at) < REMEMBERED_FOR);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
