//! Doing at once what several tasks want at the same time: one round trip and one commit for all of them.
//!
//! Nobody waits for company: who comes first goes at once, and who comes meanwhile goes next, with all the others. What is
//! rare costs the same as ever; what is frequent costs the less each, the more there is of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::StoreError;

/// The most that is done at once: enough that each costs little, few enough that nobody waits long for the others.
const MOST: usize = 64;

/// A line of wishes `W`, each of which gets an answer `A`. Clones are one line.
#[derive(Debug)]
pub struct Together<W, A> {
    line: Arc<Mutex<Line<W, A>>>,
}

#[derive(Debug)]
struct Line<W, A> {
    waiting: VecDeque<(W, oneshot::Sender<A>)>,
    is_served: bool,
}

impl<W, A> Default for Together<W, A> {
    fn default() -> Self {
        Self { line: Arc::new(Mutex::new(Line { waiting: VecDeque::new(), is_served: false })) }
    }
}

impl<W, A> Clone for Together<W, A> {
    fn clone(&self) -> Self {
        Self { line: self.line.clone() }
    }
}

impl<W: Send + 'static, A: Send + 'static> Together<W, A> {
    /// Does what is wished, together with what others wish meanwhile. `work` gives one answer for each wish, in their
    /// order; it is the same for all who share the line. It comes to its end also when whoever asked has gone.
    ///
    /// # Errors
    /// [`StoreError::Commit`]: `work` panicked, and nobody can say how far it got.
    pub async fn ask<F>(
        &self,
        wish: W,
        work: impl Fn(Vec<W>) -> F + Send + Sync + 'static,
    ) -> Result<A, StoreError>
    where
        F: Future<Output = Vec<A>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let is_served = {
            let mut line = self.lock();
            line.waiting.push_back((wish, answer));
            std::mem::replace(&mut line.is_served, true)
        };
        if !is_served {
            tokio::spawn(self.clone().serve(work));
        }
        answered.await.map_err(|_| StoreError::Commit(Arc::new(sqlx::Error::WorkerCrashed)))
    }

    async fn serve<F>(self, work: impl Fn(Vec<W>) -> F)
    where
        F: Future<Output = Vec<A>>,
    {
        let serving = Serving(&self);
        while let Some((wishes, askers)) = self.next() {
            for (asker, answer) in askers.into_iter().zip(work(wishes).await) {
                // Whoever asked may have gone.
                let _ = asker.send(answer);
            }
        }
        // It was not cut off.
        std::mem::forget(serving);
    }

    /// Those who are next; none, and then nobody serves the line any more.
    fn next(&self) -> Option<(Vec<W>, Vec<oneshot::Sender<A>>)> {
        let mut line = self.lock();
        let count = line.waiting.len().min(MOST);
        line.is_served = count > 0;
        (count > 0).then(|| line.waiting.drain(..count).unzip())
    }
}

impl<W, A> Together<W, A> {
    fn lock(&self) -> MutexGuard<'_, Line<W, A>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever serves a line. Dropped, it was cut off: those who wait are told, and the next who comes serves anew.
struct Serving<'a, W, A>(&'a Together<W, A>);

impl<W, A> Drop for Serving<'_, W, A> {
    fn drop(&mut self) {
        let mut line = self.0.lock();
        line.is_served = false;
        line.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn who_comes_meanwhile_goes_next_with_the_others() {
        let line: Together<u32, (u32, usize)> = Together::default();
        let gate = Arc::new(Semaphore::new(0));
        let mut asked = tokio::task::JoinSet::from_iter([ask(line.clone(), 0, gate.clone())]);
        until(|| line.lock().is_served && line.lock().waiting.is_empty()).await;
        for number in 1..5 {
            asked.spawn(ask(line.clone(), number, gate.clone()));
        }
        until(|| line.lock().waiting.len() == 4).await;
        gate.add_permits(2);
        let mut answers = Vec::new();
        while let Some(answer) = asked.join_next().await {
            answers.push(answer.unwrap());
        }
        answers.sort_unstable();
        // The first was alone; four had come by the time it was done.
        assert_eq!(answers, [(0, 1), (10, 4), (20, 4), (30, 4), (40, 4)]);
    }

    async fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    }

    async fn ask(line: Together<u32, (u32, usize)>, number: u32, gate: Arc<Semaphore>) -> (u32, usize) {
        let work = move |numbers: Vec<u32>| {
            let gate = gate.clone();
            async move {
                gate.acquire().await.unwrap().forget();
                numbers.iter().map(|number| (number * 10, numbers.len())).collect()
            }
        };
        line.ask(number, work).await.unwrap()
    }

    #[tokio::test]
    async fn work_that_panics_is_told_of_and_leaves_the_line_usable() {
        let line: Together<(), ()> = Together::default();
        let broken = line.ask((), |_| async { panic!("on purpose") }).await;
        assert!(broken.is_err_and(|error| error.is_retryable()));
        assert!(line.ask((), |wishes| async move { wishes }).await.is_ok());
    }
}
