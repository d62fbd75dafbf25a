//! One request at a time for one thing: who asks for what is already being fetched waits for the same end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};

type Flight<T> = BoxFuture<'static, T>;

/// Fetches under way, by what they fetch.
pub(super) struct SingleFlight<T: Clone> {
    running: Arc<Mutex<HashMap<String, WeakShared<Flight<T>>>>>,
}

impl<T: Clone> Default for SingleFlight<T> {
    fn default() -> Self {
        Self { running: Arc::default() }
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// Joins the flight for `key`, or starts `make`. It ends early only when nobody waits any more.
    pub(super) async fn run(&self, key: &str, make: impl FnOnce() -> Flight<T>) -> T {
        let flight = self.join(key, make);
        let result = flight.await;
        self.clear(key);
        result
    }

    fn join(&self, key: &str, make: impl FnOnce() -> Flight<T>) -> Shared<Flight<T>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // A flight that is done keeps its result as long as somebody holds it; a new caller wants a new answer.
        let joined = running.get(key).and_then(WeakShared::upgrade).filter(|flight| flight.peek().is_none());
        joined.unwrap_or_else(|| {
            let flight = make().shared();
            if let Some(weak) = flight.downgrade() {
                running.insert(key.to_owned(), weak);
            }
            flight
        })
    }

    /// Drops the entry unless a new flight has taken its place; and those that nobody waited for to the end.
    fn clear(&self, key: &str) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over =
            |weak: &WeakShared<Flight<T>>| weak.upgrade().is_none_or(|flight| flight.peek().is_some());
        if running.get(key).is_some_and(is_over) {
            running.remove(key);
        }
        if running.len() > 1_000 {
            running.retain(|_, weak| !is_over(weak));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_at_one_time_share_one_answer() {
        let flights = SingleFlight::default();
        let count = Arc::new(AtomicU32::new(0));
        let gate = Arc::new(Semaphore::new(0));
        let ask = || {
            let (count, gate) = (count.clone(), gate.clone());
            flights.run("key", move || {
                async move {
                    let _open = gate.acquire().await;
                    count.fetch_add(1, Ordering::SeqCst)
                }
                .boxed()
            })
        };
        let open = async { gate.add_permits(1) };
        assert_eq!(tokio::join!(biased; ask(), ask(), ask(), open), (0, 0, 0, ()));
        assert_eq!(ask().await, 1, "a later one is fetched anew");
        assert!(flights.running.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn one_that_goes_away_does_not_stop_the_others() {
        let flights = SingleFlight::default();
        let make = || {
            async {
                tokio::task::yield_now().await;
                7
            }
            .boxed()
        };
        let mut first = Box::pin(flights.run("key", make));
        assert!(futures_util::poll!(&mut first).is_pending());
        let second = flights.run("key", make);
        drop(first);
        assert_eq!(second.await, 7);
    }
}
