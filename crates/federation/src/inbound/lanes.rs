//! Who is next: activities of one sender one after another, since an edit must not overtake its post; senders side by side.

use std::collections::{HashMap, HashSet, VecDeque};

use guildhall_domain::{ApId, ReceivedId};
use guildhall_store::received::Received;
use tokio::task::{Id, JoinError, JoinSet};

/// Senders whose activities are processed at the same time.
const RUNNING: usize = 32;
/// Activities that wait in memory; more are left in the store until these are done.
const WAITING: usize = 4_096;

/// The activities that wait, and the senders whose turn it is.
#[derive(Default)]
pub(super) struct Lanes {
    waiting: HashMap<ApId, VecDeque<Received>>,
    /// Waiting or under way, so that what is read twice is done once.
    known: HashSet<ReceivedId>,
    tasks: JoinSet<()>,
    running: HashMap<Id, (ApId, Vec<ReceivedId>)>,
}

impl Lanes {
    /// Puts an activity in its sender's lane. `false`: there is no more room.
    pub(super) fn add(&mut self, received: Received) -> bool {
        if self.known.len() >= WAITING {
            return false;
        }
        if self.known.insert(received.id) {
            self.waiting.entry(lane_of(&received)).or_default().push_back(received);
        }
        true
    }

    /// Starts the lanes that can be started: `work` processes what waits in one, in order.
    pub(super) fn start<W>(&mut self, work: impl Fn(VecDeque<Received>) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let busy: HashSet<&ApId> = self.running.values().map(|(lane, _)| lane).collect();
        let free = RUNNING.saturating_sub(self.running.len());
        let next: Vec<ApId> =
            self.waiting.keys().filter(|lane| !busy.contains(lane)).take(free).cloned().collect();
        for lane in next {
            let received = self.waiting.remove(&lane).unwrap_or_default();
            let ids = received.iter().map(|received| received.id).collect();
            let task = self.tasks.spawn(work(received));
            self.running.insert(task.id(), (lane, ids));
        }
    }

    /// Waits until a lane has come to its end; for ever when none runs.
    pub(super) async fn ended(&mut self) {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.free(ended.map(|(id, ())| id));
    }

    /// Lets the lanes that run come to their end.
    pub(super) async fn finish(mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.free(ended.map(|(id, ())| id));
        }
    }

    /// Whether there is room for what is in the store.
    pub(super) fn is_low(&self) -> bool {
        self.known.len() < WAITING / 2
    }

    fn free(&mut self, ended: Result<Id, JoinError>) {
        let id = ended.unwrap_or_else(|error| {
            // What it was at stays due, and is found again.
            tracing::error!(error = %error, "processing an activity panicked");
            error.id()
        });
        for received in self.running.remove(&id).map(|(_, ids)| ids).unwrap_or_default() {
            self.known.remove(&received);
        }
    }
}

// What a group announces keeps the group's order.
fn lane_of(received: &Received) -> ApId {
    received.via.clone().unwrap_or_else(|| received.actor.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use guildhall_domain::Timestamp;

    use super::*;

    fn received(id: i64, actor: &str) -> Received {
        Received {
            id: ReceivedId(id),
            ap_id: ApId::new(format!("https://a.example/{id}")),
            actor: ApId::new(actor),
            host: "a.example".to_owned(),
            verb: "Create".to_owned(),
            via: None,
            body: Vec::new(),
            attempts: 0,
            received_at: Timestamp(0),
        }
    }

    #[tokio::test]
    async fn each_sender_is_served_in_order_and_nothing_twice() {
        let done = Arc::new(Mutex::new(Vec::new()));
        let mut lanes = Lanes::default();
        for (id, actor) in [(1, "x"), (2, "y"), (3, "x"), (1, "x")] {
            assert!(lanes.add(received(id, actor)));
        }
        lanes.start(|received| {
            let done = done.clone();
            async move { done.lock().unwrap().extend(received.into_iter().map(|received| received.id.0)) }
        });
        lanes.ended().await;
        lanes.ended().await;
        let done = done.lock().unwrap();
        let of_x: Vec<i64> = done.iter().copied().filter(|id| *id != 2).collect();
        assert_eq!((of_x, done.len()), (vec![1, 3], 3));
        assert!(lanes.known.is_empty());
    }

    #[tokio::test]
    async fn a_lane_that_panics_is_freed() {
        let mut lanes = Lanes::default();
        lanes.add(received(1, "x"));
        lanes.start(|_| async { panic!("on purpose") });
        lanes.ended().await;
        assert!(lanes.running.is_empty() && lanes.known.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut lanes = Lanes::default();
        let taken = (0..10_000).filter(|id| lanes.add(received(*id, "x"))).count();
        assert_eq!(taken, WAITING);
    }
}
