//! An instance, a recorded server, and the record of what happens between them.

use guildhall_domain::group::Admission;
use guildhall_store::Db;
use guildhall_testkit::{
    Chronicle, FixedClock, LocalEntry, LocalGroup, LocalPerson, RecordedPeer, TestInstance,
};

/// Before the first recording.
const START: &str = "2026-11-21T23:50:00Z";

/// A story that is being told.
pub(crate) struct Stage {
    pub(crate) here: TestInstance,
    pub(crate) theirs: RecordedPeer,
    chronicle: Chronicle,
}

impl Stage {
    /// Begins to take notes.
    pub(crate) async fn begin(here: TestInstance, theirs: RecordedPeer) -> Self {
        let chronicle = Chronicle::begin(&here, &[(&theirs.peer, &theirs.recorded_base)]).await;
        Self { here, theirs, chronicle }
    }

    /// Sends the recorded delivery whose name begins so, lets everything happen that comes of it, and notes that.
    pub(crate) async fn play(&mut self, name: &str) {
        let (status, body) = self.theirs.send(name).await;
        self.here.run_until_idle().await;
        let title = format!("{}: {}", self.theirs.name(name), status.as_u16());
        self.chronicle.note(&title, Some(&body)).await;
    }

    /// The same with several, in their order.
    pub(crate) async fn play_all(&mut self, names: &[&str]) {
        for name in names {
            self.play(name).await;
        }
    }

    /// Lets everything happen that comes of what was done here, and notes that.
    pub(crate) async fn note(&mut self, title: &str) {
        self.here.run_until_idle().await;
        self.chronicle.note(title, None).await;
    }

    /// Compares the story with the one that is kept.
    pub(crate) fn tells(&self, story: &str) {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(story, self.chronicle.text());
        });
    }
}

/// An instance at the time of the recordings.
pub(crate) async fn instance(db: Db) -> TestInstance {
    TestInstance::start(db, FixedClock::at(START)).await
}

/// An instance with a group, a person, and a post of hers in the group: what recorded replies and likes are about.
pub(crate) async fn with_post(db: Db) -> (TestInstance, LocalGroup, LocalPerson, LocalEntry) {
    let here = instance(db).await;
    let gardening = here.group("gardening", Admission::Open).await;
    let ann = here.person("ann").await;
    let post = here.post(&gardening, &ann, "Tulips", "How deep?").await;
    here.run_until_idle().await;
    (here, gardening, ann, post)
}
