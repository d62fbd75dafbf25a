//! People here and on other servers who write, edit, delete, vote, join and leave in one group until they are told to
//! stop, and what of it was answered.

mod here;
mod place;
mod there;

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{bail, ensure};
use reqwest::StatusCode;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{here::WriterHere, there::WriterThere};
use crate::{Answer, Random, eventually_within, ledger::Said};

pub use place::{Account, PUBLIC, Place, Post};

/// Between two attempts at the same thing.
const AGAIN_AFTER: Duration = Duration::from_millis(25);

/// What is not answered for so long is not answered at all.
const PATIENCE: Duration = Duration::from_mins(1);

/// Edits and deletions are of what one wrote last: what is edited is mostly on its way still.
const RECENT: usize = 4;

/// How many write, and how fast.
#[derive(Debug, Clone)]
pub struct Size {
    /// Persons on other servers. All accounts write here.
    pub there: usize,
    /// Between two things that one of them does, in milliseconds.
    pub pauses: Range<usize>,
}

/// People at work.
#[derive(Debug)]
pub struct People {
    shared: Arc<Shared>,
    tasks: JoinSet<anyhow::Result<Said>>,
}

/// What all of them have in common.
#[derive(Debug)]
struct Shared {
    pauses: Range<usize>,
    /// Begin nothing new.
    is_over: AtomicBool,
    answered: AtomicUsize,
    /// What had to be sent more than once.
    repeated: AtomicUsize,
}

impl People {
    /// Has everybody begin.
    pub fn start(place: &Arc<Place>, accounts: &[Account], size: Size, random: &mut Random) -> Self {
        let shared = Arc::new(Shared {
            pauses: size.pauses,
            is_over: AtomicBool::new(false),
            answered: AtomicUsize::new(0),
            repeated: AtomicUsize::new(0),
        });
        // So that two times in one place do not mix.
        let time = place.begin();
        let mut tasks = JoinSet::new();
        for (number, account) in accounts.iter().enumerate() {
            let label = format!("here-{time}-{number}");
            let writer =
                WriterHere::new(account.clone(), label, place.clone(), shared.clone(), random.branch());
            tasks.spawn(writer.write());
        }
        for number in 0..size.there {
            let label = format!("there-{time}-{number}");
            let writer = WriterThere::new(number, label, place.clone(), shared.clone(), random.branch());
            tasks.spawn(writer.write());
        }
        Self { shared, tasks }
    }

    /// How many things were answered so far, and how many of them had to be sent more than once.
    pub fn answered(&self) -> (usize, usize) {
        (self.shared.answered.load(Ordering::Relaxed), self.shared.repeated.load(Ordering::Relaxed))
    }

    /// Waits until so many things more were answered.
    ///
    /// # Errors
    /// When that takes more than a minute.
    pub async fn go_on(&self, more: usize) -> anyhow::Result<()> {
        let wanted = self.answered().0 + more;
        eventually_within(PATIENCE, &format!("{more} answers more"), async || {
            let missing = wanted.saturating_sub(self.answered().0);
            ensure!(missing == 0, "{missing} missing");
            Ok(())
        })
        .await
    }

    /// Waits until everybody has finished what is begun, and gives what was answered.
    ///
    /// # Errors
    /// When somebody got an answer that should not be.
    pub async fn stop(mut self) -> anyhow::Result<Said> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        let mut all = Said::default();
        while let Some(said) = self.tasks.join_next().await {
            all.add(said??);
        }
        Ok(all)
    }
}

impl Shared {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    async fn pause(&self, random: &mut Random) {
        let pause = self.pauses.start + random.below(self.pauses.len());
        sleep(Duration::from_millis(u64::try_from(pause).unwrap_or(0))).await;
    }

    /// Counts something that was answered after so many attempts.
    fn count(&self, attempts: usize) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        if attempts > 1 {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Asks until there is an answer with one of these statuses. Asked again is only where there is none, by a server that
    /// is gone or by a proxy whose server is, or where it is put off.
    async fn insist<Asking: Future<Output = anyhow::Result<Answer>>>(
        &self,
        wanted: &[StatusCode],
        ask: impl Fn() -> Asking,
    ) -> anyhow::Result<Answer> {
        let deadline = Instant::now() + PATIENCE;
        for attempt in 1.. {
            let answer = ask().await;
            match &answer {
                Ok(Answer { status, .. }) if wanted.contains(status) => {
                    self.count(attempt);
                    return answer;
                }
                Ok(Answer { status, .. }) if !matches!(status.as_u16(), 502..=504) => bail!("{answer:?}"),
                _ if Instant::now() > deadline => bail!("no answer for {PATIENCE:?}: {answer:?}"),
                _ => sleep(AGAIN_AFTER).await,
            }
        }
        bail!("no numbers are left")
    }
}
