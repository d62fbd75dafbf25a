//! Clocks: the system's, and that of a database which several machines share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use guildhall_app::port::Clock;
use guildhall_domain::Timestamp;
use guildhall_store::{Db, StoreError};

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time comes in")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// Answers slower than this say too little of the time.
const LONGEST_ROUND: Duration = Duration::from_millis(500);
/// Differences up to this are of the way to the database and back.
const NOISE_MS: i64 = 10;

/// The clock of the database, carried on by a stopwatch between two looks at it. All nodes on one database have one time
/// this way, whatever their own clocks say, and however those jump.
#[derive(Debug)]
pub struct DatabaseClock {
    started: Instant,
    /// What the database's clock showed at `started`, in Unix milliseconds.
    started_at: AtomicI64,
}

impl DatabaseClock {
    /// The clock of `store`. `None`: it has none of its own.
    pub async fn read(store: &Db) -> Result<Option<Arc<Self>>, StoreError> {
        let started = Instant::now();
        let Some(now) = store.clock().await? else { return Ok(None) };
        let half = started.elapsed() / 2;
        let started_at = AtomicI64::new(now.minus(half).as_millis());
        Ok(Some(Arc::new(Self { started, started_at })))
    }

    /// Looks again. Gives by how many milliseconds this machine's own clock is ahead of the database's; `None`: the answer
    /// took too long to tell.
    pub async fn set(&self, store: &Db) -> Result<Option<i64>, StoreError> {
        let asked = Instant::now();
        let Some(now) = store.clock().await? else { return Ok(None) };
        let round = asked.elapsed();
        if round > LONGEST_ROUND {
            return Ok(None);
        }
        let now = now.plus(round / 2).as_millis();
        let error = now - self.now().as_millis();
        if error.abs() > NOISE_MS {
            self.started_at.fetch_add(error, Ordering::Relaxed);
        }
        Ok(Some(SystemClock.now().as_millis() - now))
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.started_at.load(Ordering::Relaxed)).plus(self.started.elapsed())
    }
}
