//! Who is next: activities of one sender one after another, since an edit must not overtake its post; senders side by side.
//!
//! What is kept in memory is bounded for each sender, each host and in all, so that one that sends a lot, or whose server
//! answers slowly, holds up only itself. What finds no room stays in the store.

use std::collections::{HashMap, HashSet, VecDeque};

use guildhall_domain::{ApId, ReceivedId, Timestamp};
use guildhall_store::received::{DueLane, Received, shard_of};
use tokio::task::{Id, JoinError, JoinSet};

use super::{
    room::{Room, WAITING_BYTES},
    shards::Shards,
    turns::Turns,
};

/// Activities of one sender that wait in memory.
const WAITING_PER_LANE: usize = 64;
/// As few of one sender are left when more is read of whom more is in the store.
const RUN_DRY: usize = 16;

/// The activities that wait, and the senders whose turn it is.
pub(super) struct Lanes {
    /// Senders whose activities are processed at the same time.
    most: usize,
    waiting: HashMap<ApId, VecDeque<Received>>,
    /// Those of them whose last has ended.
    turns: Turns,
    /// Senders that are worked for.
    at_work: HashSet<ApId>,
    room: Room,
    /// Waiting or under way, so that what is read twice is done once.
    known: HashSet<ReceivedId>,
    tasks: JoinSet<Ended>,
    running: HashMap<Id, Running>,
    /// Senders of whom something found no room: what comes later must not overtake it, and is read from the store too.
    spilled: HashSet<ApId>,
    /// Senders who have given way since the store was last read from its begin: what was read of them before that is not to be
    /// taken, since what they sent before it waits in the store again.
    gave_way: HashSet<ApId>,
    /// While the store is read, and after that until it is read again: what has ended meanwhile. It may still come the
    /// short way.
    ended: HashSet<ReceivedId>,
    is_reading: bool,
}

struct Running {
    lane: ApId,
    host: String,
    id: ReceivedId,
    shard: u8,
}

/// What became of an activity that was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It has ended, or been put off, in the store: the next may follow.
    Settled,
    /// That could not be written: it comes first again.
    Open,
}

impl Lanes {
    /// Nobody waits. The activities of at most `most` senders will be processed at the same time.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            waiting: HashMap::new(),
            turns: Turns::default(),
            at_work: HashSet::new(),
            room: Room::default(),
            known: HashSet::new(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            spilled: HashSet::new(),
            gave_way: HashSet::new(),
            ended: HashSet::new(),
            is_reading: false,
        }
    }

    /// Whether an activity that is read from the store finds room, and is not there already: not after another of its lane
    /// that found none.
    pub(super) fn wants(&mut self, due: &DueLane) -> bool {
        !self.spilled.contains(&due.lane) && self.makes_room(due.id, &due.lane, (&due.host, due.bytes))
    }

    /// Whether an activity finds room, if need be that of a host which has much more of it: what waits there is in the store.
    fn makes_room(&mut self, id: ReceivedId, lane: &ApId, (host, bytes): (&str, usize)) -> bool {
        let in_lane = self.waiting.get(lane).map_or(0, VecDeque::len);
        if in_lane >= WAITING_PER_LANE || self.known.contains(&id) {
            return false;
        }
        while !self.room.has(bytes) {
            let Some(largest) = self.room.gives_way(host, bytes) else { return false };
            if !self.forget_host(&largest) {
                return false;
            }
        }
        true
    }

    /// Puts an activity in its sender's lane, as the store gives it: in order. `false`: there is no room; it will be found
    /// again.
    pub(super) fn add(&mut self, received: Received) -> bool {
        let lane = received.lane().clone();
        if !self.makes_room(received.id, &lane, (&received.host, received.body.len())) {
            let is_known = self.known.contains(&received.id);
            if !is_known {
                self.spilled.insert(lane);
            }
            return is_known;
        }
        self.known.insert(received.id);
        self.room.take(&received.host, received.body.len());
        let waiting = self.waiting.entry(lane.clone()).or_default();
        if waiting.is_empty() && !self.at_work.contains(&lane) {
            self.turns.add(&received.host, received.id, lane);
        }
        waiting.push_back(received);
        true
    }

    /// The same for one that was read because it was wanted, unless its sender had to give way meanwhile.
    pub(super) fn add_read(&mut self, received: Received) {
        if !self.gave_way.contains(received.lane()) {
            self.add(received);
        }
    }

    /// The same for one that has just come: after all that its sender sent before, or not at all.
    pub(super) fn add_new(&mut self, received: Received) -> bool {
        self.ended.contains(&received.id) || (!self.spilled.contains(received.lane()) && self.add(received))
    }

    /// Notes that an activity in the store finds no room.
    pub(super) fn spill(&mut self, due: &DueLane) {
        if !self.known.contains(&due.id) {
            self.spilled.insert(due.lane.clone());
        }
    }

    /// Whether something in the store found no room.
    pub(super) fn has_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// From now on the store is read from its begin.
    pub(super) fn begin_reading(&mut self) {
        self.spilled.clear();
        self.gave_way.clear();
        self.ended.clear();
        self.is_reading = true;
    }

    /// The store has been read to its end.
    pub(super) fn end_reading(&mut self) {
        self.is_reading = false;
    }

    /// Whether senders have run dry of whom more is in the store.
    pub(super) fn wants_more(&self) -> bool {
        let has_room = |lane: &ApId| self.waiting.get(lane).map_or(0, VecDeque::len) < RUN_DRY;
        self.room.taken() < WAITING_BYTES / 2 && self.spilled.iter().any(has_room)
    }

    /// Forgets what waits in shards that are no longer `ours`.
    pub(super) fn keep(&mut self, ours: impl Fn(u8) -> bool) {
        let lost: Vec<ApId> = self.waiting.keys().filter(|lane| !ours(shard_of(lane))).cloned().collect();
        for lane in lost {
            self.forget(&lane);
        }
    }

    /// Forgets what waits of all senders of a host. `false`: nothing does.
    fn forget_host(&mut self, host: &str) -> bool {
        let is_theirs = |waiting: &VecDeque<Received>| waiting.iter().any(|received| received.host == host);
        let lanes = self.waiting.iter().filter(|(_, waiting)| is_theirs(waiting));
        let lanes: Vec<ApId> = lanes.map(|(lane, _)| lane.clone()).collect();
        for lane in &lanes {
            self.forget(lane);
        }
        let has_any = !lanes.is_empty();
        self.gave_way.extend(lanes);
        has_any
    }

    /// Forgets what waits of a sender, all of which is in the store.
    fn forget(&mut self, lane: &ApId) {
        let waiting = self.waiting.remove(lane).unwrap_or_default();
        if let Some(head) = waiting.front().filter(|_| !self.at_work.contains(lane)) {
            self.turns.remove(&head.host, head.id);
        }
        for received in waiting {
            self.room.give_back(&received.host, received.body.len());
            self.known.remove(&received.id);
        }
        self.spilled.insert(lane.clone());
    }

    /// Starts what can be started: `work` processes one activity. What is in a shard that is not ours any more is
    /// forgotten instead.
    pub(super) fn start<W>(&mut self, shards: &Shards, now: Timestamp, work: impl Fn(Received) -> W)
    where
        W: Future<Output = Ended> + Send + 'static,
    {
        while self.running.len() < self.most {
            let Some((host, lane)) = self.turns.begin() else { return };
            let shard = shard_of(&lane);
            if !shards.begin(shard, now) {
                self.turns.end(&host);
                self.forget(&lane);
                continue;
            }
            let Some(received) = self.take(&lane) else {
                self.turns.end(&host);
                shards.end(shard);
                continue;
            };
            let id = received.id;
            let task = self.tasks.spawn(work(received));
            self.at_work.insert(lane.clone());
            self.running.insert(task.id(), Running { lane, host, id, shard });
        }
    }

    fn take(&mut self, lane: &ApId) -> Option<Received> {
        let waiting = self.waiting.get_mut(lane)?;
        let received = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(lane);
        }
        if let Some(received) = &received {
            self.room.give_back(&received.host, received.body.len());
        }
        received
    }

    /// Waits until an activity has come to its end; for ever when none is under way.
    pub(super) async fn ended(&mut self, shards: &Shards) -> Ended {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        self.free(shards, ended)
    }

    /// Lets what is under way come to its end.
    pub(super) async fn finish(mut self, shards: &Shards) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.free(shards, ended);
        }
    }

    fn free(&mut self, shards: &Shards, ended: Result<(Id, Ended), JoinError>) -> Ended {
        let (id, ended) = ended.unwrap_or_else(|error| {
            // It stays due, and is found again; until then others of its sender have their turn.
            tracing::error!(error = %error, "processing an activity panicked");
            (error.id(), Ended::Settled)
        });
        if let Some(running) = self.running.remove(&id) {
            self.known.remove(&running.id);
            if ended == Ended::Open {
                self.forget(&running.lane);
            } else if self.is_reading {
                self.ended.insert(running.id);
            }
            self.at_work.remove(&running.lane);
            self.turns.end(&running.host);
            if let Some(head) = self.waiting.get(&running.lane).and_then(VecDeque::front) {
                self.turns.add(&head.host, head.id, running.lane);
            }
            shards.end(running.shard);
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use guildhall_store::received::Place;

    use super::{super::turns::RUNNING_PER_HOST, *};

    const NOW: Timestamp = Timestamp(0);

    /// Of the only process.
    fn all() -> Shards {
        Shards::new(false)
    }

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

    /// The same as the store tells of it.
    fn due(id: i64, actor: &str) -> DueLane {
        let Received { id, host, body, .. } = received(id, actor);
        DueLane { id, place: Place::FIRST, lane: ApId::new(actor), host, bytes: body.len() }
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
            async move {
                done.lock().unwrap().push(received.id.0);
                Ended::Settled
            }
        };
        for _ in 0..3 {
            lanes.start(&all(), NOW, work);
            lanes.ended(&all()).await;
        }
        let done = done.lock().unwrap();
        let of_x: Vec<i64> = done.iter().copied().filter(|id| *id != 2).collect();
        assert_eq!((of_x, done.len()), (vec![1, 3], 3));
        assert!(lanes.known.is_empty() && lanes.room.taken() == 0);
    }

    #[tokio::test]
    async fn a_lane_that_panics_is_freed() {
        let mut lanes = Lanes::new(32);
        lanes.add(received(1, "x"));
        lanes.start(&all(), NOW, |_| async { panic!("on purpose") });
        lanes.ended(&all()).await;
        assert!(lanes.running.is_empty() && lanes.known.is_empty());
    }

    #[tokio::test]
    async fn one_sender_with_much_to_say_leaves_room_for_others() {
        let mut lanes = Lanes::new(32);
        let taken = (0..1_000).filter(|id| lanes.add(received(*id, "x"))).count();
        assert_eq!(taken, WAITING_PER_LANE);
        assert!(lanes.add(received(2_000, "y")));
        lanes.start(&all(), NOW, |_| std::future::pending());
        assert_eq!(lanes.running.len(), 2);
    }

    #[tokio::test]
    async fn one_host_with_many_senders_leaves_turns_for_others() {
        let mut lanes = Lanes::new(32);
        for id in 0..100 {
            lanes.add(Received { host: "crowd.example".to_owned(), ..received(id, &format!("x{id}")) });
        }
        lanes.add(received(100, "y"));
        lanes.start(&all(), NOW, |_| std::future::pending());
        assert_eq!(lanes.running.len(), RUNNING_PER_HOST + 1);
    }

    #[tokio::test]
    async fn no_more_senders_are_worked_for_than_was_said() {
        let mut lanes = Lanes::new(3);
        for id in 0..10 {
            lanes.add(received(id, &format!("x{id}")));
        }
        lanes.start(&all(), NOW, |_| std::future::pending());
        assert_eq!(lanes.running.len(), 3);
    }

    #[tokio::test]
    async fn what_comes_late_does_not_overtake_what_found_no_room() {
        let mut lanes = Lanes::new(1);
        let most = i64::try_from(WAITING_PER_LANE).unwrap();
        for id in 0..=most {
            lanes.add_new(received(id, "x"));
        }
        lanes.start(&all(), NOW, |_| async { Ended::Settled });
        assert!(!lanes.add_new(received(most + 1, "x")), "one before it is only in the store");
        assert!(lanes.add_new(received(most + 2, "y")), "others go their way");
        assert!(!lanes.wants_more(), "there is enough to do");
        for _ in 0..WAITING_PER_LANE {
            lanes.ended(&all()).await;
            lanes.start(&all(), NOW, |_| async { Ended::Settled });
        }
        assert!(lanes.wants_more());
        lanes.begin_reading();
        assert!(lanes.add(received(most, "x")) && lanes.add_new(received(most + 1, "x")));
    }

    #[tokio::test]
    async fn while_the_store_is_read_nothing_overtakes_and_nothing_is_done_twice() {
        let mut lanes = Lanes::new(32);
        let most = i64::try_from(WAITING_PER_LANE).unwrap();
        lanes.begin_reading();
        for id in 0..most {
            assert!(lanes.wants(&due(id, "x")) && lanes.add(received(id, "x")));
        }
        lanes.spill(&due(most, "x"));
        lanes.start(&all(), NOW, |_| async { Ended::Settled });
        lanes.ended(&all()).await;
        assert!(!lanes.wants(&due(most + 1, "x")), "there is room, but one before it is unread");
        lanes.end_reading();
        let running = (lanes.known.len(), lanes.room.taken());
        assert!(lanes.add_new(received(0, "x")), "it came by the short way, too");
        assert_eq!((lanes.known.len(), lanes.room.taken()), running, "and was done already");
    }

    #[tokio::test]
    async fn what_could_not_be_settled_comes_first_again() {
        let mut lanes = Lanes::new(32);
        for id in [1, 2] {
            lanes.add(received(id, "x"));
        }
        lanes.start(&all(), NOW, |_| async { Ended::Open });
        assert_eq!(lanes.ended(&all()).await, Ended::Open);
        lanes.start(&all(), NOW, |_| async { panic!("the second must not be started before the first") });
        assert!(lanes.running.is_empty() && lanes.known.is_empty() && lanes.room.taken() == 0);
        assert!(lanes.wants_more() && !lanes.add_new(received(3, "x")));
    }

    #[test]
    fn nothing_is_started_in_a_shard_of_others_and_it_is_forgotten() {
        let mut lanes = Lanes::new(32);
        lanes.add(received(1, "x"));
        lanes.start(&Shards::new(true), NOW, |_| std::future::pending());
        assert!(lanes.running.is_empty() && lanes.known.is_empty() && lanes.room.taken() == 0);
        lanes.add(received(2, "y"));
        lanes.keep(|_| false);
        assert!(lanes.waiting.is_empty() && lanes.room.taken() == 0);
    }

    #[test]
    fn what_was_read_of_who_has_given_way_does_not_overtake_what_they_sent_before() {
        let mut lanes = Lanes::new(32);
        lanes.begin_reading();
        let crowd = |id: i64, lane: &str| Received { host: "crowd".to_owned(), ..received(id, lane) };
        assert!(lanes.add(crowd(1, "x")));
        let wanted = DueLane { host: "crowd".to_owned(), ..due(2, "x") };
        assert!(lanes.wants(&wanted), "and its body is read now");
        for id in 10..WAITING_BYTES >> 10 {
            lanes.add(crowd(i64::try_from(id).unwrap(), &format!("y{id}")));
        }
        let large = Received { body: vec![0; 1 << 20], ..received(5, "late") };
        assert!(lanes.add(large), "the crowd gives way");
        lanes.add_read(crowd(2, "x"));
        assert!(!lanes.waiting.contains_key(&ApId::new("x")), "the first of them is in the store again");
    }

    #[test]
    fn memory_is_bounded_and_who_comes_after_a_crowd_finds_room() {
        let mut lanes = Lanes::new(32);
        let crowd =
            |id: i64| Received { host: format!("crowd{}", id % 500), ..received(id, &format!("x{id}")) };
        let taken = (0..100_000).filter(|id| lanes.add(crowd(*id))).count();
        assert_eq!(taken, WAITING_BYTES >> 10);
        assert!(lanes.add(received(100_000, "late")) && lanes.wants(&due(100_001, "late")));
        let waiting: usize = lanes.waiting.values().map(VecDeque::len).sum();
        assert!((taken - 100..taken).contains(&waiting), "{waiting}: one of five hundred gave way");
        assert!(lanes.known.len() == waiting && lanes.room.taken() == waiting << 10);
    }
}
