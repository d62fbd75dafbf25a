//! How much longer than by itself a core takes for the same work, since others work on its machine too: two threads
//! share the parts of a core, and all share its caches.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use guildhall_activitypub::KeyPair;
use rustix::time::{ClockId, clock_gettime};

use crate::report::median;

/// One signature in so long: half a hundredth of a core.
const INTERVAL: Duration = Duration::from_millis(50);

/// Fewer tell nothing.
const ENOUGH: usize = 5;

/// Makes one RSA signature after the other, on a thread of its own, and keeps what each took of the CPU.
#[derive(Debug)]
pub(crate) struct Yardstick {
    best: Duration,
    last: f64,
    recent: Arc<Mutex<Vec<Duration>>>,
}

impl Yardstick {
    /// Finds out what a signature takes undisturbed: the best of many.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let key = KeyPair::generate_rsa()?;
        let best = (0..300).map(|_| signature(&key)).min().unwrap_or_default();
        let recent = Arc::<Mutex<Vec<Duration>>>::default();
        let kept = recent.clone();
        thread::spawn(move || {
            loop {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(signature(&key));
                thread::sleep(INTERVAL);
            }
        });
        Ok(Self { best, last: 1.0, recent })
    }

    /// What a signature takes undisturbed.
    pub(crate) fn best(&self) -> Duration {
        self.best
    }

    /// How much more CPU time one took since this was last asked: 1 and more. Asked again at once, it says the same.
    pub(crate) fn disturbance(&mut self) -> f64 {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= ENOUGH {
            let spans = std::mem::take(&mut *recent);
            self.last = (median(spans).as_secs_f64() / self.best.as_secs_f64()).max(1.0);
        }
        self.last
    }
}

/// CPU time of this thread for one.
fn signature(key: &KeyPair) -> Duration {
    let before = thread_cpu();
    // It does not fail; if it did, all figures of this run would look undisturbed.
    let _ = key.sign(b"a yardstick");
    thread_cpu().saturating_sub(before)
}

/// What this thread has spent.
pub(crate) fn thread_cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}
