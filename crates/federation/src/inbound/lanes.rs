//! Who is next: activities of one sender one after another, since an edit must not overtake its post; senders side by side.
//!
//! What is kept in memory is bounded for each sender and in all, so that one that sends a lot, or whose server answers
//! slowly, holds up only itself. What finds no room stays in the store.

use std::collections::{HashMap, HashSet, VecDeque};

use guildhall_domain::{ApId, ReceivedId};
use guildhall_store::received::Received;
use tokio::task::{Id, JoinError, JoinSet};

/// Senders of one host whose activities are processed at the same time.
const RUNNING_PER_HOST: usize = 8;
/// Activities of one sender that wait in memory.
const WAITING_PER_LANE: usize = 64;
/// Bytes of all that wait in memory.
const WAITING_BYTES: usize = 32 << 20;

/// The activities that wait, and the senders whose turn it is.
pub(super) struct Lanes {
    /// Senders whose activities are processed at the same time.
    most: usize,
    waiting: HashMap<ApId, VecDeque<Received>>,
    bytes: usize,
    /// Waiting or under way, so that what is read twice is done once.
    known: HashSet<ReceivedId>,
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
}

struct Running {
    lane: ApId,
    host: String,
    id: ReceivedId,
}

impl Lanes {
    /// Nobody waits. The activities of at most `most` senders will be processed at the same time.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            waiting: HashMap::new(),
            bytes: 0,
            known: HashSet::new(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
        }
    }

    /// Whether an activity of this lane would find room, and is not there already.
    pub(super) fn wants(&self, id: ReceivedId, lane: &ApId) -> bool {
        let in_lane = self.waiting.get(lane).map_or(0, VecDeque::len);
        self.bytes < WAITING_BYTES && in_lane < WAITING_PER_LANE && !self.known.contains(&id)
    }

    /// Puts an activity in its sender's lane. `false`: there is no room; it will be found in the store.
    pub(super) fn add(&mut self, received: Received) -> bool {
        let lane = received.lane().clone();
        if !self.wants(received.id, &lane) {
            return self.known.contains(&received.id);
        }
        self.known.insert(received.id);
        self.bytes += received.body.len();
        self.waiting.entry(lane).or_default().push_back(received);
        true
    }

    /// Starts what can be started: `work` processes one activity.
    pub(super) fn start<W>(&mut self, work: impl Fn(Received) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        while self.running.len() < self.most {
            let Some(lane) = self.next_lane() else { return };
            let Some(received) = self.take(&lane) else { return };
            let (host, id) = (received.host.clone(), received.id);
            let task = self.tasks.spawn(work(received));
            self.running.insert(task.id(), Running { lane, host, id });
        }
    }

    fn next_lane(&self) -> Option<ApId> {
        let is_free = |lane: &ApId, host: &str| {
            let of_host = self.running.values().filter(|running| running.host == host).count();
            of_host < RUNNING_PER_HOST && self.running.values().all(|running| running.lane != *lane)
        };
        let heads = self.waiting.iter().filter_map(|(lane, waiting)| Some((lane, waiting.front()?)));
        // Who has waited longest is next: none starves.
        heads
            .filter(|(lane, head)| is_free(lane, &head.host))
            .min_by_key(|(_, head)| head.id)
            .map(|(lane, _)| lane.clone())
    }

    fn take(&mut self, lane: &ApId) -> Option<Received> {
        let waiting = self.waiting.get_mut(lane)?;
        let received = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(lane);
        }
        self.bytes -= received.as_ref().map_or(0, |received| received.body.len());
        received
    }

    /// Waits until an activity has come to its end; for ever when none is under way.
    pub(super) async fn ended(&mut self) {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.free(ended.map(|(id, ())| id));
    }

    /// Lets what is under way come to its end.
    pub(super) async fn finish(mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.free(ended.map(|(id, ())| id));
        }
    }

    fn free(&mut self, ended: Result<Id, JoinError>) {
        let id = ended.unwrap_or_else(|error| {
            // It stays due, and is found again.
            tracing::error!(error = %error, "processing an activity panicked");
            error.id()
        });
        if let Some(running) = self.running.remove(&id) {
            self.known.remove(&running.id);
        }
    }
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
            host: format!("{actor}.example"),
            verb: "Create".to_owned(),
            via: None,
            body: vec![0; 1 << 10],
            attempts: 0,
            received_at: Timestamp(0),
        }
    }

    #[tokio::test]
    async fn each_sender_is_served_in_order_and_nothing_twice() {
        let done = Arc::new(Mutex::new(Vec::new()));
        let mut lanes = Lanes::new(32);
        for (id, actor) in [(1, "x"), (2, "y"), (3, "x"), (1, "x")] {
            assert!(lanes.add(received(id, actor)));
        }
        let work = |received: Received| {
            let done = done.clone();
            async move { done.lock().unwrap().push(received.id.0) }
        };
        for _ in 0..3 {
            lanes.start(work);
            lanes.ended().await;
        }
        let done = done.lock().unwrap();
        let of_x: Vec<i64> = done.iter().copied().filter(|id| *id != 2).collect();
        assert_eq!((of_x, done.len()), (vec![1, 3], 3));
        assert!(lanes.known.is_empty() && lanes.bytes == 0);
    }

    #[tokio::test]
    async fn a_lane_that_panics_is_freed() {
        let mut lanes = Lanes::new(32);
        lanes.add(received(1, "x"));
        lanes.start(|_| async { panic!("on purpose") });
        lanes.ended().await;
        assert!(lanes.running.is_empty() && lanes.known.is_empty());
    }

    #[tokio::test]
    async fn one_sender_with_much_to_say_leaves_room_for_others() {
        let mut lanes = Lanes::new(32);
        let taken = (0..1_000).filter(|id| lanes.add(received(*id, "x"))).count();
        assert_eq!(taken, WAITING_PER_LANE);
        assert!(lanes.add(received(2_000, "y")));
        lanes.start(|_| std::future::pending());
        assert_eq!(lanes.running.len(), 2);
    }

    #[tokio::test]
    async fn one_host_with_many_senders_leaves_turns_for_others() {
        let mut lanes = Lanes::new(32);
        for id in 0..100 {
            lanes.add(Received { host: "crowd.example".to_owned(), ..received(id, &format!("x{id}")) });
        }
        lanes.add(received(100, "y"));
        lanes.start(|_| std::future::pending());
        assert_eq!(lanes.running.len(), RUNNING_PER_HOST + 1);
    }

    #[tokio::test]
    async fn no_more_senders_are_worked_for_than_was_said() {
        let mut lanes = Lanes::new(3);
        for id in 0..10 {
            lanes.add(received(id, &format!("x{id}")));
        }
        lanes.start(|_| std::future::pending());
        assert_eq!(lanes.running.len(), 3);
    }

    #[test]
    fn memory_is_bounded() {
        let mut lanes = Lanes::new(32);
        let taken = (0..100_000).filter(|id| lanes.add(received(*id, &format!("x{id}")))).count();
        assert_eq!(taken, WAITING_BYTES >> 10);
    }
}
