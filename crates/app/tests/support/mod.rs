//! An instance without network or chance, on a fresh database: what the tests of use cases and read models begin with.
#![allow(dead_code, unused_imports, reason = "each test binary uses its part")]

pub(crate) mod appeals;
mod look;
pub(crate) mod people;
mod ports;
pub(crate) mod write;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use guildhall_app::{App, Signals, Site};
use guildhall_domain::Timestamp;
use guildhall_store::{Db, IdGenerator};

pub(crate) use look::Seen;
use ports::{DummyKeys, NoResolver, SeededRng, TestClock};

/// The authority of the instance.
pub(crate) const HOST: &str = "here.example";
/// Where most people from elsewhere live.
pub(crate) const FAR: &str = "far.example";
/// After how long who leads a group is taken for absent.
pub(crate) const ABSENCE: Duration = Duration::from_hours(90 * 24);
/// When every test begins.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000);

/// An instance at `https://here.example`.
pub(crate) struct Here {
    pub(crate) app: App,
    clock: Arc<TestClock>,
    /// Numbers for what comes from elsewhere.
    next: AtomicI64,
}

impl Here {
    pub(crate) fn new(db: Db) -> Self {
        let clock = Arc::new(TestClock::new(START));
        let site = Site {
            base_url: format!("https://{HOST}"),
            host: HOST.to_owned(),
            name: "Here".to_owned(),
            description: String::new(),
            allow_list_only: false,
            absence: ABSENCE,
            groups_per_person: 2,
        };
        let app = App {
            store: db,
            ids: Arc::new(IdGenerator::new(1).unwrap()),
            site: Arc::new(site),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(7)),
            keys: Arc::new(DummyKeys),
            resolver: Arc::new(NoResolver),
            signals: Arc::new(Signals::default()),
        };
        Self { app, clock, next: AtomicI64::new(1) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// Lets a minute pass.
    pub(crate) fn minute(&self) {
        self.pass(Duration::from_mins(1));
    }

    pub(crate) fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    fn number(&self) -> i64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
