//! What all of these tests do.

use guildhall_activitypub::Iri;
use guildhall_store::Db;
use serde_json::Value;

use crate::peer::{Here, Peer, PeerActor, Post, Told, follow};

/// What every request to an inbox is counted under.
pub(crate) const REQUESTS: &str = "inbox_requests_total";

/// Here, another server, and somebody on it who wants to follow a group of ours.
pub(crate) struct Scene {
    pub(crate) here: Here,
    pub(crate) peer: Peer,
    pub(crate) alice: PeerActor,
    pub(crate) group: Iri,
}

impl Scene {
    pub(crate) async fn start(db: Db) -> Self {
        Self::on(Here::start(db).await).await
    }

    pub(crate) async fn on(here: Here) -> Self {
        let peer = Peer::start().await;
        let alice = peer.actor("alice");
        let group = here.group("gardening").await;
        Self { here, peer, alice, group }
    }

    pub(crate) fn follow(&self) -> Value {
        follow(&self.peer, &self.alice, self.group.as_str())
    }

    /// Alice's `Follow`, signed as everybody does.
    pub(crate) fn post(&self) -> Post {
        Post::cavage(&self.here, &self.alice, &self.follow())
    }

    /// Sends anything; what is told has the outcome for its code under which the request was counted, once.
    pub(crate) async fn told(&self, post: &Post) -> Told {
        self.here.counted.take(REQUESTS);
        let mut told = post.send().await;
        let mut counted = self.here.counted.take(REQUESTS);
        assert_eq!(counted.len(), 1, "{told:?}: {counted:?}");
        let outcome = counted.remove(0);
        assert!(told.status == 202 || told.code == outcome, "{told:?} is counted as {outcome}");
        told.code = outcome;
        told
    }

    /// The same, status and outcome alone.
    pub(crate) async fn outcome(&self, post: &Post) -> (u16, String) {
        let told = self.told(post).await;
        (told.status, told.code)
    }

    /// Sends what has to be refused, and makes sure that nothing was kept.
    pub(crate) async fn refused(&self, post: &Post) -> (u16, String) {
        let told = self.outcome(post).await;
        assert!(self.here.kept().await.is_empty(), "{told:?}: nothing may be kept");
        told
    }

    /// As [`Scene::refused`], and nothing was fetched either.
    pub(crate) async fn refused_unasked(&self, post: &Post) -> (u16, String) {
        let told = self.refused(post).await;
        assert_eq!(self.peer.count_all(), 0, "{told:?}: nothing may be fetched");
        told
    }

    /// Sends what has to be taken.
    pub(crate) async fn accepted(&self, post: &Post) {
        assert_eq!(self.outcome(post).await, refusal(202, "accepted"));
    }
}

pub(crate) fn refusal(status: u16, outcome: &str) -> (u16, String) {
    (status, outcome.to_owned())
}

/// What a sender hears when nothing was done, and it is none of its business why: only the metric knows.
pub(crate) fn dropped(outcome: &str) -> (u16, String) {
    refusal(202, outcome)
}
