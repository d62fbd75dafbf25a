//! An instance with one group, a peer, and time that moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use guildhall_app::port::{Clock, KeyMint, NewKeys, PortFuture, Rng};
use guildhall_app::{App, Signals, Site};
use guildhall_domain::{ActorId, EventId, GroupId, Timestamp};
use guildhall_federation::delivery::{Delivery, DeliveryLimits, DeliveryParts, Timer};
use guildhall_federation::fetch::Offline;
use guildhall_store::delivery::{Failure, HostStatus, NewDelivery, Target, failure, host, log, subscription};
use guildhall_store::{Db, IdGenerator};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::peer::{FakeProfiles, FakeSigner, Peer, in_time};

pub(crate) const GROUP: GroupId = GroupId(10);
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);
/// Longer than any first back-off.
pub(crate) const SHORTLY: Duration = Duration::from_secs(18);

/// A clock that stands still until it is moved, with a timer that follows it.
pub(crate) struct HandClock(watch::Sender<Timestamp>);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }
}

impl Timer for HandClock {
    fn sleep_until(&self, at: Timestamp) -> PortFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            now.wait_for(|now| !at.is_after(*now)).await.expect("the clock is there");
        })
    }
}

/// Another byte each time: holders get names of their own.
#[derive(Default)]
struct CountingRng(AtomicU8);

impl Rng for CountingRng {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(37, Ordering::Relaxed));
    }
}

struct NoKeys;

impl KeyMint for NoKeys {
    fn next(&self) -> PortFuture<'_, NewKeys> {
        Box::pin(std::future::pending())
    }
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) profiles: Arc<FakeProfiles>,
    pub(crate) signer: Arc<FakeSigner>,
    pub(crate) engine: Delivery,
}

impl World {
    pub(crate) async fn new(db: Db) -> Self {
        insert_group(&db).await;
        let clock = Arc::new(HandClock(watch::Sender::new(START)));
        let site = Site {
            base_url: "https://here.example".into(),
            host: "here.example".into(),
            name: String::new(),
            description: String::new(),
            allow_list_only: false,
            absence: std::time::Duration::ZERO,
            groups_per_person: 20,
        };
        let app = App {
            store: db,
            ids: Arc::new(IdGenerator::new(1).unwrap()),
            site: Arc::new(site),
            clock: clock.clone(),
            rng: Arc::new(CountingRng::default()),
            keys: Arc::new(NoKeys),
            resolver: Arc::new(Offline),
            signals: Arc::new(Signals::default()),
        };
        let (peer, profiles, signer) = (Peer::new(), Arc::default(), Arc::default());
        let engine = engine(&app, &clock, &peer, &profiles, &signer);
        Self { app, clock, peer, profiles, signer, engine }
    }

    /// A second process on the same database.
    pub(crate) fn other_engine(&self) -> Delivery {
        engine(&self.app, &self.clock, &self.peer, &self.profiles, &self.signer)
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.clock.0.send_modify(|now| *now = now.plus(span));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// Puts something on the log for named inboxes, the same for everybody.
    pub(crate) async fn send(&self, body: &str, order_key: &str, inboxes: &[&str]) -> i64 {
        let target = |inbox: &&str| Target {
            inbox: (*inbox).to_owned(),
            host: inbox.split('/').nth(2).unwrap().to_owned(),
        };
        let targets = inboxes.iter().map(target).collect();
        let body = Some(body.as_bytes().to_vec());
        self.append(None, order_key, body.clone(), body, targets).await
    }

    /// Puts something on the log for the followers of the group.
    pub(crate) async fn announce(&self, for_groups: Option<&str>, for_microblogs: Option<&str>) -> i64 {
        let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
        let key = format!("{for_groups:?}");
        self.append(Some(GROUP), &key, bytes(for_groups), bytes(for_microblogs), Vec::new()).await
    }

    async fn append(
        &self,
        group: Option<GroupId>,
        order_key: &str,
        body_group: Option<Vec<u8>>,
        body_microblog: Option<Vec<u8>>,
        targets: Vec<Target>,
    ) -> i64 {
        let event = self.app.new_id();
        let new = NewDelivery {
            activity_ap_id: format!("https://here.example/activities/{event}"),
            event_id: EventId(event),
            sender: ActorId(GROUP.0),
            group,
            order_key: order_key.to_owned(),
            body_group,
            body_microblog,
            targets,
        };
        let mut tx = self.app.begin().await.unwrap();
        let places = log::append_all(&mut tx, &[&new], self.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.app.signals.delivery.notify_one();
        places[0]
    }

    pub(crate) async fn follow(&self, inbox: &str) {
        let mut tx = self.app.begin().await.unwrap();
        subscription::add(&mut tx, GROUP, inbox, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn status(&self, name: &str) -> HostStatus {
        host::find_status(&self.app.store, name, self.now()).await.unwrap().expect("the host is known")
    }

    pub(crate) async fn failures(&self, name: &str) -> Vec<Failure> {
        failure::list(&self.app.store, name, i64::MAX, 100).await.unwrap()
    }

    /// Delivers what is due and gives the bodies that were sent, in order.
    pub(crate) async fn deliver(&self) -> Vec<String> {
        in_time(self.engine.run_until_idle()).await;
        self.peer.bodies()
    }

    /// Starts the engine for good.
    pub(crate) fn start(&self) -> Started {
        let engine = self.engine.clone();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            engine
                .run(async {
                    // A sender that was dropped is a test that ended.
                    let _ = stopped.await;
                })
                .await;
        });
        Started { stop: Some(stop), task }
    }
}

/// An engine at work. Dropping it is a crash.
pub(crate) struct Started {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Started {
    /// Says stop, does `then`, and waits for the engine to end.
    pub(crate) async fn stop(mut self, then: impl FnOnce()) {
        self.stop.take().unwrap().send(()).unwrap();
        then();
        in_time(&mut self.task).await.unwrap();
    }

    /// Says stop, and lets time pass until the engine has ended.
    pub(crate) async fn stop_in_time(mut self, world: &World) {
        self.stop.take().unwrap().send(()).unwrap();
        in_time(async {
            while !self.task.is_finished() {
                world.advance(Duration::from_millis(100));
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    pub(crate) async fn crash(mut self) {
        self.task.abort();
        assert!(in_time(&mut self.task).await.unwrap_err().is_cancelled());
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn engine(
    app: &App,
    clock: &Arc<HandClock>,
    peer: &Arc<Peer>,
    profiles: &Arc<FakeProfiles>,
    signer: &Arc<FakeSigner>,
) -> Delivery {
    let parts = DeliveryParts {
        transport: peer.clone(),
        signer: signer.clone(),
        profiles: profiles.clone(),
        timer: clock.clone(),
        limits: DeliveryLimits::default(),
    };
    Delivery::new(app.clone(), parts)
}

async fn insert_group(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    tx.query(
        "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, inbox, also_known_as, created_at)
         VALUES ($1, 'https://here.example/groups/g', 'group', true, 'g', 'g', 'here.example',
            'https://here.example/groups/g/inbox', $2, 0)",
    )
    .bind(GROUP.0)
    .bind(serde_json::json!([]))
    .execute()
    .await
    .unwrap();
    tx.query(
        "INSERT INTO groups (id, is_local, title, description_source, description_html, admission, posting, review,
            created_at, updated_at)
         VALUES ($1, true, '', '', '', 'open', 'everyone', 'none', 0, 0)",
    )
    .bind(GROUP.0)
    .execute()
    .await
    .unwrap();
    tx.commit().await.unwrap();
}
