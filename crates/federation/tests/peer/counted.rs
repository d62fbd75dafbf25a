//! What is counted, caught in a recorder of the test's own.

use std::pin::pin;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

/// Catches what is counted while some work is being done. Clones share what they caught.
#[derive(Clone, Default)]
pub(crate) struct Counted(Arc<DebuggingRecorder>);

impl Counted {
    /// Does some work; what tasks count that it spawns is not caught.
    pub(crate) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        std::future::poll_fn(|context| metrics::with_local_recorder(&*self.0, || work.as_mut().poll(context)))
            .await
    }

    /// The outcomes that `metric` was counted with, each as often as it was, in their own order. Forgets all that was
    /// caught until now.
    pub(crate) fn take(&self, metric: &str) -> Vec<String> {
        let mut outcomes = Vec::new();
        for (key, _, _, value) in self.0.snapshotter().snapshot().into_vec() {
            let DebugValue::Counter(count) = value else { continue };
            let outcome = key.key().labels().find(|label| label.key() == "outcome");
            if let (true, Some(outcome)) = (key.key().name() == metric, outcome) {
                outcomes.extend((0..count).map(|_| outcome.value().to_owned()));
            }
        }
        outcomes.sort();
        outcomes
    }
}

/// A layer of the router that catches what its handlers count.
pub(crate) async fn catch(State(counted): State<Counted>, request: Request, next: Next) -> Response {
    counted.during(next.run(request)).await
}
